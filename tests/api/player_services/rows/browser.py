"""Listing sessions, and looking for them."""

from __future__ import annotations

from tests.api.player_services.rows import Good, Line
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers

PATH = "/session/v1/session/{session_id}/browser"
TOLD = {"custom_data": {"map": "canyon"}}


def looking(callers: Callers, caller: Caller) -> Good:
    return Good(query={"session_type": "game", "cursor": 0, "page_size": 50, "region_id": "eu"})


def listing(callers: Callers, caller: Caller) -> Good:
    path = {"session_id": led(callers, caller).id}
    return Good(path, {"refresh_ttl": "true"}, TOLD)


def listed(callers: Callers, caller: Caller) -> Good:
    return Good({"session_id": led(callers, caller, listing={"map": "harbour"}).id})


def describing(callers: Callers, caller: Caller) -> Good:
    return Good(listed(callers, caller).path, json=TOLD)


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LINES = {
    "GET /session/v1/browser": Line(
        looking, "renew 200 200 200 200 403 renew renew renew renew renew"
    ),
    f"POST {PATH}": Line(listing, "renew 403 200 403 200 403 renew renew renew renew renew"),
    f"DELETE {PATH}": Line(listed, "renew 403 204 403 204 403 renew renew renew renew renew"),
    f"PATCH {PATH}": Line(describing, "renew 403 200 403 200 403 renew renew renew renew renew"),
}
