"""Sessions as a whole."""

from __future__ import annotations

from typing import Any

from tests.api.player_services.rows import READERS, Good, Line
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers

PATH = "/session/v1/session/{session_id}"
GAME: dict[str, Any] = {
    "client_version": "1.0.0",
    "client_settings": {"platform": "Steam", "input": "gamepad"},
    "crossplay_preferences": {
        "permitted_platform": "desired_platforms_any",
        "permitted_input": "desired_inputs_any",
    },
}
"""What a request says of the game it comes from."""


def creating(callers: Callers, caller: Caller) -> Good:
    return Good(json={**GAME, "session_type": "game", "region_id": "eu"})


def reading(callers: Callers, caller: Caller) -> Good:
    return Good({"session_id": led(callers, caller).id}, {"refresh_ttl": "true"})


def asking(callers: Callers, caller: Caller) -> Good:
    return Good({"session_id": led(callers, caller).id})


def naming(callers: Callers, caller: Caller) -> Good:
    return Good({"session_id": led(callers, caller).id})


def revising(callers: Callers, caller: Caller) -> Good:
    said = {"region_id": "eu", "custom_data": {"rh.MapName": "canyon"}, "joinable": True}
    return Good({"session_id": led(callers, caller).id}, json=said)


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LINES = {
    "POST /session/v1/session": Line(
        creating, "renew 200 200 200 200 403 renew renew renew renew renew"
    ),
    f"GET {PATH}": Line(reading, READERS),
    f"GET {PATH}:ask": Line(asking, READERS),
    f"POST {PATH}:generate-short-code": Line(
        naming, "renew 200 200 403 200 403 renew renew renew renew renew"
    ),
    f"PATCH {PATH}": Line(revising, "renew 200 200 403 200 403 renew renew renew renew renew"),
}
