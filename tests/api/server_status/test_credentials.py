"""Logging in: every form of it, what is none, and how often it may be tried."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from tests.api.server_status.conftest import served
from tests.support.server_status import (
    API,
    PASSWORD,
    User,
    basic,
    encoded,
    error,
    new_admin,
    new_login,
    said,
)

log = logging.getLogger(__name__)
HEX = re.compile("[0-9a-f]{128}")
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
    "Basic " + "QQ==" * 5_000,
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
