"""Names and nicknames: nothing that looks like somebody of rank, everything that is honest, and
each nickname once.
"""

# ruff: noqa: RUF001, SIM905 - letters that look like others are what this is about

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest

from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.server_status import (
    API,
    PASSWORD,
    User,
    access_header,
    add,
    error,
    new_login,
    said,
)

LOOK_ALIKES = [
    *"admin Admin ADMIN adm1n adm!n aďmin ädmin admın admіn аdmin αdmin admiп аԁmin ad.min".split(),
    *"ａｄｍｉｎ Ａｄｍｉｎ 𝐚𝐝𝐦𝐢𝐧 𝒶𝒹𝓂𝒾𝓃 ⓐⓓⓜⓘⓝ a_d_m_i_n a-d-m-i-n Ádmin admiń adrnin".split(),
    *"administrator Adm1n1strat0r administrаtor аdministrator admınistrator".split(),
    *"moderator m0derator Modеrator mоderator moderat0r mod MOD m0d mоd".split(),
    *"root r00t rооt rοοt Ro0t ｒｏｏｔ server 5erver sеrver serνer Ѕerver support suppоrt".split(),
    *"system sуstem syst3m staff $taff st4ff owner 0wner оwner ownеr operator 0perator".split(),
    *"official offici@l console c0nsole nobody n0body noname NONAME null NULL host h0st".split(),
    *"hоst lobby l0bby 1obby |obby lοbby $upport".split(),
]
WITH_SPACES = [
    "a d m i n",
    " admin ",
    "ad min",
    "ad\u00a0min",
    "admin\u2003",
    "r o o t",
    "A D M 1 N",
]
UNSEEN = [
    "admin\u200d",
    "a\u200bdmin",
    "\u202enimda",
    "ad\u00admin",
    "\ufeffadmin",
    "a\u0301\u0302\u0303\u0304bc",
    "name\0",
    "\ufffd",
    "\ufffcname",
    "\ue000",
    "tag\U000e0061",
    "\u2066x\u2069",
    "\ud7ff\u0600",
    *("admin\ufe0f", "a\ufe0fb", "1\ufe0f", "❤\ufe0f\ufe0f", "👩\u200d", "👩\u200da", "\u200d👩"),
    *(
        "\u2800",
        "Ann\u2800",
        "\u2800\u2800Ann",
        "a\ufe0e",
        "1\u20e3\ufe0f",
        "x\U000e0067\U000e007f",
    ),
    *("山田Яков", "たろう한", "中ㄅ한", "Юля Lee", "abc\u0663", "kyrill кирилл"),
    "",
    " ",
    "...",
    "x" * 33,
]
HONEST = [
    *("Änne", "Søren", "Łukasz", "José", "Nguyễn", "Zoë", "O'Brien", "Jean-Luc", "D'Artagnan"),
    *("Юлия", "Дмитрий", "Ελένη", "Γιώργος", "محمد", "יעל", "愛子", "さくら", "カタカナ", "김민준"),
    *(
        "प्रिया",
        "สมชาย",
        "Արմեն",
        "ნინო",
        "ታደሰ",
        "x2",
        "Robin Hood",
        "admiral",
        "rooted",
        "adminton",
    ),
    *("山田たろう", "東京タワー", "Kenji太郎", "ㄅㄆ中", "이李 Lee", "ラーメン", "Kenji・太郎"),
    *("❤️", "Ann ❤️", "👨‍👩‍👧", "👩🏽‍🚀", "🏴‍☠️ Jack"),
    *(
        "1️⃣",
        "Player #️⃣",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Ian",
        "‼️",
        "㊗️",
        "❤\ufe0e",
    ),
]


@pytest.fixture(scope="module")
def chief(admin: User) -> Iterator[User]:
    """An administrator with a name and nicknames worth borrowing."""
    chief = add(admin, "Kassandra", name="Clara Olsen", nicknames=["Boss Lady"], isAdmin=True)
    yield chief
    chief.own("DELETE")


