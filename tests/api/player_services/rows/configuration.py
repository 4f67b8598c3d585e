"""Reading what the game offers."""

from __future__ import annotations

from tests.api.player_services.rows import READERS, Good, Line, plain
from tests.support.player_services import Caller, Callers


def party(callers: Callers, caller: Caller) -> Good:
    return Good({"session_type": "party"})


LINES = {
    "GET /session/v1/template": Line(plain, READERS),
    "GET /session/v1/template/{session_type}": Line(party, READERS),
    "GET /session/v1/connection-info": Line(plain, READERS),
    "GET /session/v1/instance/health/config": Line(plain, READERS),
    "GET /session/v1/regions": Line(plain, READERS),
}
