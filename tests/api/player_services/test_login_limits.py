"""How often a login may fail: by address, and where an account is claimed, by that. What could not
have been a guess counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import accounts
from lobby.domain.permissions import SYSTEM
from tests.api.player_services.test_login import GAME, basic, refused, secret, send
from tests.support.oauth import WELL_KNOWN
from tests.support.platform_login import RESPONSE, PlatformLoginWorld, platform_login_world
from tests.support.player_services import MACHINES
from tests.support.upstream import Reply

BY_ACCOUNT, BY_ADDRESS = 5, 10
"""The defaults."""
LIMITS: dict[str, Any] = {"logins_per_account": BY_ACCOUNT, "logins_per_address": BY_ADDRESS}
SOME = 2 * BY_ADDRESS


@pytest.fixture
def here(tmp_path: Path) -> Iterator[PlatformLoginWorld]:
    with platform_login_world(tmp_path, **LIMITS) as world:
        yield world


def statuses(here: PlatformLoginWorld, *shown: tuple[str, str], **more: Any) -> list[int]:
    return [send(here.http, token, grant, **more).status_code for grant, token in shown]


def wrong(here: PlatformLoginWorld, grant: str) -> str:
    """A credential of which nothing is right."""
    return {"google": here.epic.token(), "epic": "x", "refresh": "x"}[grant]


@pytest.mark.parametrize("grant", ["google", "epic", "refresh"])
def test_logins_that_claim_no_account_are_limited_by_address_alone(
    here: PlatformLoginWorld, grant: str
) -> None:
    few = BY_ADDRESS - 1
    assert statuses(here, *[(grant, wrong(here, grant))] * few) == [403] * few
    # Everybody else behind the same address still comes in, by whatever they have.
    players = [("google", here.google.token()), ("epic", here.epic.token()), ("anon", secret())]
    assert statuses(here, *players) == [200, 200, 200]
    assert here.come_in()["platform"] == "Google"
    # That they did makes no more failures of it.
    assert statuses(here, *[(grant, wrong(here, grant))] * 2) == [403, 429]
    assert send(here.http, here.google.token(), "google").json()["error_code"] == "too_many"


def test_codes_and_states_are_limited_by_address_alone(here: PlatformLoginWorld) -> None:
    code = here.code()
    assert [here.exchange("x").status_code for _ in range(BY_ACCOUNT + 1)] == [403] * 6
    assert here.exchange(code).status_code == 200
    guess = f"{RESPONSE}/google?code=x&state="
    assert [here.back(f"{guess}{n}").status_code for n in range(5)] == [307] * 4 + [429]


def test_a_machine_that_is_claimed_is_limited_by_its_name_too(here: PlatformLoginWorld) -> None:
    tries = [("basic", f"ds-eu:guess {n}") for n in range(BY_ACCOUNT)]
    assert statuses(here, *tries, ("basic", MACHINES["server"])) == [403] * BY_ACCOUNT + [429]
    assert statuses(here, ("basic", MACHINES["support"])) == [200]


NO_GUESS: dict[str, tuple[str, str]] = {
    "apple": ("x", "apple_disabled"),
    "steam": ("", "steam_disabled"),
    "google": ("", "google_token_empty"),
    "anon": ("", "anon_token_empty"),
    "refresh": ("", "refresh_token_empty"),
    "basic": ("no colon", "basic_auth_incorrect_format"),
}


@pytest.mark.parametrize("grant", NO_GUESS)
def test_what_is_no_guess_does_not_count(here: PlatformLoginWorld, grant: str) -> None:
    token, code = NO_GUESS[grant]
    assert {refused(send(here.http, token, grant)) for _ in range(SOME)} == {code}
    assert statuses(here, ("basic", MACHINES["server"])) == [200]


def test_a_platform_that_does_not_answer_shuts_nobody_out(here: PlatformLoginWorld) -> None:
    for path in (WELL_KNOWN, "/keys"):
        here.google.replies[path] = Reply(404)
        codes = {refused(send(here.http, "x", "google")) for _ in range(SOME)}
        assert codes == {"google_keys_not_available"}
        here.reset()
    for _ in range(SOME):
        address = here.there()
        here.google.replies["/token"] = Reply(404)
        here.back(address)
        here.reset()
    assert here.come_in()["platform"] == "Google"


def test_a_page_elsewhere_that_calls_us_back_shuts_nobody_out(here: PlatformLoginWorld) -> None:
    """Somebody who says no at the platform, or an address without anything."""
    for _ in range(SOME):
        here.back(f"{RESPONSE}/google")
    for _ in range(SOME):
        said = here.there().partition("?")[2]
        state = next(part for part in said.split("&") if part.startswith("state="))
        here.back(f"{RESPONSE}/google?error=access_denied&{state}&iss={here.google.issuer}")
    assert here.come_in()["platform"] == "Google"


def test_a_refresh_token_that_is_good_no_more_guesses_nothing(here: PlatformLoginWorld) -> None:
    said = here.come_in()
    lobby = here.callers.served.lobby
    uuid, token = said["active_player_uuid"], said["refresh_token"]
    other = {refused(send(here.http, token, "refresh", headers=GAME)) for _ in range(SOME)}
    assert other == {"refresh_token_client_id_mismatch"}
    here.callers.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=uuid))
    assert {refused(send(here.http, token, "refresh")) for _ in range(SOME)} == {
        "refresh_token_not_found"
    }
    here.callers.served.do(accounts.delete(lobby, SYSTEM, account=uuid))
    assert {refused(send(here.http, token, "refresh")) for _ in range(SOME)} == {
        "refresh_token_invalid_user"
    }
    assert here.come_in()["platform"] == "Google"


def test_whose_secret_a_game_guesses_is_limited_by_address(here: PlatformLoginWorld) -> None:
    guesses = [send(here.http, secret(), headers=basic(f"game:{n}")) for n in range(BY_ADDRESS + 1)]
    assert [one.status_code for one in guesses] == [403] * BY_ADDRESS + [429]
