"""What clients ask for besides the document."""

from __future__ import annotations

from tests.api.player_services.rows import ANYBODY, READERS, Good, Line, plain
from tests.support.player_services import Caller, Callers


def present(callers: Callers, caller: Caller) -> Good:
    return Good(json={"status": "online"})


def whose(callers: Callers, caller: Caller) -> Good:
    return Good({"player_uuid": caller.subject.uuid})


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LINKS = "renew 200 200 403 200 200 renew renew renew renew renew"

LINES = {
    "GET /config/v1/site": Line(plain, ANYBODY),
    "GET /config/v1/app_settings/client": Line(plain, ANYBODY),
    "GET /config/v1/time/utc": Line(plain, ANYBODY),
    "PATCH /presence/v1/player/me/presence": Line(present, READERS),
    "GET /users/v2/player/{player_uuid}/links": Line(whose, LINKS),
}
