"""A user of the other APIs, who has a password, is a player here by it: the same account, limits
and names, and no more rights than a player has.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import accounts, moderation
from lobby.actions.login import tokens
from lobby.domain.accounts import Account, Restriction
from lobby.domain.permissions import ADMIN_GRANTS, SYSTEM, Kind
from tests.api.player_services.test_login import CONFIG, GAME, TOKEN, log_in, refused, send
from tests.api.player_services.test_login_rules import with_auth
from tests.support.checked_clients import RecordedChannel
from tests.support.player_services import (
    Callers,
    ServerAndCallers,
    bearer,
    player_services_server,
)

PASSWORD, OTHER = "correct horse 9", "another horse 10"
PLAYING = {"client_version": "1.0.0", "client_settings": {"input": "gamepad"}}
UNKNOWN = "basic_auth_credentials_not_found"
numbers = count(1)


def registered(who: Callers) -> Account:
    login = f"Somebody.{next(numbers)}"
    verb = accounts.register_user(who.served.lobby, login=login, password=PASSWORD, address="test")
    return who.served.do(verb)


def asks(username: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    return {"grant_type": "password", "username": username, "password": password, **more}


def come_in(http: httpx2.Client, username: str, **more: Any) -> Any:
    answer = http.post(TOKEN, json=asks(username), **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_user_is_the_same_account_here(door: ServerAndCallers) -> None:
    http, who = door
    user = registered(who)
    login = str(user.login)
    said = come_in(http, login.upper())
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)
    assert http.get(CONFIG, headers=bearer(said["access_token"])).status_code == 200
    known = log_in(http, said["refresh_token"], "refresh")
    assert (known["active_player_uuid"], known["active_player_id"]) == (user.uuid, user.number)
    assert (known["display_name"], known["portal_user_id"]) == (login, login)
    assert (known["platform"], known["portal_id"], known["role_id"]) == ("Basic", 11, 1)
    assert http.get(CONFIG, headers=bearer(known["access_token"])).status_code == 200
    links = http.get(f"/users/v2/player/{user.uuid}/links", headers=bearer(known["access_token"]))
    assert links.json() == {"links": []}


def test_a_game_that_shows_itself_binds_the_tokens_of_a_user_to_it(door: ServerAndCallers) -> None:
    http, who = door
    said = come_in(http, str(registered(who).login), headers=GAME)
    token = said["refresh_token"]
    assert refused(send(http, token, "refresh")) == "refresh_token_client_id_mismatch"
    assert log_in(http, token, "refresh", headers=GAME)["role_id"] == 1


async def test_a_user_is_on_the_channel_and_in_sessions_what_a_player_is(
    door: ServerAndCallers,
) -> None:
    http, who = door
    user = registered(who)
    headers = bearer(come_in(http, str(user.login))["access_token"])
    made = http.post(
        "/session/v1/session", json={"session_type": "party", **PLAYING}, headers=headers
    )
    id = made.json()["session_id"]
    edited = {"custom_data": {"a": "b"}}
    assert http.patch(f"/session/v1/session/{id}", json=edited, headers=headers).is_success
    query = {"offset_reset_strategy": "earliest"}
    path = "/notification/v1/player/me/stream/notification/lp"
    told = http.get(path, params=query, headers=headers).json()["notifications"]
    assert {one["rh_url"] for one in told} == {f"/session/v1/session/{id}"}
    channel = await RecordedChannel.connect(who.served.url, hello=False)
    token = headers["Authorization"].removeprefix("Bearer ")
    welcome = await channel.command("hello", token=token)
    assert (welcome["uuid"], welcome["kind"]) == (user.uuid, "player")
    await channel.close()


@pytest.mark.parametrize("wrong", ["password", "username", "both"])
def test_what_is_wrong_is_not_told(wrong: str, door: ServerAndCallers) -> None:
    http, who = door
    login = str(registered(who).login)
    username = login if wrong == "password" else f"{login}x"
    password = PASSWORD if wrong == "username" else OTHER
    assert refused(http.post(TOKEN, json=asks(username, password))) == UNKNOWN


def test_failures_count_where_the_same_password_is_asked_for_elsewhere() -> None:
    with player_services_server(logins_per_account=5) as (http, who):
        login = str(registered(who).login)
        for n in range(5):
            assert refused(http.post(TOKEN, json=asks(login, f"a wrong guess {n}"))) == UNKNOWN
        answer = http.post(TOKEN, json=asks(login))
        assert (answer.status_code, answer.json()["error_code"]) == (429, "too_many")
        assert answer.json()["auth_success"] is True
        elsewhere = http.post("/users/login", data={"username": login, "password": PASSWORD})
        assert elsewhere.status_code == 429


def test_five_failures_leave_five_by_address(tmp_path: Path) -> None:
    """Each is counted once."""
    with player_services_server(logins_per_address=10) as (http, who):
        login = str(registered(who).login)
        tries = [http.post(TOKEN, json=asks(f"{login}{n}", OTHER)) for n in range(11)]
        assert [one.status_code for one in tries] == [403] * 10 + [429]


def test_each_token_is_for_its_own_apis(door: ServerAndCallers) -> None:
    http, who = door
    login = str(registered(who).login)
    player = come_in(http, login)["access_token"]
    user = http.post("/users/login", data={"username": login, "password": PASSWORD}).text
    assert http.get("/users", headers=bearer(user)).status_code == 200
    assert http.get("/users", headers=bearer(player)).status_code == 401
    answer = http.get(CONFIG, headers=bearer(user))
    assert (answer.status_code, answer.json()["error_code"]) == (403, "auth_invalid_version")


def test_an_administrator_is_a_player_like_any_other(door: ServerAndCallers) -> None:
    http, who = door
    user = registered(who)
    lobby = who.served.lobby
    who.served.do(lobby.accounts.change(user.uuid, lambda a: setattr(a, "admin", True)))
    lobby.account_cache.invalidate(user.uuid)
    token = come_in(http, str(user.login))["access_token"]
    actor = who.served.do(tokens.identify_player(lobby, token))
    assert (actor.uuid, actor.kind, actor.admin) == (user.uuid, Kind.PLAYER, False)
    assert not actor.grants & (ADMIN_GRANTS | {"user"})
    other = who.player()
    path = f"/session/v1/player/{other.uuid}/session"
    assert http.get(path, headers=bearer(token)).status_code == 403


def test_a_new_password_or_a_ban_ends_what_was_given(door: ServerAndCallers) -> None:
    http, who = door
    lobby = who.served.lobby
    user, banned = registered(who), registered(who)
    first, second = come_in(http, str(user.login)), come_in(http, str(banned.login))
    who.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=user.uuid))
    ban = Restriction("account_ban")
    who.served.do(moderation.restrict(lobby, SYSTEM, account=banned.uuid, restriction=ban))
    for said in (first, second):
        answer = http.get(CONFIG, headers=bearer(said["access_token"]))
        assert answer.json()["error_code"] == "auth_token_unknown"
        assert refused(send(http, said["refresh_token"], "refresh")) == "refresh_token_not_found"
    assert refused(http.post(TOKEN, json=asks(str(banned.login)))) == "user_auth_restricted"
    assert come_in(http, str(user.login))


def test_agreements_are_asked_for_here_too(tmp_path: Path) -> None:
    wanted = with_auth(tmp_path, "agreements = { eula = 1 }")
    with player_services_server(catalogue=wanted) as (http, who):
        login = str(registered(who).login)
        answer = http.post(TOKEN, json=asks(login))
        assert refused(answer) == "user_needs_agreements"
        assert answer.json()["needs_eula"] is True
        assert http.post(TOKEN, json=asks(login, accept_eula=True)).is_success
        assert come_in(http, login)


def test_where_the_catalogue_does_not_offer_it_nobody_comes_in_by_it(tmp_path: Path) -> None:
    only = with_auth(tmp_path, 'grants = ["anon", "basic", "refresh"]')
    with player_services_server(catalogue=only) as (http, who):
        assert refused(http.post(TOKEN, json=asks(str(registered(who).login)))) == (
            "password_disabled"
        )


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"grant_type": "password"}, 403, "password_token_empty"),
        (asks("", PASSWORD), 403, "password_token_empty"),
        (asks("somebody", ""), 403, "password_token_empty"),
        (asks("x" * 257), 422, ""),
        (asks("somebody", "x" * 1025), 422, ""),
        (asks("some\x00body"), 422, ""),
        ({**asks("a"), "password": 7}, 422, ""),
        ({**asks("a"), "username": None}, 422, ""),
        ({**asks("a"), "grant_type": "Password"}, 422, ""),
        (asks("\N{CYRILLIC SMALL LETTER A}dmin\u202e", "p\u00e4ssw\u00f6rter"), 403, UNKNOWN),
        (asks(" ", " " * 8), 403, UNKNOWN),
    ],
    ids=range(11),
)
def test_bad_input_is_refused_in_the_documents_words(
    said: dict[str, Any], status: int, code: str, door: ServerAndCallers
) -> None:
    answer = door[0].post(TOKEN, json=said)
    assert answer.status_code == status, answer.text
    if code:
        assert refused(answer) == code
