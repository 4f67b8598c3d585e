"""Logging in, renewing and logging out: every form of it, and everything that ends a token."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx2
import pytest

from tests.people import call
from tests.processes import LobbyProcess
from tests.recorder import recorded
from tests.server_status.people import (
    API,
    PASSWORD,
    User,
    add,
    basic,
    bearer,
    encoded,
    error,
    needs_refresh,
    new_admin,
    new_login,
    said,
)
from tests.services import wait_until

log = logging.getLogger(__name__)
HEX = re.compile("[0-9a-f]{64,}")
ODD_PASSWORD = "Grüße: 1 + 1 > 2 ? ~~~ ÿþ"


def urlsafe(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def bare(text: str) -> str:
    return encoded(text).rstrip("=")


FORMS: dict[str, Callable[[str, str], str]] = {
    "two parts": lambda login, password: f"Basic {encoded(login)}:{encoded(password)}",
    "two parts without the word": lambda login, password: f"{encoded(login)}:{encoded(password)}",
    "two parts, the other alphabet": lambda lo, pa: f"Basic {urlsafe(lo)}:{urlsafe(pa)}",
    "two parts without padding": lambda login, password: f"basic {bare(login)}:{bare(password)}",
    "one part": lambda login, password: f"Basic {encoded(f'{login}:{password}')}",
    "one part without the word": lambda login, password: encoded(f"{login}:{password}"),
    "one part, the other alphabet": lambda lo, pa: f"BASIC {urlsafe(f'{lo}:{pa}').rstrip('=')}",
    "one part and more space": lambda lo, pa: f"Basic   {encoded(f'{lo}:{pa}')}",
}


@pytest.fixture(scope="module")
def odd(admin: User) -> User:
    """Whose login is in upper and lower case, and whose password has everything in it."""
    login = new_login("Odd")
    said(admin.call("POST", f"/users/{login}", json={"password": ODD_PASSWORD}))
    return User(admin.http, login, password=ODD_PASSWORD)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_basic_logs_in(form: Callable[[str, str], str], odd: User) -> None:
    assert urlsafe(ODD_PASSWORD) != encoded(ODD_PASSWORD)
    for login in (odd.login, odd.login.lower()):
        headers = {"Authorization": form(login, ODD_PASSWORD)}
        pair = said(odd.http.post(f"{API}/auth", headers=headers))
        assert pair.keys() == {"access", "refresh"}
        for half in pair.values():
            assert half.keys() == {"id", "exp"}
            assert HEX.fullmatch(half["id"])
        assert seconds_until(pair["access"]["exp"]) == pytest.approx(900, abs=5)
        assert seconds_until(pair["refresh"]["exp"]) == pytest.approx(30 * 86_400, abs=5)


def seconds_until(moment: str) -> float:
    return (datetime.fromisoformat(f"{moment}+00:00") - datetime.now(UTC)).total_seconds()


MALFORMED = [
    "",
    "Basic",
    "Bearer",
    "Basic :",
    f"Basic {encoded('login')}:",
    f"Basic :{encoded('password')}",
    "Basic äöü:ß",
    "Basic a:b",
    "Basic ====:====",
    "Basic YQ===:YQ==",
    "Basic Y Q==:YQ==",
    f"Basic {base64.b64encode(bytes([0xFF, 0xFE])).decode()}:{encoded('x')}",
    f"Basic {encoded('no colon')}",
    "Basic " + "A" * 5_000,
    basic("a\0b", PASSWORD)["Authorization"],
    f"Digest {encoded('a:b')}",
    f"Basic {encoded('a')}:{encoded('b')}:{encoded('c')}",
]


@pytest.mark.parametrize("header", MALFORMED, ids=[text[:24] or "empty" for text in MALFORMED])
def test_a_header_that_says_nothing_is_malformed(header: str, http: httpx2.Client) -> None:
    answer = http.post(f"{API}/auth", headers={b"Authorization": header.encode()})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert answer.json()["needRefresh"] is False


def test_no_header_is_unauthenticated(http: httpx2.Client) -> None:
    for path in ("/auth", "/reauth", "/deauth"):
        answer = http.post(API + path)
        assert answer.status_code == 401
        assert answer.json()["needRefresh"] is False


def test_whoever_the_login_is_not_is_told_as_much_as_whose_password_it_is_not(user: User) -> None:
    nobody, wrong = basic("nobody.here", PASSWORD), basic(user.login, "wrong password")
    odd_ones = basic("'; --", PASSWORD), basic("ä" * 900, PASSWORD)
    answers = [user.http.post(f"{API}/auth", headers=h) for h in (nobody, wrong, *odd_ones)]
    assert {error(answer) for answer in answers} == {error(answers[0])}
    apart = {"x-request-id", "date"}
    first, second = (
        {name: value for name, value in answer.headers.items() if name not in apart}
        for answer in answers[:2]
    )
    assert first == second


def test_an_unknown_login_takes_as_long_as_a_wrong_password(user: User) -> None:
    headers = {"unknown": basic("nobody.here", "wrong one"), "wrong": basic(user.login, "wrong 1")}
    took: dict[str, list[float]] = {name: [] for name in headers}
    for _ in range(60):
        for name, header in headers.items():
            began = perf_counter()
            user.http.post(f"{API}/auth", headers=header)
            took[name].append(perf_counter() - began)
    unknown, wrong = median(took["unknown"]), median(took["wrong"])
    log.info("unknown %.1f ms, wrong %.1f ms", unknown * 1e3, wrong * 1e3)
    assert unknown == pytest.approx(wrong, rel=0.25)


def test_an_access_id_reads_and_a_refresh_id_renews_and_neither_does_the_others_work(
    user: User,
) -> None:
    assert user.own("GET", "/login") == {"login": user.login}
    mistaken = user.http.get(f"{API}/users", headers=bearer(user.refresh))
    assert "refresh token" in error(mistaken)
    for path in ("/auth", "/reauth"):
        assert needs_refresh(user.http.post(API + path, headers=bearer(user.access)))
    assert user.own("GET", "/login") == {"login": user.login}


@pytest.mark.parametrize("path", ["/auth", "/reauth"])
def test_a_refresh_id_gives_a_new_pair_and_the_old_one_is_dead(path: str, user: User) -> None:
    old = User(user.http, user.login, user.access, user.refresh)
    user.take(user.http.post(API + path, headers=bearer(user.refresh)))
    assert user.own("GET", "/login") == {"login": user.login}
    assert needs_refresh(old.call("GET", "/users"))
    assert {old.access, old.refresh}.isdisjoint({user.access, user.refresh})


def test_a_refresh_id_shown_twice_kills_its_family_and_no_other(user: User) -> None:
    other = User(user.http, user.login).log_in()
    stolen = user.refresh
    user.take(user.renew())
    user.take(user.renew())
    assert "dead" in error(user.http.post(f"{API}/reauth", headers=bearer(stolen)))
    assert needs_refresh(user.call("GET", "/users"))
    assert error(user.renew())
    assert other.own("GET", "/login") == {"login": user.login}


async def test_of_two_who_renew_at_once_not_both_go_on(
    user: User, lobby_server: LobbyProcess
) -> None:
    async def renew() -> dict[str, Any]:
        answer = await call(lobby_server.url, "POST", f"{API}/reauth", headers=bearer(user.refresh))
        said: dict[str, Any] = answer.json()
        return said

    answers = await asyncio.gather(*(renew() for _ in range(8)))
    pairs = [answer for answer in answers if "access" in answer]
    assert len(pairs) <= 1
    for pair in pairs:
        assert needs_refresh(user.http.get(f"{API}/users", headers=bearer(pair["access"]["id"])))
    assert error(user.renew())


def test_logging_out_kills_both_halves(user: User) -> None:
    assert said(user.call("POST", "/deauth")) == {}
    assert needs_refresh(user.call("GET", "/users"))
    assert error(user.renew())
    assert needs_refresh(user.call("POST", "/deauth"))


@pytest.mark.parametrize(
    "id", ["abc", "0" * 96, "0" * 32 + "a" + "0" * 63, "0" * 95, "ä", "a" * 5_000]
)
def test_an_id_that_nobody_gave_is_unknown(id: str, http: httpx2.Client) -> None:
    header = {b"Authorization": f"Bearer {id}".encode()}
    assert needs_refresh(http.get(f"{API}/users", headers=header))
    if len(id) < 95:
        assert error(http.post(f"{API}/reauth", headers=header))


async def test_at_most_so_many_pairs_live_after_fifty_logins_at_once(
    user: User, lobby_server: LobbyProcess
) -> None:
    async def log_in() -> dict[str, Any]:
        while True:
            answer = await call(
                lobby_server.url, "POST", f"{API}/auth", headers=basic(user.login, PASSWORD)
            )
            if answer.status_code == 200:
                pair: dict[str, Any] = answer.json()
                return pair
            assert answer.status_code == 429
            await asyncio.sleep(0.1)

    pairs = await asyncio.gather(*(log_in() for _ in range(50)))
    living = [
        pair
        for pair in pairs
        if "error"
        not in user.http.get(f"{API}/server", headers=bearer(pair["access"]["id"])).json()
    ]
    assert len(living) == 5
    again = User(user.http, user.login).log_in()
    assert again.own("GET", "/login")
    assert needs_refresh(user.call("GET", "/users"))


@contextmanager
def served(home: Path, **settings: Any) -> Iterator[tuple[LobbyProcess, httpx2.Client]]:
    lobby = LobbyProcess(home, **settings).start()
    try:
        with recorded(lobby.url) as http:
            yield lobby, http
    finally:
        lobby.remove()


def test_both_halves_expire(tmp_path: Path) -> None:
    with served(tmp_path, access_seconds=0.3, refresh_seconds=1.5) as (lobby, http):
        user = new_admin(lobby, http)
        wait_until(lambda: needs_refresh(user.call("GET", "/users")), 2)
        assert "expired" in user.call("GET", "/users").json()["error"]
        user.take(user.renew())
        assert user.own("GET", "/login")
        wait_until(lambda: needs_refresh(user.call("GET", "/users")), 2)
        wait_until(lambda: not renewed(user), 4)
        assert "expired" in error(user.renew())


def renewed(user: User) -> bool:
    """Whether the pair could be renewed; then the user has the new one."""
    answer = user.renew()
    if "access" in answer.json():
        user.take(answer)
    return "access" in answer.json()


def test_tries_are_slowed_for_each_address_and_for_each_login(tmp_path: Path) -> None:
    limits = {"logins_per_address": 6, "logins_per_account": 3}
    with served(tmp_path, **limits) as (lobby, http):
        users = [new_admin(lobby, http) for _ in range(3)]
        wrong, right = (basic(users[0].login, p) for p in ("wrong one", PASSWORD))
        # 1. Three wrong tries for one login from here, and it waits; another login does not.
        assert [http.post(f"{API}/auth", headers=wrong).status_code for _ in range(4)] == [
            *[200] * 3,
            429,
        ]
        waiting = http.post(f"{API}/auth", headers=right)
        assert waiting.status_code == 429
        assert 1 <= int(waiting.headers["Retry-After"]) <= 61
        assert waiting.json()["needRefresh"] is False
        users[1].log_in()
        # 2. Six from this address, whoever they are for, and the address waits.
        for n in range(3):
            assert error(http.post(f"{API}/auth", headers=basic(f"nobody{n}", "wrong one")))
        assert http.post(f"{API}/auth", headers=basic(users[1].login, PASSWORD)).status_code == 429
        # 3. From elsewhere the other logins come in.
        transport = httpx2.HTTPTransport(local_address="127.0.0.9")
        with httpx2.Client(base_url=lobby.url, transport=transport) as elsewhere:
            User(elsewhere, users[2].login).log_in()


def test_a_token_that_is_old_changes_the_password_with_the_current_one_alone(
    tmp_path: Path,
) -> None:
    limits = {"logins_per_account": 3, "proof_seconds": 0.3}
    with served(tmp_path, **limits) as (lobby, http):
        user = add(new_admin(lobby, http))
        put = ("PUT", f"/users/{user.login}/password")
        # 1. The proof is fresh: no password is asked for. It grows old, also where it is renewed.
        same = {"password": "second horse 8"}
        assert user.own("PUT", "/password", json=same) == {}
        wait_until(lambda: "error" in user.call(*put, json=same).json(), 2)
        user.take(user.renew())
        assert "currentPassword" in error(user.call(*put, json={"password": "third horse 8"}))
        # 2. The current one will do, and nothing else: not the one before, and not by guessing.
        change = {"password": "third horse 8", "currentPassword": "second horse 8"}
        assert user.own("PUT", "/password", json=change) == {}
        wrong = change | {"currentPassword": PASSWORD}
        statuses = [user.call(*put, json=wrong).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        right = change | {"currentPassword": "third horse 8"}
        assert user.call(*put, json=right).status_code == 429
        assert user.own("GET", "/login")


def test_what_is_kept_opens_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as (lobby, http):
        user = new_admin(lobby, http)
        other = add(user)
        other.take(other.renew())
        form = {"username": other.login, "password": PASSWORD}
        token = http.post("/users/login", data=form).text
        assert lobby.stop() == 0
    kept = b"".join(
        path.read_bytes() for path in tmp_path.iterdir() if path.suffix not in (".log", ".sock")
    )
    assert other.login.encode() in kept
    secrets = [user.access, user.refresh, other.access, other.refresh, token, PASSWORD]
    assert not [secret for secret in secrets if secret.encode() in kept]
    log = lobby.log
    assert not [secret for secret in secrets if secret in log]
