"""Coming in by a platform's credential: who one is then, and what is said to who does not."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import moderation
from lobby.actions.login import tokens
from lobby.api.player_services.codes import OPEN
from lobby.domain.errors import Unacceptable
from lobby.domain.permissions import SYSTEM, Kind
from tests.support.player_services import CLIENT, MACHINES, ServerAndCallers, bearer

LOGIN, TOKEN = "/users/v1/login", "/users/v2/oauth/token"
CONFIG = "/session/v1/instance/health/config"
numbers = count(1)

Json = dict[str, Any]


@pytest.fixture(scope="module")
def http(door: ServerAndCallers) -> httpx2.Client:
    return door[0]


def basic(pair: str, *, urlsafe: bool = False) -> dict[str, str]:
    encode = urlsafe_b64encode if urlsafe else b64encode
    return {"Authorization": f"Basic {encode(pair.encode()).decode()}"}


GAME = basic(":".join(CLIENT))


def secret() -> str:
    return f"my own secret {next(numbers)}"


def send(
    http: httpx2.Client,
    token: str,
    grant: str = "anon",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> httpx2.Response:
    said = {"grant_type": grant, "portal_access_token": token, **more}
    return http.post(LOGIN, json=said, headers=headers)


def log_in(http: httpx2.Client, token: str, *args: Any, **more: Any) -> Json:
    answer = send(http, token, *args, **more)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def refused(answer: httpx2.Response) -> str:
    """The code, which the document lists; and nobody who logs in is ever told to renew a token."""
    said = answer.json()
    assert (answer.status_code, said["auth_success"]) == (403, True)
    assert said["error_code"] in OPEN.get(answer.request.url.path, [said["error_code"]])
    return str(said["error_code"])


# Players


def test_the_same_secret_is_the_same_player_and_another_is_another(http: httpx2.Client) -> None:
    mine = secret()
    first, again, other = log_in(http, mine), log_in(http, mine), log_in(http, secret())
    same = ("active_player_uuid", "active_player_id", "person_id", "portal_user_id")
    assert [first[name] for name in same] == [again[name] for name in same]
    assert not {first[name] for name in same} & {other[name] for name in same}
    assert mine not in str(first)


def test_who_has_come_in_is_told_who_they_are(http: httpx2.Client) -> None:
    said = log_in(http, secret())
    assert (said["platform"], said["portal_id"], said["role_id"]) == ("Anon", 2, 2)
    assert said["display_name"] == f"Player {said['active_player_id']}"
    assert said["restrictions"] == []
    assert "session:read:self" in said["permissions"]
    assert "refresh_token" not in said
    assert http.get(CONFIG, headers=bearer(said["access_token"])).status_code == 200


def test_many_at_once_with_one_new_secret_are_one_player(http: httpx2.Client) -> None:
    mine = secret()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: log_in(http, mine), range(16)))
    assert len({said["active_player_uuid"] for said in found}) == 1


def test_a_player_is_found_by_the_older_number_too(door: ServerAndCallers) -> None:
    http, callers = door
    said = log_in(http, secret())
    lobby = callers.served.lobby
    found = callers.served.do(moderation.by_number(lobby, said["active_player_id"]))
    assert found.uuid == said["active_player_uuid"]


def test_a_name_is_taken_if_anybody_may_have_it(door: ServerAndCallers) -> None:
    http, callers = door
    mine, admin = secret(), callers.people.get("admin").account.login
    assert log_in(http, mine, portal_display_name="  Ann  B ")["display_name"] == "Ann B"
    assert log_in(http, mine)["display_name"] == "Ann B"
    for wrong in ("\N{CYRILLIC SMALL LETTER A}dmin", "x" * 33, admin, "", " "):
        assert log_in(http, mine, portal_display_name=wrong)["display_name"] == "Ann B", wrong
    assert log_in(http, mine, portal_display_name="Bo")["display_name"] == "Bo"


def test_a_player_counts_as_named_once_there_is_a_name(door: ServerAndCallers) -> None:
    http, callers = door
    mine, lobby = secret(), callers.served.lobby
    for name, named in (("", False), ("Cy", True)):
        said = log_in(http, mine, portal_display_name=name)
        actor = callers.served.do(tokens.identify_player(lobby, said["access_token"]))
        assert (actor.named, actor.platform, actor.kind) == (named, "Anon", Kind.PLAYER)


def test_a_game_that_shows_itself_gives_its_players_its_role(http: httpx2.Client) -> None:
    mine = secret()
    said = log_in(http, mine, headers=GAME)
    assert said["role_id"] == 1
    assert "session:update:browser" in said["permissions"]
    assert "session:update:browser" not in log_in(http, secret())["permissions"]


def test_a_game_may_spell_itself_in_either_alphabet(http: httpx2.Client) -> None:
    """The name of a machine serves, whose encoding has the letters in which they differ."""
    pair = "nobody:a?b>c~ÿ"
    forms = [basic(pair), basic(pair, urlsafe=True)]
    assert forms[0] != forms[1]
    for headers in forms:
        assert refused(send(http, secret(), headers=headers)) == UNKNOWN
    headers = basic(":".join(CLIENT), urlsafe=True)
    bare = {"Authorization": headers["Authorization"].rstrip("=")}
    assert [log_in(http, secret(), headers=h)["role_id"] for h in (headers, bare)] == [1, 1]


UNKNOWN, INCORRECT = "basic_auth_credentials_not_found", "basic_auth_incorrect_format"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (basic("game:wrong"), UNKNOWN),
        (basic("nobody:the game's own secret"), UNKNOWN),
        (basic("game"), INCORRECT),
        ({"Authorization": "Basic"}, INCORRECT),
        ({"Authorization": "Basic ***"}, INCORRECT),
    ],
)
def test_a_game_that_is_not_what_it_says_lets_nobody_in(
    header: dict[str, str], code: str, http: httpx2.Client
) -> None:
    assert refused(send(http, secret(), headers=header)) == code


def test_an_old_token_beside_it_does_not_bar_a_login(http: httpx2.Client) -> None:
    assert log_in(http, secret(), headers=bearer("anything"))["role_id"] == 2


# What lets nobody in


@pytest.mark.parametrize(
    ("grant", "token", "code"),
    [
        ("anon", "", "anon_token_empty"),
        ("basic", "", "basic_token_empty"),
        ("refresh", "", "refresh_token_empty"),
        ("basic", "ds-eu", INCORRECT),
        ("basic", "ds-eu:wrong", UNKNOWN),
        ("basic", "nobody:a game server's password", UNKNOWN),
        ("basic", "ds-eu:a game server's password ", UNKNOWN),
        ("refresh", "x", "refresh_token_not_found"),
        ("google", "x", "google_disabled"),
        ("apple", "", "apple_disabled"),
        ("epic", "x", "epic_disabled"),
        ("xboxlive", "x", "xbox_disabled"),
        ("ps4_v1", "x", "ps4_v1_disabled"),
        ("ps4_v3", "x", "ps4_v3_disabled"),
        ("ps5_v3", "x", "ps5_v3_disabled"),
        ("nintendo", "x", "nintendo_disabled"),
        ("nintendo_switch", "x", "nintendo_disabled"),
        ("steam", "x", "steam_disabled"),
    ],
)
def test_what_lets_nobody_in_is_told_by_the_documents_code(
    grant: str, token: str, code: str, http: httpx2.Client
) -> None:
    assert refused(send(http, token, grant)) == code


def test_a_grant_that_there_is_not_is_422(http: httpx2.Client) -> None:
    assert send(http, "x", "twitch").status_code == 422


# Machines


@pytest.mark.parametrize(("name", "role"), [("server", 10), ("support", 30), ("boss", 99)])
def test_a_machine_has_the_role_that_the_catalogue_gives_it(
    name: str, role: int, http: httpx2.Client
) -> None:
    pair = MACHINES[name]
    said = log_in(http, pair, "basic")
    assert (said["platform"], said["portal_id"], said["role_id"]) == ("Basic", 11, role)
    assert said["portal_user_id"] == said["display_name"] == pair.partition(":")[0]
    assert log_in(http, pair, "basic")["active_player_uuid"] == said["active_player_uuid"]


def test_a_machine_comes_in_without_a_platform_at_either_place(http: httpx2.Client) -> None:
    asks, headers = {"grant_type": "client_credentials"}, basic(MACHINES["server"], urlsafe=True)
    same = log_in(http, MACHINES["server"], "basic")["active_player_uuid"]
    here = http.post(LOGIN, json=asks, headers=headers).json()
    assert (here["active_player_uuid"], here["role_id"]) == (same, 10)
    there = http.post(TOKEN, json=asks, headers=headers).json()
    assert (there["token_type"], there["expires_in"]) == ("Bearer", 3600)
    for token in (here["access_token"], there["access_token"]):
        assert http.get(CONFIG, headers=bearer(token)).status_code == 200
    again = log_in(http, there["refresh_token"], "refresh", headers=headers)
    assert again["active_player_uuid"] == same


@pytest.mark.parametrize("path", [LOGIN, TOKEN])
def test_a_machine_that_is_none_does_not(path: str, http: httpx2.Client) -> None:
    asks = {"grant_type": "client_credentials"}
    for headers, code in (
        ({}, "basic_token_empty"),
        (basic("ds-eu:wrong"), UNKNOWN),
        (GAME, UNKNOWN),
        (basic("ds-eu"), INCORRECT),
    ):
        assert refused(http.post(path, json=asks, headers=headers)) == code


def test_a_role_that_changes_counts_at_once_for_tokens_that_are_about(
    door: ServerAndCallers,
) -> None:
    http, callers = door
    mine = secret()
    said = log_in(http, mine)
    lobby, headers = callers.served.lobby, bearer(said["access_token"])
    assert http.get(CONFIG, headers=headers).status_code == 200
    uuid = said["active_player_uuid"]
    callers.served.do(moderation.set_role(lobby, SYSTEM, account=uuid, role="visitor"))
    assert refused(http.get(CONFIG, headers=headers)) == "insufficient_permissions"
    assert log_in(http, mine)["role_id"] == 50
    with pytest.raises(Unacceptable):
        callers.served.do(moderation.set_role(lobby, SYSTEM, account=uuid, role="nobody"))