@pytest.fixture(scope="module")
def borrower(admin: User) -> User:
    return add(admin)


def refused(user: User, name: str) -> bool:
    """As a name, and as a nickname by both ways; nothing is kept of it."""
    path = f"/users/{user.login}"
    tries = [
        user.call("PUT", f"{path}/name", json={"name": name}),
        user.call("PUT", f"{path}/nicknames", json=[name]),
        user.call("PUT", path, json={"name": name, "nicknames": [name]}),
    ]
    if name.strip(". ") and len(name) <= 64:
        escaped = quote(name, safe="")
        tries.append(user.call("POST", f"{path}/nicknames/{escaped}"))
    answers = [answer.status_code == 400 or "error" in answer.json() for answer in tries]
    assert all(answer.status_code in (200, 400) for answer in tries), name
    user.own("PUT", json={"name": None, "nicknames": []})
    return all(answers)


def test_nothing_that_looks_like_a_reserved_word_is_accepted(borrower: User) -> None:
    names = LOOK_ALIKES + WITH_SPACES
    assert len(names) >= 60
    assert not [name for name in names if not refused(borrower, name)]


def test_nothing_that_is_not_seen_or_too_much_is_accepted(borrower: User) -> None:
    assert not [name for name in UNSEEN if not refused(borrower, name)]


def test_nothing_that_looks_like_an_administrator_is_accepted(chief: User, borrower: User) -> None:
    names = [
        *(
            "Kassandra",
            "kassandra",
            "KASSANDRA",
            "Kаssandra",
            "K4ssandra",
            "Ka55andra",
            "kas.sandra",
        ),
        *("Clara Olsen", "ClaraOlsen", "clara  olsen", "C1ara 0lsen", "Clаra Olsen", "Çlara Ölsen"),
        *("Boss Lady", "boss-lady", "B0ss L4dy", "BossLady", "Bоss Lady", "ｂｏｓｓ ｌａｄｙ"),
    ]
    assert not [name for name in names if not refused(borrower, name)]


def test_an_administrator_may_be_called_what_they_are_called(chief: User) -> None:
    assert chief.own("PUT", json={"name": "Kassandra", "nicknames": ["kas.sandra"]}) == {}
    assert chief.own("PUT", json={"name": "Clara Olsen", "nicknames": ["Boss Lady"]}) == {}


@pytest.mark.parametrize("name", HONEST)
def test_honest_names_of_any_script_are_accepted(name: str, borrower: User) -> None:
    assert borrower.own("PUT", json={"name": name, "nicknames": [name]}) == {}
    assert borrower.own("GET", "/name") == {"name": name}
    assert borrower.own("GET", "/nicknames") == [name]
    assert borrower.own("DELETE", f"/nicknames/{quote(name, safe='')}") == {}


def test_nicknames_are_unique_without_regard_to_case(admin: User, user: User) -> None:
    other = add(admin)
    mine = f"Große Ändre {new_login()}"
    assert user.own("POST", f"/nicknames/{quote(mine)}") == {}
    for spelling in (mine, mine.upper().replace("SS", "ß"), mine.lower(), f"  {mine} "):
        answer = other.call("PUT", f"/users/{other.login}/nicknames", json=[spelling])
        assert "nickname" in error(answer), spelling
    assert other.own("PUT", "/nicknames", json=[f"{mine}x"]) == {}
    user.own("DELETE", f"/nicknames/{quote(mine.lower())}")
    assert other.own("PUT", "/nicknames", json=[mine]) == {}


