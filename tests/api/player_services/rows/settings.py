"""Types of setting, and what players keep of them."""

from __future__ import annotations

from lobby.actions.accounts import settings
from lobby.domain.permissions import SYSTEM
from tests.api.player_services.rows import Good, Line, plain
from tests.support.player_services import Caller, Callers

VALUE = {"jump": "space"}


def controls(callers: Callers, caller: Caller) -> Good:
    """What any of the paths may ask for, of the caller and of whom they ask about."""
    for account in filter(None, [caller.account, caller.subject]):
        keep(callers, account.uuid)
    return Good(
        {
            "player_uuid": caller.subject.uuid,
            "setting_type_id": "controls",
            "setting_version_id": 1,
            "key": "keyboard",
        }
    )


def keep(callers: Callers, player: str) -> None:
    callers.served.do(
        settings.put(
            callers.served.lobby,
            SYSTEM,
            player=player,
            type="controls",
            key="keyboard",
            v=1,
            value=VALUE,
        )
    )


def putting(callers: Callers, caller: Caller) -> Good:
    return Good(controls(callers, caller).path, json={"v": 1, "value": VALUE})


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted. What players keep is theirs alone.
NO_TOKEN = "renew renew renew renew renew"
CONFIG = f"renew 200 200 200 200 403 {NO_TOKEN}"
MINE = f"renew 200 200 200 403 403 {NO_TOKEN}"
THEIRS = f"renew 200 200 403 403 403 {NO_TOKEN}"

TYPES = "/settings/v1/setting_type"
KEPT = "/settings/v2/player/{}/setting_type/{{setting_type_id}}/key"
ME, PLAYER, KEY = KEPT.format("me"), KEPT.format("{player_uuid}"), "/{key}"

LINES = {
    f"GET {TYPES}": Line(plain, CONFIG),
    f"GET {TYPES}/{{setting_type_id}}/v": Line(controls, CONFIG),
    f"GET {TYPES}/{{setting_type_id}}/v/{{setting_version_id}}": Line(controls, CONFIG),
    f"GET {ME}": Line(controls, MINE),
    f"DELETE {ME}": Line(controls, MINE),
    f"GET {ME}{KEY}": Line(controls, MINE),
    f"PUT {ME}{KEY}": Line(putting, MINE),
    f"DELETE {ME}{KEY}": Line(controls, MINE),
    f"GET {PLAYER}": Line(controls, THEIRS),
    f"DELETE {PLAYER}": Line(controls, THEIRS),
    f"GET {PLAYER}{KEY}": Line(controls, THEIRS),
    f"PUT {PLAYER}{KEY}": Line(putting, THEIRS),
    f"DELETE {PLAYER}{KEY}": Line(controls, THEIRS),
}
