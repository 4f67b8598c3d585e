"""The audit of sessions and players."""

from __future__ import annotations

from tests.api.player_services.rows import READERS, Good, Line
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers

PATH = "/session/v1/audit"


def reading(callers: Callers, caller: Caller) -> Good:
    return Good(query={"session_id": str(led(callers, caller).id)})


def adding(callers: Callers, caller: Caller) -> Good:
    said = {
        "event_name": "lap",
        "session_id": str(led(callers, caller).id),
        "player_uuid": caller.subject.uuid,
        "reason": "the third",
        "custom_data": {"lap": "3"},
    }
    return Good(json=said)


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LINES = {
    f"GET {PATH}": Line(reading, READERS),
    f"POST {PATH}": Line(adding, "renew 403 403 403 200 403 renew renew renew renew renew"),
}
