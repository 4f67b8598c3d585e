"""Calls that are passed on to the game's own services."""

from __future__ import annotations

from tests.api.player_services.rows import READERS, Good, Line
from tests.support.player_services import NEWS, Caller, Callers


def calling(callers: Callers, caller: Caller) -> Good:
    return Good({"endpoint_id": NEWS}, json={"since": "yesterday"})


LINES = {"POST /custom/v1/custom/{endpoint_id}": Line(calling, READERS)}
