"""The log of a session."""

from __future__ import annotations

from tests.api.player_services.rows import READERS, Good, Line
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers

PATH = "/session/v1/session/{session_id}/event"


def reading(callers: Callers, caller: Caller) -> Good:
    path = {"session_id": led(callers, caller).id}
    return Good(path, {"page_num": 0, "page_size": 50})


def adding(callers: Callers, caller: Caller) -> Good:
    said = {
        "event_code": "lap",
        "description": "the third",
        "custom_data": {"lap": "3"},
        "timestamp": "2023-11-01T12:30:00.123Z",
    }
    return Good({"session_id": led(callers, caller).id}, json=said)


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LINES = {
    f"GET {PATH}": Line(reading, READERS),
    f"POST {PATH}": Line(adding, "renew 200 200 403 200 403 renew renew renew renew renew"),
}
