"""What was bought on a platform, and what became of it."""

from __future__ import annotations

from uuid import uuid4

from lobby.domain.accounts import Account
from lobby.domain.entitlements import Item, Submission
from tests.api.player_services.rows import Good, Line
from tests.support.player_services import Caller, Callers

PATH = "/inventory/v2/player"
BOUGHT = {
    "transaction_id": "",
    "platform_token": "",
    "platform_id": "Steam",
    "platform_region": "EU",
    "client_type": "WIN",
    "entitlements": [{"platform_sku": "starter_pack", "platform_entitlement_id": "one"}],
}

# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
NO_TOKEN = "renew renew renew renew renew"
MINE = f"renew 403 200 200 200 403 {NO_TOKEN}"
THEIRS = f"renew 403 200 403 200 403 {NO_TOKEN}"


def submitting(callers: Callers, caller: Caller) -> Good:
    return Good({"player_uuid": caller.subject.uuid}, json=BOUGHT)


def reading(callers: Callers, caller: Caller) -> Good:
    return _reading(callers, caller.subject)


def reading_mine(callers: Callers, caller: Caller) -> Good:
    return _reading(callers, caller.account or caller.subject)


def _reading(callers: Callers, player: Account) -> Good:
    submission = settled(player)
    callers.served.do(callers.served.lobby.submissions.add(submission))
    return Good({"player_uuid": player.uuid, "request_id": submission.id})


def settled(player: Account) -> Submission:
    """One that nobody works at."""
    item = Item("starter_pack", "one", 1)
    made = Submission(
        str(uuid4()), player.uuid, "Steam", "", "", "", "EU", "WIN", 1.0, False, [item]
    )
    made.skip()
    made.refuse(item.entitlement)
    made.end()
    return made


LINES = {
    f"POST {PATH}/me/entitlement": Line(submitting, MINE),
    f"POST {PATH}/{{player_uuid}}/entitlement": Line(submitting, THEIRS),
    f"GET {PATH}/me/entitlement/request/{{request_id}}": Line(reading_mine, MINE),
    f"GET {PATH}/{{player_uuid}}/entitlement/request/{{request_id}}": Line(reading, THEIRS),
}
