"""What can be changed, and by whom: one's own account, anybody's by an administrator."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.support.channel_client import Client
from tests.support.people import call
from tests.support.pictures import data_url, png
from tests.support.processes import LobbyProcess
from tests.support.server_status import (
    API,
    PASSWORD,
    User,
    add,
    error,
    needs_refresh,
    new_login,
    said,
)

ICON = data_url(png())
NEW = "another horse 8"


def test_one_changes_what_one_names_and_the_rest_stays(user: User) -> None:
    nickname = new_login("n")
    assert user.own("PUT", json={"name": "Bo", "icon": ICON, "nicknames": [nickname]}) == {}
    assert user.own("PUT", json={"name": "Bea"}) == {}
    assert user.own("PUT", json={}) == {}
    whole = user.own("GET", "?nicknames&icon")
    assert (whole["name"], whole["nicknames"]) == ("Bea", [nickname])
    assert whole["icon"]
    assert user.own("PUT", json={"name": None, "icon": None, "nicknames": []}) == {}
    whole = user.own("GET", "?nicknames&icon")
    assert (whole["name"], whole["nicknames"], whole["icon"]) == (None, [], None)


@pytest.mark.parametrize(
    "wrong",
    [{"icon": "none"}, {"name": "Adm1n"}, {"nicknames": ["Adm1n"]}, {"nicknames": list("abcdef")}],
)
def test_a_change_is_made_whole_or_not_at_all(wrong: dict[str, Any], user: User) -> None:
    before = user.own("GET", "?nicknames&icon")
    good = {"name": "Bo", "icon": ICON, "nicknames": [new_login("n")], "isAdmin": False}
    assert error(user.call("PUT", f"/users/{user.login}", json=good | wrong))
    assert user.own("GET", "?nicknames&icon") == before


@pytest.mark.parametrize(
    "wrong",
    [{"icon": "none"}, {"name": "Adm1n"}, {"nicknames": ["Adm1n"]}, {"nicknames": list("abcdef")}],
)
def test_who_cannot_be_added_as_asked_is_not_added(wrong: dict[str, Any], admin: User) -> None:
    login = new_login()
    body = {"password": PASSWORD, "name": "Bo", **wrong}
    assert error(admin.call("POST", f"/users/{login}", json=body))
    assert error(admin.call("GET", f"/users/{login}"))


def test_a_nickname_that_is_taken_keeps_a_user_out_and_a_change_undone(
    admin: User, user: User
) -> None:
    taken, login = new_login("n"), new_login()
    user.own("POST", f"/nicknames/{taken}")
    body = {"password": PASSWORD, "nicknames": [new_login("m"), taken.upper()]}
    assert "nickname" in error(admin.call("POST", f"/users/{login}", json=body))
    assert error(admin.call("GET", f"/users/{login}"))
    other = add(admin)
    change = {"name": "Bo", "icon": ICON, "nicknames": [taken]}
    assert "nickname" in error(other.call("PUT", f"/users/{other.login}", json=change))
    whole = other.own("GET", "?nicknames&icon")
    assert (whole["name"], whole["nicknames"], whole["icon"]) == (None, [], None)


def test_a_user_is_added_whole(admin: User) -> None:
    nickname = new_login("n")
    name = new_login("Chief")
    fields: dict[str, Any] = {"name": name, "icon": ICON, "isAdmin": True, "nicknames": [nickname]}
    boss = add(admin, **fields)
    whole = boss.own("GET", "?nicknames&icon")
    assert (whole["name"], whole["nicknames"], whole["isAdmin"]) == (name, [nickname], True)
    assert whole["icon"]
    assert whole["reg"]["login"] == admin.login
    assert "login" in error(admin.call("POST", f"/users/{boss.login.upper()}", json=PASSWORDS))
    for login in ("ad", "a b", "ädmin", "admin", "Adm1n", "...", "_-_", "x" * 33, "root_"):
        assert error(admin.call("POST", f"/users/{login}", json=PASSWORDS)), login


PASSWORDS = {"password": PASSWORD}
ALONE: list[tuple[str, str, Any]] = [
    ("PUT", "/name", {"name": "Mine"}),
    ("PUT", "/icon", {"icon": ICON}),
    ("PUT", "/nicknames", []),
    ("PUT", "", {"name": "Mine"}),
    ("POST", "/nicknames/mine", None),
    ("DELETE", "/nicknames", None),
    ("DELETE", "/nicknames/mine", None),
    ("PUT", "/password", {"password": NEW}),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "tail", "body"), ALONE)
def test_nobody_changes_another_and_is_not_even_told_whether_there_is_one(
    method: str, tail: str, body: Any, admin: User, user: User
) -> None:
    other = add(admin)
    before = admin.get(f"/users/{other.login}?nicknames&icon")
    answers = [
        user.call(method, f"/users/{login}{tail}", json=body)
        for login in (other.login, "nobody.here")
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()
    assert admin.get(f"/users/{other.login}?nicknames&icon") == before
    assert other.own("GET", "/login")


def test_what_administrators_alone_may_others_may_not_for_themselves_either(user: User) -> None:
    assert user.call("DELETE", "/users").status_code == 403
    assert user.call("POST", f"/users/{new_login()}", json=PASSWORDS).status_code == 403
    put = user.call("PUT", f"/users/{user.login}/is-admin", json={"isAdmin": True})
    assert put.status_code == 403
    assert user.own("PUT", json={"isAdmin": True, "name": "Bo"}) == {}
    whole = user.own("GET")
    assert (whole["isAdmin"], whole["name"]) == (False, "Bo")


def test_an_administrator_changes_anybody(admin: User, user: User) -> None:
    path = f"/users/{user.login.upper()}"
    assert said(admin.call("PUT", path, json={"name": "Bo", "isAdmin": True})) == {}
    assert user.own("GET", "/is-admin") == {"isAdmin": True}
    assert user.get("/console-available") == {"available": False}
    assert said(admin.call("PUT", f"{path}/is-admin", json={"isAdmin": False})) == {}
    assert user.call("GET", "/console-available").status_code == 403
    assert said(admin.call("PUT", f"{path}/nicknames", json=[new_login("n")])) == {}
    assert said(admin.call("DELETE", f"{path}/nicknames")) == {"count": 1}
    assert error(admin.call("PUT", "/users/nobody.here/name", json={"name": "x"}))


def test_nicknames_come_one_by_one_and_go_in_any_case(user: User) -> None:
    one, two = new_login("One"), f"Zwei drei {new_login()}"
    assert user.own("POST", f"/nicknames/{one}") == {}
    assert user.own("POST", f"/nicknames/{two}") == {}
    assert user.own("POST", f"/nicknames/{one}") == {}
    assert user.own("POST", f"/nicknames/{one.upper()}") == {}
    assert user.own("GET", "/nicknames") == [one, two]
    assert user.own("DELETE", f"/nicknames/{one.lower()}") == {}
    assert error(user.call("DELETE", f"/users/{user.login}/nicknames/{one}"))
    assert user.own("DELETE", "/nicknames") == {"count": 1}
    assert user.own("DELETE", "/nicknames") == {"count": 0}
    assert user.own("PUT", "/nicknames", json=[one, one.upper(), two]) == {}
    assert user.own("GET", "/nicknames") == [one, two]


def test_there_are_at_most_so_many_nicknames(user: User) -> None:
    five = [new_login("n") for _ in range(5)]
    assert user.own("PUT", "/nicknames", json=five) == {}
    assert "at most 5" in error(user.call("POST", f"/users/{user.login}/nicknames/sixth"))
    six = [*five, "sixth"]
    assert "at most 5" in error(user.call("PUT", f"/users/{user.login}/nicknames", json=six))
    assert user.own("GET", "/nicknames") == five


def test_a_new_password_ends_every_token_but_those_of_the_login_that_set_it(
    user: User, http: httpx2.Client
) -> None:
    other = User(http, user.login).log_in()
    form = {"username": user.login, "password": PASSWORD}
    token = http.post("/users/login", data=form).text
    assert user.own("PUT", "/password", json={"password": NEW}) == {}
    assert user.own("GET", "/login")
    user.take(user.renew())
    assert needs_refresh(other.call("GET", "/users"))
    assert error(other.renew())
    bearer = {"Authorization": f"Bearer {token}"}
    assert http.get("/users", headers=bearer).status_code == 401
    assert http.post("/users/login", data=form).status_code == 401
    assert http.post("/users/login", data=form | {"password": NEW}).status_code == 200
    assert User(http, user.login, password=NEW).log_in()


def test_an_administrator_sets_a_users_password_and_ends_all_their_tokens(
    admin: User, user: User, http: httpx2.Client
) -> None:
    put = admin.call("PUT", f"/users/{user.login}/password", json={"password": NEW})
    assert said(put) == {}
    assert needs_refresh(user.call("GET", "/users"))
    assert error(user.renew())
    assert User(http, user.login, password=NEW).log_in()
    assert admin.own("GET", "/login")


@pytest.mark.parametrize("password", ["", "short", "x" * 129, "with NUL \0", "x" * 100_000])
def test_a_password_is_one_that_every_door_takes(
    password: str, admin: User, user: User, http: httpx2.Client
) -> None:
    put = user.call("PUT", f"/users/{user.login}/password", json={"password": password})
    post = admin.call("POST", f"/users/{new_login()}", json={"password": password})
    for answer in (put, post):
        assert "password" in error(answer)
    assert User(http, user.login).log_in()


async def test_who_is_added_here_comes_in_by_every_door(
    admin: User, lobby_server: LobbyProcess
) -> None:
    user = add(admin, name="Bo")
    form = {"username": user.login, "password": PASSWORD}
    token = (await call(lobby_server.url, "POST", "/users/login", data=form)).text
    headers = {"Authorization": f"Bearer {token}"}
    async with await Client.connect(lobby_server.url, token) as client:
        assert client.welcome["name"] == "Bo"
        host = f"/hosts/{client.uuid}"
        known = await call(lobby_server.url, "GET", host, headers=headers)
        assert known.status_code == 200
        body = {"host": client.uuid}
        launched = await call(lobby_server.url, "POST", "/sessions", json=body, headers=headers)
        assert launched.status_code == 201
    listed = (await call(lobby_server.url, "GET", "/users", headers=headers)).json()
    assert user.login in [each["username"] for each in listed]
    assert (await call(lobby_server.url, "GET", f"{API}/users", headers=headers)).status_code == 400
