"""Coming in through a platform's page: the way of one who means well, and what the game gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from lobby.actions.accounts import moderation
from lobby.domain.accounts import Restriction
from lobby.domain.permissions import SYSTEM
from tests.api.player_services.test_login import CONFIG, GAME
from tests.api.player_services.test_login import refused as refused_login
from tests.support.platform_login import (
    COOKIE,
    DONE,
    LATER,
    LOGIN,
    RESPONSE,
    PlatformLoginWorld,
    landed,
    platform_login_world,
    refused,
)
from tests.support.player_services import bearer
from tests.support.upstream import Reply

STATE = ("failed_to_verify_state", "FAILED_TO_VERIFY_STATE")
EXCHANGE = ("error_occurred_during_exchange", "ERROR_OCCURRED_DURING_EXCHANGE")
NO_CODE = ("authorization_code_not_found", "NO_CODE_IN_REQUEST")
USED = "authorization_code_not_found"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformLoginWorld]:
    with platform_login_world(tmp_path_factory.mktemp("portals")) as world:
        yield world


@pytest.fixture(autouse=True)
def truthful(here: PlatformLoginWorld) -> Iterator[None]:
    yield
    assert here.google.wrongs == here.epic.wrongs == []
    here.reset()


# There and back


def test_whoever_comes_through_a_platforms_page_is_in(here: PlatformLoginWorld) -> None:
    said = here.come_in()
    assert (said["platform"], said["portal_user_id"]) == ("Google", "user-1")
    assert (said["role_id"], said["display_name"]) == (1, "Ann")
    assert here.http.get(CONFIG, headers=bearer(said["access_token"])).status_code == 200
    again = here.come_in()
    assert again["active_player_uuid"] == said["active_player_uuid"]


def test_a_token_of_the_platforms_is_the_same_player_as_its_page(here: PlatformLoginWorld) -> None:
    said = here.come_in()
    token = here.google.token()
    asks = {"grant_type": "google", "portal_access_token": token}
    by_token = here.http.post("/users/v1/login", json=asks).json()
    same = ("active_player_uuid", "active_player_id", "platform", "portal_user_id", "role_id")
    assert [by_token[name] for name in same] == [said[name] for name in same]


def test_the_same_name_on_two_platforms_is_two_players(here: PlatformLoginWorld) -> None:
    google, epic = here.come_in(), here.come_in("epic")
    assert google["portal_user_id"] == epic["portal_user_id"]
    assert google["active_player_uuid"] != epic["active_player_uuid"]


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    here: PlatformLoginWorld,
) -> None:
    here.google.about["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert here.come_in()["platform"] == "Google"
    (asked,) = [asked for asked in here.google.service.asked if asked.path == "/token"][-1:]
    assert "Authorization" not in asked.headers


def test_the_browser_takes_what_only_we_can_answer_for(here: PlatformLoginWorld) -> None:
    answer = here.leave(state="mine")
    said = parse_qs(urlsplit(answer.headers["location"]).query)
    assert set(said) == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert said["redirect_uri"] == [f"{here.callers.served.lobby.settings.url}{RESPONSE}/google"]
    assert len(said["state"][0]) == len(said["nonce"][0]) == 64, "256 bits in hexadecimal"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly; Max-Age=600; Path=/; SameSite=lax" in cookie
    value = cookie.removeprefix(f"{COOKIE}=")[:64]
    assert value not in answer.headers["location"]
    other = parse_qs(urlsplit(here.leave().headers["location"]).query)
    for word in ("state", "nonce", "code_challenge"):
        assert other[word] != said[word]


@pytest.mark.parametrize("at", [DONE, LATER])
@pytest.mark.parametrize(
    "state", ["", "a", "a&code=b#c", "é ü/?%+\r\nSet-Cookie: a=b", "\N{GRINNING FACE}" * 2048 + "x"]
)
def test_the_games_own_state_comes_back_as_it_was(
    here: PlatformLoginWorld, at: str, state: str
) -> None:
    answer = here.back(here.there(redirect_uri=at, state=state))
    said = landed(answer, at)
    assert set(said) == {"code", "state"}
    assert said["state"] == state
    query = answer.headers["location"].removeprefix(at)[1:]
    assert re.fullmatch(r"[\w.~%=&-]+", query, re.ASCII), "percent-encoded, all that is not plain"
    assert len(answer.headers.get_list("set-cookie")) == 1


def test_a_state_that_is_too_long_is_422(here: PlatformLoginWorld) -> None:
    assert here.leave(state="x" * 4096).headers["location"].startswith(here.google.issuer)
    assert here.leave(state="x" * 4097).status_code == 422


# Codes of ours


def test_a_code_used_twice_ends_what_it_gave(here: PlatformLoginWorld) -> None:
    code = here.code()
    first = here.exchange(code, include_refresh=True).json()
    assert refused_login(here.exchange(code)) == USED
    gone = here.http.get(CONFIG, headers=bearer(first["access_token"]))
    assert gone.json()["error_code"] == "auth_token_unknown"
    renewed = {"grant_type": "refresh", "portal_access_token": first["refresh_token"]}
    assert refused_login(here.http.post("/users/v1/login", json=renewed)) == (
        "refresh_token_not_found"
    )
    assert here.come_in()["active_player_uuid"] == first["active_player_uuid"]


def test_a_code_is_good_for_a_minute(here: PlatformLoginWorld) -> None:
    young, old = here.code(), here.code()
    here.pass_time(55)
    assert here.exchange(young).status_code == 200
    here.pass_time(10)
    assert refused_login(here.exchange(old)) == USED


@pytest.mark.parametrize("code", ["", "x", "0" * 64])
def test_a_code_that_is_none_of_ours_is_refused(here: PlatformLoginWorld, code: str) -> None:
    assert refused_login(here.exchange(code)) == USED


def test_the_platforms_code_is_none_of_ours(here: PlatformLoginWorld) -> None:
    theirs = dict(parse_qsl(urlsplit(here.there()).query))["code"]
    assert refused_login(here.exchange(theirs)) == USED


def test_a_code_stays_good_for_who_has_to_agree_first(tmp_path: Path) -> None:
    with platform_login_world(tmp_path, more="agreements = { eula = 1 }") as here:
        code = here.code()
        assert refused_login(here.exchange(code)) == "user_needs_agreements"
        said = here.exchange(code, accept_eula=True)
        assert said.status_code == 200
        assert here.come_in()["active_player_uuid"] == said.json()["active_player_uuid"]


def test_whoever_is_barred_stays_out_this_way_too(here: PlatformLoginWorld) -> None:
    here.epic.person["sub"] = "cheat"
    player = here.come_in("epic")["active_player_uuid"]
    lobby = here.callers.served.lobby
    banned = Restriction("account_ban")
    done = moderation.restrict(lobby, SYSTEM, account=player, restriction=banned)
    here.callers.served.do(done)
    assert refused_login(here.exchange(here.code("epic"))) == "user_auth_restricted"
    here.epic.person["sub"] = "user-1"


def test_a_game_that_shows_itself_has_its_players_tokens_bound_to_it(
    here: PlatformLoginWorld,
) -> None:
    asks = {"code": here.code(), "include_refresh": True}
    said = here.http.post("/users/v1/oauth/token", json=asks, headers=GAME).json()
    renewed = {"grant_type": "refresh", "portal_access_token": said["refresh_token"]}
    answer = here.http.post("/users/v1/login", json=renewed)
    assert refused_login(answer) == "refresh_token_client_id_mismatch"


# Where there is nobody to go to


@pytest.mark.parametrize(
    "portal", ["apple", "xbox", "psn", "nintendo", "steam", "amazon", "twitch"]
)
def test_a_platform_without_a_provider_is_disabled(here: PlatformLoginWorld, portal: str) -> None:
    told = (f"{portal}_disabled", "PORTAL_PROVIDER_DISABLED")
    assert refused(here.leave(portal)) == told
    assert here.http.get(f"{LOGIN}/basic").status_code == 422


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(302, headers={"Location": "/elsewhere"}),
        Reply(body=b"<html>", type="text/html"),
        Reply(body=b"[]"),
        Reply(body=b'{"issuer": "https://other.example"}'),
    ],
)
def test_a_provider_that_says_nothing_of_itself_sends_nobody_away(
    here: PlatformLoginWorld, reply: Reply
) -> None:
    here.google.replies["/.well-known/openid-configuration"] = reply
    assert refused(here.leave(state="mine")) == EXCHANGE
    assert landed(here.leave(state="mine"))["state"] == "mine"


def test_a_provider_that_says_that_it_is_another_is_not_believed(here: PlatformLoginWorld) -> None:
    here.google.about["issuer"] = here.epic.issuer
    assert refused(here.leave()) == EXCHANGE
    here.google.about["issuer"] = here.google.issuer
    here.forget()
    here.google.about["authorization_endpoint"] = "javascript:alert(1)//"
    assert refused(here.leave()) == EXCHANGE


def test_a_player_who_says_no_comes_back_without_a_code(here: PlatformLoginWorld) -> None:
    state = dict(parse_qsl(urlsplit(here.there(state="mine")).query))["state"]
    address = f"{RESPONSE}/google?error=access_denied&state={state}&iss={here.google.issuer}"
    answer = here.back(address)
    assert refused(answer) == NO_CODE
    assert landed(answer)["state"] == "mine"
