"""Coming in through a platform's page: whoever forges, repeats, mixes up or guesses gets nothing,
and is no hindrance to others.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

from tests.api.player_services.test_portals import EXCHANGE, NO_CODE, STATE
from tests.support.platform_login import (
    COOKIE,
    DONE,
    LATER,
    RESPONSE,
    PlatformLoginWorld,
    landed,
    platform_login_world,
    refused,
)

MISMATCH = ("redirect_uri_does_not_match", "REDIRECT_URI_DOES_NOT_MATCH")
VARIANTS = [
    "HTTP://127.0.0.1:9/done",
    "http://127.0.0.1:9/Done",
    "http://127.0.0.1:9/done/",
    "http://127.0.0.1:9//done",
    "http://127.0.0.1:9/./done",
    "http://127.0.0.1:9/x/../done",
    "http://127.0.0.1:9/done/..",
    "http://127.0.0.1:9/%64one",
    "http://127.0.0.1:9/done?",
    "http://127.0.0.1:9/done?x=y",
    "http://127.0.0.1:9/done#",
    "http://127.0.0.1:9/done#@other.example",
    "http://127.0.0.1:9@other.example/done",
    "http://other.example\\@127.0.0.1:9/done",
    "http://127.0.0.1/done",
    "https://127.0.0.1:9/done",
    "//127.0.0.1:9/done",
    "http://127.0.0.1:9/done ",
    "http://127.0.0.1:9/done\r\nLocation: http://other.example",
    "javascript:alert(1)",
    "http://127.0.0.1:9/later",
    "",
]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformLoginWorld]:
    with platform_login_world(tmp_path_factory.mktemp("portals")) as world:
        yield world


@pytest.fixture(autouse=True)
def calm(here: PlatformLoginWorld) -> Iterator[None]:
    yield
    here.reset()


# Where a browser may come back to


@pytest.mark.parametrize("wanted", VARIANTS)
def test_f2_what_is_not_exactly_an_address_of_the_games_is_none(
    here: PlatformLoginWorld, wanted: str
) -> None:
    answer = here.leave(redirect_uri=wanted, state="mine")
    assert refused(answer) == MISMATCH
    assert landed(answer)["state"] == "mine"


def test_f2_an_address_counts_no_more_once_the_catalogue_has_it_no_longer(
    here: PlatformLoginWorld,
) -> None:
    address = here.there(redirect_uri=LATER)
    lobby = here.callers.served.lobby
    before = lobby.catalogue
    auth = before.auth.model_copy(update={"redirect_uris": (DONE,)})
    vars(lobby)["catalogue"] = before.model_copy(update={"auth": auth})
    try:
        assert set(landed(here.back(address), DONE)) == {"code"}
    finally:
        vars(lobby)["catalogue"] = before


def test_f2_a_game_without_such_addresses_has_no_logins_in_the_browser(
    here: PlatformLoginWorld,
) -> None:
    lobby = here.callers.served.lobby
    before = lobby.catalogue
    auth = before.auth.model_copy(update={"redirect_uris": ()})
    vars(lobby)["catalogue"] = before.model_copy(update={"auth": auth})
    try:
        for answer in (here.leave(redirect_uri=DONE), here.back(f"{RESPONSE}/google?code=x")):
            assert answer.status_code == 422
            (problem,) = answer.json()["detail"]
            assert problem["type"] == "no_redirects_configured"
    finally:
        vars(lobby)["catalogue"] = before


# Who comes back


def test_f2_one_comes_back_once(here: PlatformLoginWorld) -> None:
    address = here.there(state="mine")
    cookie = f"{COOKIE}={here.http.cookies[COOKIE]}"
    before = here.google.asked("/token")
    assert "code" in landed(here.back(address))
    answer = here.back(address, Cookie=cookie)
    assert refused(answer) == STATE
    assert "state" not in landed(answer)
    assert here.google.asked("/token") == before + 1


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=", f"{COOKIE}=x", f"{COOKIE}={'0' * 64}"])
def test_f2_who_comes_back_in_another_browser_gets_nothing_and_spoils_nothing(
    here: PlatformLoginWorld, cookie: str
) -> None:
    address = here.there(state="mine")
    own = f"{COOKIE}={here.http.cookies[COOKIE]}"
    here.http.cookies.clear()
    before = here.google.asked("/token")
    answer = here.back(address, Cookie=cookie)
    assert refused(answer) == STATE
    assert "state" not in landed(answer), "not a word of somebody else's login"
    assert "set-cookie" not in answer.headers
    assert here.google.asked("/token") == before
    assert landed(here.back(address, Cookie=own))["state"] == "mine"


@pytest.mark.parametrize("state", ["", "x", "0" * 64])
def test_f2_a_state_that_is_none_of_ours_is_refused(here: PlatformLoginWorld, state: str) -> None:
    here.leave()
    address = f"{RESPONSE}/google?code=x&state={state}&iss={here.google.issuer}"
    assert refused(here.back(address)) == STATE


def test_f2_a_login_takes_ten_minutes_at_most(here: PlatformLoginWorld) -> None:
    slow = here.there()
    here.pass_time(590)
    assert "code" in landed(here.back(slow))
    slower = here.there()
    here.pass_time(610)
    assert refused(here.back(slower)) == STATE


# Which platform it is that answers


def test_f2_an_answer_for_one_platform_is_none_for_another(here: PlatformLoginWorld) -> None:
    address = here.there()
    moved = urlunsplit(urlsplit(address)._replace(path=f"{RESPONSE}/epic"))
    assert refused(here.back(moved)) == STATE
    assert here.epic.asked("/token") == 0
    assert "code" in landed(here.back(address)), "it is still good where it belongs"


@pytest.mark.parametrize("said", ["", "&iss=", "&iss=https://other.example", "epic", "twice"])
def test_f2_an_answer_that_another_platform_gives_is_not_taken_to_this_one(
    here: PlatformLoginWorld, said: str
) -> None:
    before = here.google.asked("/token")
    address, _, own = here.there().rpartition("&iss=")
    more = {"epic": f"&iss={quote(here.epic.issuer)}", "twice": f"&iss={own}&iss={own}"}
    assert refused(here.back(address + more.get(said, said))) == STATE
    assert here.google.asked("/token") == before


def test_f2_a_platform_that_promises_no_name_need_not_say_it_but_must_not_lie(
    here: PlatformLoginWorld,
) -> None:
    here.google.about["authorization_response_iss_parameter_supported"] = False
    address, _, _ = here.there().rpartition("&iss=")
    assert "code" in landed(here.back(address))
    address, _, _ = here.there().rpartition("&iss=")
    assert refused(here.back(f"{address}&iss={here.epic.issuer}")) == STATE


@pytest.mark.parametrize("word", ["code", "state"])
def test_f2_what_is_said_twice_is_not_believed(here: PlatformLoginWorld, word: str) -> None:
    address = here.there()
    answer = here.back(f"{address}&{word}=other")
    assert refused(answer) == (STATE if word == "state" else NO_CODE)


def test_f2_a_code_of_somebody_elses_login_is_refused_by_the_platform(
    here: PlatformLoginWorld,
) -> None:
    """It was given for another proof, which never leaves us."""
    stolen = here.there().partition("code=")[2].partition("&")[0]
    address = here.there()
    own = address.partition("code=")[2].partition("&")[0]
    assert refused(here.back(address.replace(own, stolen))) == EXCHANGE
    assert here.google.wrongs == ["code_verifier"]
