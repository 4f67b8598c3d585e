"""Users and slots, word for word: every status that is promised, and what it says."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx2
import jwt
import pytest

from lobby.actions.accounts import accounts, profiles
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.seats import seat_id
from lobby.domain.sessions.session import Session
from tests.support.callers import PASSWORD, ApiCallers
from tests.support.checked_clients import recorded
from tests.support.server_thread import serving

numbers = count(1)
Slot = dict[str, Any]


class User:
    """Registered and logged in through the door itself."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http, self.name = http, f"someone.{next(numbers)}"
        self.form = {"username": self.name, "password": PASSWORD}
        assert said(http.post("/users", data=self.form)) == (201, "OK")
        self.token = http.post("/users/login", data=self.form).text
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: int) -> httpx2.Response:
        return self._http.get(path, params=query or None, headers=self.headers)

    def post(self, path: str) -> httpx2.Response:
        return self._http.post(path, headers=self.headers)

    def account(self, people: ApiCallers) -> Account:
        return people.served.do(accounts.find(people.served.lobby, login=self.name))


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


def slot_of(session: Session, n: int) -> int:
    return seat_id(session.id, str(n))


@pytest.fixture
def user(http: httpx2.Client) -> User:
    return User(http)


@pytest.mark.parametrize("path", ["/users", "/users/login"])
def test_what_is_missing_is_said_before_what_is_wrong(path: str, http: httpx2.Client) -> None:
    def post(**form: str) -> tuple[int, str]:
        return said(http.post(path, data=form))

    assert said(http.post(path)) == (400, "missing form")
    assert said(http.post(path, json={"username": "a"})) == (400, "missing form")
    assert post(other="1") == (400, "missing fields [username, password]")
    assert post(password="") == (400, "missing fields [username, password]")
    assert post(password="x") == (400, "missing fields [username]")
    assert post(username="x") == (400, "missing fields [password]")
    assert post(password="x", username="x") == (400, "invalid fields [username, password]")
    assert post(password="x", username="fine") == (400, "invalid fields [password]")
    assert post(password=PASSWORD, username="x y z") == (400, "invalid fields [username]")


def test_a_username_is_given_once_in_whatever_case(http: httpx2.Client, user: User) -> None:
    for name in (user.name, user.name.upper()):
        form = user.form | {"username": name}
        assert said(http.post("/users", data=form)) == (409, "username conflict")
        assert http.post("/users/login", data=form).status_code == 200


def test_both_kinds_of_form_are_read(http: httpx2.Client, user: User) -> None:
    parts = {name: (None, value) for name, value in user.form.items()}
    assert http.post("/users/login", files=parts).status_code == 200


def test_a_token_has_no_expiry_and_opens_the_list_of_users(user: User) -> None:
    assert "exp" not in jwt.decode(user.token, options={"verify_signature": False})
    listed = user.get("/users").json()
    assert [set(each) for each in listed] == [{"id", "username"}] * len(listed)
    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)
    assert listed[-1]["username"] == user.name


def test_a_long_list_comes_in_pages(http: httpx2.Client) -> None:
    first, user = User(http), User(http)
    whole = user.get("/users").json()
    number = next(each["id"] for each in whole if each["username"] == first.name)
    after = [each for each in whole if each["id"] > number]
    assert user.get("/users", after=number).json() == after
    assert user.get("/users", limit=1).json() == whole[:1]
    assert user.get("/users", limit=1_001).status_code == 400


def test_an_unknown_user_and_a_wrong_password_are_told_alike(
    http: httpx2.Client, user: User
) -> None:
    wrong = http.post("/users/login", data=user.form | {"password": "another one"})
    unknown = http.post("/users/login", data=user.form | {"username": "nobody.at.all"})
    assert said(wrong) == said(unknown) == (401, "bad credentials")
    own = ("x-request-id", "date")
    assert {n: v for n, v in wrong.headers.items() if n not in own} == {
        n: v for n, v in unknown.headers.items() if n not in own
    }


def test_a_new_password_and_deletion_end_the_token(
    http: httpx2.Client, user: User, people: ApiCallers
) -> None:
    account, lobby = user.account(people).uuid, people.served.lobby
    password = "another good one"
    people.served.do(accounts.set_password(lobby, SYSTEM, account=account, password=password))
    assert said(user.get("/users")) == (401, "bad token")
    token = http.post("/users/login", data=user.form | {"password": password}).text
    user.headers = {"Authorization": f"Bearer {token}"}
    assert user.get("/users").status_code == 200
    people.served.do(accounts.delete(lobby, SYSTEM, account=account))
    assert said(user.get("/users")) == (401, "bad token")


