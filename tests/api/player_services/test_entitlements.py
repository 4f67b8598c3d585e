"""A purchase over HTTP: reported, settled while its player waits for word of it, read back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lobby.actions.economy import entitlements
from tests.api.player_services.rows.entitlements import BOUGHT, PATH
from tests.support.player_services import ServerAndCallers, player_services_server

LP = "/notification/v1/player/me/stream/notification/lp?offset_reset_strategy=earliest&deadline=5"
TRIES = 100


@pytest.fixture(scope="module")
def everybody() -> Iterator[ServerAndCallers]:
    with player_services_server() as everybody:
        yield everybody


def test_a_game_server_reports_what_a_player_has_bought(everybody: ServerAndCallers) -> None:
    http, callers = everybody
    server = callers.get("server")
    player, own = server.subject, {"Authorization": f"Bearer {callers.token(server.subject)}"}
    url = f"{PATH}/{player.uuid.upper()}/entitlement"
    report = {**BOUGHT, "transaction_id": "receipt 7", "platform_id": "steam"}
    submitted = http.post(url, json=report, headers=server.headers).json()
    assert submitted["client_entitlements"] == [
        {
            "platform_sku": "starter_pack",
            "platform_entitlement_id": "one",
            "quantity": 1,
            "status": "SUBMITTED",
            "error_code": "none",
        }
    ]
    told: list[str] = []
    for _ in range(TRIES):
        if len(told) < 2:
            found = http.get(LP, headers=own).json()
            told = [one["rh_url"] for one in found["notifications"]]
    settled = http.get(f"{url}/request/{submitted['request_id']}", headers=own).json()
    (item,) = settled["client_entitlements"]
    assert told == [
        f"/inventory/v2/player/{player.uuid}/order/{item['order_id']}",
        f"/inventory/v2/player/{player.uuid}/entitlement/request/{submitted['request_id']}",
    ]
    assert (item["status"], item["error_code"]) == ("FULFILLED", "none")
    assert settled == submitted | {"status": "FULFILLED", "client_entitlements": [item]}
    assert settled["transaction_id"] == "receipt 7"
    assert (settled["platform_id"], settled["skipped_server_entitlements"]) == ("Steam", True)
    assert callers.served.do(entitlements.owned(callers.served.lobby, player.uuid, 1001)) == 2


def test_what_nobody_plays_on_is_refused(everybody: ServerAndCallers) -> None:
    http, callers = everybody
    caller = callers.get("player")
    for wrong in (
        {"platform_id": "Abacus"},
        {"entitlements": [BOUGHT["entitlements"][0]] * 65},
    ):
        answer = http.post(
            f"{PATH}/me/entitlement", json={**BOUGHT, **wrong}, headers=caller.headers
        )
        assert answer.status_code == 422, answer.text


def test_others_requests_and_unknown_ones_are_not_found(everybody: ServerAndCallers) -> None:
    http, callers = everybody
    ann, bob = callers.get("player"), callers.get("player")
    sent = http.post(f"{PATH}/me/entitlement", json=BOUGHT, headers=ann.headers).json()
    for id in (sent["request_id"], "none"):
        answer = http.get(f"{PATH}/me/entitlement/request/{id}", headers=bob.headers)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "request_not_found")
