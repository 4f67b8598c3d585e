"""Weak passwords: what is guessed first is refused, and nothing else is asked of a password."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterator

import pytest

from lobby.identity.passwords import COMMON
from tests.support.checked_clients import recorded
from tests.support.commands import lobby
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.server_status import User, add, new_admin

COMMON_ONES = ["password", "Password1", "12345678", "QWERTYUIOP", "iloveyou", "  letmein1 "]
DISGUISED = {
    "spaced": "p a s s w o r d",
    "Cyrillic": "p\u0430ssw\u043erD1",
    "full width": "".join(chr(ord(letter) + 0xFEE0) for letter in "password"),
    "accents": "p\u00e1ssw\u00f6rd",
    "Greek": "\u03c1assword",
    "a year": "PASSWORD 2026",
    "signs": "baseball!1",
    "digits": "sunshine_99",
}
REPEATED = ["aaaaaaaa", "abababab", "abcdefgh", "87654321", "1234123412341234", "        "]
OF_CONTEXT = [
    "lobby2026!",
    "LobbyLobby",
    "Grand-Arena-1",
    "grand arena",
    "arena!!1",
    "{login}1!",
    "{backwards}",
    "2{backwards}",
]
OF_CONTEXT += ["{spread}", "99{login}", "{login}{backwards}", "anera dnarg", "y.b.b.o.l-77"]
SHORT_OR_LONG = ["seven 7", "x7" * 65]
WEAK = [*COMMON_ONES, *DISGUISED.values(), *REPEATED, *OF_CONTEXT, *SHORT_OR_LONG]
GOOD = [
    "correct horse 9",
    "lobbying for pears",
    "zażółć gęślą",
    "пароль из слов",
    "ひらがなのひみつ",
    "no digits, no capitals",
    "q" + "7" * 3 + "uzw/!",
    "every character of one hundred and twenty-eight counts, and nothing is cut off at the end of "
    "what somebody typed, to the last.",
]


@pytest.fixture(scope="module")
def lobby_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    server = LobbyProcess(tmp_path_factory.mktemp("lobby"), name="Grand Arena").start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def admin(lobby_here: LobbyProcess) -> Iterator[User]:
    with recorded(lobby_here.url) as http:
        yield new_admin(lobby_here, http)


def new_login() -> str:
    return f"u{secrets.token_hex(6)}"


@pytest.mark.parametrize("weak", WEAK)
async def test_a3_a_weak_password_is_refused_by_each_document_in_its_words(
    weak: str, lobby_here: LobbyProcess, admin: User
) -> None:
    login = new_login()
    spread = ".".join(login)
    password = weak.format(login=login, backwards=login[::-1], spread=spread)
    form = {"username": login, "password": password}
    answer = await call(lobby_here.url, "POST", "/users", data=form)
    assert (answer.status_code, answer.text) == (400, "invalid fields [password]")
    added = admin.call("POST", f"/users/{login}", json={"password": password})
    assert added.status_code == 200
    assert set(added.json()) == {"error", "needRefresh"}
    assert "error" in admin.call("GET", f"/users/{login}").json()  # nobody was made


@pytest.mark.parametrize("good", GOOD)
async def test_a3_what_is_long_and_not_common_is_a_password_whatever_it_is_made_of(
    good: str, lobby_here: LobbyProcess
) -> None:
    form = {"username": new_login(), "password": good}
    assert (await call(lobby_here.url, "POST", "/users", data=form)).status_code == 201
    assert (await call(lobby_here.url, "POST", "/users/login", data=form)).status_code == 200
    cut = form | {"password": good[:-1]}
    assert (await call(lobby_here.url, "POST", "/users/login", data=cut)).status_code in (400, 401)


def test_a3_a_new_password_is_held_to_the_same(lobby_here: LobbyProcess, admin: User) -> None:
    user = add(admin)
    for weak in ("password1", f"{user.login}!", "GrandArena"):
        answer = user.call("PUT", f"/users/{user.login}/password", json={"password": weak})
        assert (answer.status_code, answer.json()["needRefresh"]) == (200, False)
    typed = lobby(
        lobby_here.home, "admin", "password", user.login, "--password-stdin", typed="password1\n"
    )
    assert typed.returncode != 0
    assert "common" in typed.stderr
    assert "Traceback" not in typed.stderr


def test_a3_the_list_is_in_the_package_with_its_licence() -> None:
    listed = gzip.decompress(COMMON.read_bytes()).decode().splitlines()
    assert len(listed) > 8_000
    assert min(map(len, listed)) >= 8
    licence = COMMON.with_name("common-passwords.LICENSE.txt").read_text()
    assert "Redistribution and use" in licence