def test_the_slots_of_a_session_are_its_seats(user: User, people: ApiCallers) -> None:
    host = people.get("self user").account
    session, _ = people.session_of(host)
    slots = user.get("/slots", session=session.id).json()
    taken = {"id": host.number, "username": host.login}
    assert [slot["id"] for slot in slots] == [slot_of(session, n) for n in range(len(slots))]
    assert len(slots) == len(session.seats)
    assert slots[0] == shown(session, 0, 0, "taken", taken)
    assert slots[1] == shown(session, 1, 0, "free")
    assert slots[-1] == shown(session, len(slots) - 1, 1, "free")
    assert user.get(f"/slots/{slots[0]['id']}").json() == slots[0]


def shown(session: Session, n: int, team: int, status: str, who: Slot | None = None) -> Slot:
    slot = {"id": slot_of(session, n), "session": session.id}
    return {**slot, "team": team, "status": status, "user": who}


def test_somebody_without_a_username_sits_there_all_the_same(
    user: User, people: ApiCallers
) -> None:
    session, _ = people.session_of(host := people.host())
    slot = user.get(f"/slots/{slot_of(session, 0)}").json()
    assert slot["user"] == {"id": host.number, "username": None}


def test_a_slot_names_users_as_their_list_does_whatever_they_call_themselves(
    user: User, people: ApiCallers
) -> None:
    account, lobby = user.account(people), people.served.lobby
    profile = profiles.AccountProfile(name="Somebody Else")
    people.served.do(profiles.change(lobby, SYSTEM, account=account.uuid, profile=profile))
    session, _ = people.session_of(people.host())
    path = f"/slots/{slot_of(session, 1)}"
    assert said(user.post(f"{path}/reserve")) == (200, "OK")
    (listed,) = [each for each in user.get("/users").json() if each["username"] == user.name]
    assert user.get(path).json()["user"] == listed
    slots = user.get("/slots", session=session.id).json()
    assert [slot["user"] for slot in slots][1] == listed


def test_what_is_not_there_is_not_found(user: User, people: ApiCallers) -> None:
    session, _ = people.session_of(people.host())
    beyond = slot_of(session, len(session.seats))
    for path in (f"/slots/{beyond}", f"/slots/{session.id}", "/slots/1", "/slots?session=1024"):
        assert said(user.get(path)) == (404, "not found")
    for verb in ("reserve", "release"):
        assert said(user.post(f"/slots/{beyond}/{verb}")) == (404, "not found")
    assert user.get("/slots").status_code == 400


def test_a_slot_is_held_for_who_comes_first(
    http: httpx2.Client, user: User, people: ApiCallers
) -> None:
    session, _ = people.session_of(people.host())
    path, other = f"/slots/{slot_of(session, 3)}", User(http)
    assert said(user.post(f"{path}/reserve")) == (200, "OK")
    assert said(user.post(f"{path}/reserve")) == (200, "OK")
    held = other.get(path).json()
    assert (held["status"], held["user"]) == ("reserved", None)
    assert user.get(path).json()["user"]["username"] == user.name
    assert said(other.post(f"{path}/reserve")) == (409, "slot conflict")
    assert said(user.post(f"/slots/{slot_of(session, 4)}/reserve")) == (409, "slot conflict")
    assert said(other.post(f"{path}/release")) == (403, "not yours")
    assert said(user.post(f"{path}/release")) == (200, "OK")
    assert said(user.post(f"{path}/release")) == (403, "not yours")
    assert other.get(path).json() == shown(session, 3, 0, "free")
    assert said(other.post(f"{path}/reserve")) == (200, "OK")


def test_who_is_not_welcome_reserves_nothing(user: User, people: ApiCallers) -> None:
    session, _ = people.session_of(people.host(open=False))
    assert said(user.post(f"/slots/{slot_of(session, 1)}/reserve")) == (403, "not welcome")


def test_the_banned_find_no_slots(user: User, people: ApiCallers) -> None:
    host = people.host()
    session, _ = people.session_of(host)
    people.knows(host, user.account(people))
    for path in (f"/slots?session={session.id}", f"/slots/{slot_of(session, 1)}"):
        assert said(user.get(path)) == (404, "not found")
    assert said(user.post(f"/slots/{slot_of(session, 1)}/reserve")) == (404, "not found")


def test_who_is_not_a_user_is_turned_away(http: httpx2.Client, people: ApiCallers) -> None:
    assert said(http.get("/users")) == (401, "bad token")
    headers = {"Authorization": f"Bearer {people.token(people.host())}"}
    assert said(http.get("/users", headers=headers)) == (403, "forbidden")


def test_who_tries_too_often_is_told_when_to_come_back() -> None:
    few = {"logins_per_account": 1, "conflicts_per_hour": 1}
    with serving(None, **few) as served, recorded(served.url) as http:
        form = {"username": "target", "password": PASSWORD}
        answers = [http.post("/users/login", data=form) for _ in range(2)]
        registered = [http.post("/users", data=form).status_code for _ in range(3)]
    assert said(answers[0]) == (401, "bad credentials")
    assert said(answers[1]) == (429, "too many tries")
    assert 0 < int(answers[1].headers["retry-after"]) <= 61
    assert registered == [201, 409, 429]
