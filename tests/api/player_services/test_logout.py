"""Going again; keys that there are not; and logins through platforms that are tried too often, or
while a part is away.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from tests.api.player_services.test_login import CONFIG, log_in, secret, send
from tests.api.player_services.test_login import refused as refused_login
from tests.support.platform_login import RESPONSE, platform_login_world, refused
from tests.support.player_services import ServerAndCallers, bearer
from tests.support.services import RedisServer

LOGOUT, KEYS = "/users/v1/logout", "/users/v1/publickeys"
NOT_FOUND = "refresh_token_not_found"
SAVE = ("failed_to_save_state", "FAILED_TO_SAVE_STATE")
STATE = ("failed_to_verify_state", "FAILED_TO_VERIFY_STATE")


def log_out(http: httpx2.Client, token: str) -> httpx2.Response:
    return http.post(LOGOUT, json={"refresh_token": token})


def test_a_token_that_is_given_back_renews_nothing_more_and_others_do(
    door: ServerAndCallers,
) -> None:
    http, _ = door
    mine = secret()
    here, there = (log_in(http, mine, include_refresh=True) for _ in range(2))
    assert [log_out(http, here["refresh_token"]).status_code for _ in range(2)] == [204, 204]
    assert refused_login(send(http, here["refresh_token"], "refresh")) == NOT_FOUND
    assert log_in(http, there["refresh_token"], "refresh")
    assert http.get(CONFIG, headers=bearer(there["access_token"])).status_code == 200


def test_what_renews_nothing_cannot_be_given_back(door: ServerAndCallers) -> None:
    http, _ = door
    said = log_in(http, secret())
    for token in ("", "x", said["access_token"]):
        assert refused_login(log_out(http, token)) == NOT_FOUND


def test_there_are_no_public_keys_and_the_answer_says_why(door: ServerAndCallers) -> None:
    http, _ = door
    said = http.get(KEYS).json()
    assert said["keys"] == []
    assert "secret" in said["reason"]
    answer = http.get(f"{KEYS}/any")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "public_key_not_found")


# Too often


def test_nobody_sends_browsers_away_without_end(tmp_path: Path) -> None:
    with platform_login_world(tmp_path, registrations_per_hour=3) as here:
        assert [here.leave().status_code for _ in range(4)] == [307, 307, 307, 429]


def test_nobody_guesses_states_or_codes_without_end(tmp_path: Path) -> None:
    with platform_login_world(tmp_path, logins_per_address=3, logins_per_account=100) as here:
        guess = f"{RESPONSE}/google?code=x&state="
        assert [here.back(f"{guess}{n}").status_code for n in range(4)] == [307, 307, 307, 429]
        assert here.exchange("x").status_code == 429


# While a part is away


def test_without_redis_a_login_through_a_platform_waits_for_better_days(
    tmp_path: Path, own_redis: RedisServer
) -> None:
    more: dict[str, Any] = {
        "redis_url": own_redis.url,
        "database_url": f"sqlite:{tmp_path}/lobby.db",
    }
    with platform_login_world(tmp_path, **more) as here:
        assert here.come_in()["platform"] == "Google"
        address = here.there(state="mine")
        own_redis.kill()
        assert refused(here.back(address)) == STATE
        assert refused(here.leave()) == SAVE
        asks = {"grant_type": "google", "portal_access_token": here.google.token()}
        assert here.http.post("/users/v1/login", json=asks).is_success, "by a token one comes in"