async def test_of_two_who_want_a_nickname_at_once_one_gets_it(
    admin: User, lobby_server: LobbyProcess
) -> None:
    users = [add(admin) for _ in range(8)]
    for spelling in (str.lower, str.upper):
        nickname = new_login("Race")
        wanted = [nickname, spelling(nickname)] * 4
        answers = await asyncio.gather(
            *(
                call(
                    lobby_server.url,
                    "POST",
                    f"{API}/users/{user.login}/nicknames/{wish}",
                    headers=access_header(user.access),
                )
                for user, wish in zip(users, wanted, strict=True)
            )
        )
        assert [answer.json() for answer in answers].count({}) == 1
        holders = [user for user in users if any(user.own("GET", "/nicknames"))]
        assert len(holders) == 1
        holders[0].own("DELETE", "/nicknames")


@pytest.mark.parametrize("login", ["Ka55andra", "kas.sandra", "Kassandr4", "k_assandra"])
async def test_no_login_looks_like_an_administrators(
    login: str, chief: User, admin: User, lobby_server: LobbyProcess
) -> None:
    added = admin.call("POST", f"/users/{login}", json={"password": PASSWORD})
    assert "looks like" in error(added)
    form = {"username": login, "password": PASSWORD}
    registered = await call(lobby_server.url, "POST", "/users", data=form)
    assert (registered.status_code, registered.text) == (400, "invalid fields [username]")
    form["username"] = chief.login.swapcase()
    registered = await call(lobby_server.url, "POST", "/users", data=form)
    assert (registered.status_code, registered.text) == (409, "username conflict")


async def test_whoever_is_added_at_once_with_one_nickname_is_added_whole_or_not_at_all(
    admin: User, lobby_server: LobbyProcess
) -> None:
    nickname, logins = new_login("Twice"), [new_login() for _ in range(4)]
    body = {"password": PASSWORD, "nicknames": [nickname]}
    answers = await asyncio.gather(
        *(
            call(
                lobby_server.url,
                "POST",
                f"{API}/users/{login}",
                headers=access_header(admin.access),
                json=body,
            )
            for login in logins
        )
    )
    assert [answer.json() for answer in answers].count({}) == 1
    users = {user["login"]: user["nicknames"] for user in admin.get("/users?nicknames")}
    assert [users[login] for login in logins if login in users] == [[nickname]]


ODD_PATHS = [
    "%00",
    "%ff",
    "a%00b",
    "%0a",
    "%20",
    "x" * 65,
    "%C0%AF",
]


@pytest.mark.parametrize("odd", ODD_PATHS)
def test_an_odd_name_in_the_path_is_refused_and_breaks_nothing(
    odd: str, admin: User, user: User, lobby_server: LobbyProcess, http: httpx2.Client
) -> None:
    before = admin.get("/users?nicknames")
    for method, path, body in (
        ("GET", f"/users/{odd}", None),
        ("GET", f"/users/{odd}/icon", None),
        ("POST", f"/users/{odd}", {"password": "long enough 1"}),
        ("DELETE", f"/users/{odd}", None),
        ("POST", f"/users/{user.login}/nicknames/{odd}", None),
        ("DELETE", f"/users/{user.login}/nicknames/{odd}", None),
    ):
        answer = admin.call(method, path, json=body)
        assert answer.status_code in (400, 404, 405) or error(answer), path
    assert admin.get("/users?nicknames") == before
    assert '"broken"' not in lobby_server.log


async def test_dots_in_the_path_lead_nowhere(lobby_server: LobbyProcess, user: User) -> None:
    host, port = lobby_server.url.removeprefix("http://").split(":")
    for path in ("/api/users/..", "/api/users/../server", "/api/users/./name", "/api/users//"):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {user.access}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 200")), path
        assert b'"error":' in answer or b'"message":' in answer, path


def test_who_is_renamed_is_shown_by_their_name_and_by_their_login_again(user: User) -> None:
    said(user.call("PUT", f"/users/{user.login}/name", json={"name": "  Jo \t Ann\n"}))
    assert user.own("GET", "/name") == {"name": "Jo Ann"}
    user.own("PUT", "/name", json={"name": None})
    assert user.own("GET", "/name") == {"name": None}
