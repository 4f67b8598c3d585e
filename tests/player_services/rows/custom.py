"""Calls that are passed on to the game's own services."""

from __future__ import annotations

from tests.player_services.people import NEWS, Caller, Callers
from tests.player_services.rows import READERS, Good, Line


def calling(callers: Callers, caller: Caller) -> Good:
    return Good({"endpoint_id": NEWS}, json={"since": "yesterday"})


LINES = {"POST /custom/v1/custom/{endpoint_id}": Line(calling, READERS)}
