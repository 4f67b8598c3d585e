"""Access and refresh ids: what they open, how they are renewed, and everything that ends them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lobby.domain.token_families import Family
from lobby.identity.tokens import digest
from tests.api.server_status.conftest import served
from tests.api.server_status.good_requests import asked
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.server_status import (
    API,
    PASSWORD,
    User,
    access_header,
    add,
    basic,
    error,
    needs_refresh,
    new_admin,
    said,
)
from tests.support.waiting import TIMEOUT, block_until


def test_an_access_id_reads_and_a_refresh_id_renews_and_neither_does_the_others_work(
    user: User,
) -> None:
    assert user.own("GET", "/login") == {"login": user.login}
    mistaken = user.http.get(f"{API}/users", headers=access_header(user.refresh))
    assert "refresh token" in error(mistaken)
    for path in ("/auth", "/reauth"):
        assert needs_refresh(user.http.post(API + path, headers=access_header(user.access)))
    assert user.own("GET", "/login") == {"login": user.login}


@pytest.mark.parametrize("path", ["/auth", "/reauth"])
def test_a_refresh_id_gives_a_new_pair_and_the_old_one_is_dead(path: str, user: User) -> None:
    old = User(user.http, user.login, user.access, user.refresh)
    user.take(user.http.post(API + path, headers=access_header(user.refresh)))
    assert user.own("GET", "/login") == {"login": user.login}
    assert needs_refresh(old.call("GET", "/users"))
    assert {old.access, old.refresh}.isdisjoint({user.access, user.refresh})


def test_logging_out_kills_both_halves(user: User) -> None:
    assert said(user.call("POST", "/deauth")) == {}
    assert needs_refresh(user.call("GET", "/users"))
    assert error(user.renew())
    assert needs_refresh(user.call("POST", "/deauth"))


@pytest.mark.parametrize(
    "id",
    [
        *("0", "abc", "DEADBEEF", "0" * 95, "0" * 96, "0" * 127, "0" * 128, "0" * 129, "a" * 5_000),
        *("0" * 32 + "a" + "0" * 63, "0" * 32 + "a" + "0" * 95, "F" * 128),
    ],
)
@pytest.mark.parametrize("word", ["", "Bearer "])
def test_an_id_that_nobody_gave_is_unknown(id: str, word: str, http: httpx2.Client) -> None:
    header = {"Authorization": word + id}
    assert needs_refresh(http.get(f"{API}/users", headers=header))
    assert needs_refresh(http.post(f"{API}/deauth", headers=header))
    for path in ("/auth", "/reauth"):
        answer = http.post(API + path, headers=header)
        assert needs_refresh(answer) or "refresh token" in error(answer)


MALFORMED = [
    *("", "Bearer", "Basic", "Basic YTpi", "xyz", "Bearerabc", "Bearer a.b", "0x12"),
    *("Bearer abc def", "abc def", "Bearer Bearer abc", "-1", "\u0660\u0661", "ä", "a" * 127 + "g"),
    *("Token abc", "abc,abc", '"abc"', "Bearer: abc"),
]


@pytest.mark.parametrize("header", MALFORMED, ids=[text[-12:] or "empty" for text in MALFORMED])
def test_what_is_not_hexadecimal_is_no_id(header: str, user: User) -> None:
    shown = {b"Authorization": header.encode()}
    own = f"{API}/users/{user.login}"
    for method, path in (("GET", own), ("DELETE", own), ("POST", f"{API}/deauth")):
        answer = user.http.request(method, path, headers=shown)
        assert (answer.status_code, answer.json()["needRefresh"]) == (400, False)
    assert user.own("GET", "/login") == {"login": user.login}


def test_an_id_is_128_digits_with_the_word_bearer_or_without_in_any_case(user: User) -> None:
    for spelling in ("{}", "Bearer {}", "bearer {}", "BEARER   {}"):
        for id in (user.access, user.access.upper()):
            header = {"Authorization": spelling.format(id)}
            answer = user.http.get(f"{API}/users/{user.login}/login", headers=header)
            assert said(answer) == {"login": user.login}
        for path in ("/auth", "/reauth"):
            header = {"Authorization": spelling.format(user.refresh)}
            user.take(user.http.post(API + path, headers=header))
            assert {len(user.access), len(user.refresh)} == {128}
    header = {"Authorization": user.access}
    assert said(user.http.post(f"{API}/deauth", headers=header)) == {}
    assert needs_refresh(user.call("GET", "/users"))


def test_ids_of_another_length_that_were_given_once_are_good_until_they_are_renewed() -> None:
    with asked() as (http, callers):
        account, lobby = callers.user(), callers.served.lobby
        access, refresh = (f"{'0' * 31}1{sort}{'5' * 63}" for sort in "af")
        family = Family(
            id=access[:32],
            account=account.uuid,
            token_version=account.token_version,
            proved=lobby.clock(),
            ends=lobby.clock() + 900,
            access_hash=digest(access),
            access_until=lobby.clock() + 900,
            refresh_hash=digest(refresh),
        )
        callers.served.do(lobby.families.add(family))
        user = User(http, account.login or "", access, refresh)
        assert user.own("GET", "/login") == {"login": user.login}
        user.take(user.renew())
        assert {len(user.access), len(user.refresh)} == {128}
        assert user.own("GET", "/login") == {"login": user.login}
        assert needs_refresh(http.get(f"{API}/users", headers=access_header(access)))


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
        not in user.http.get(f"{API}/server", headers=access_header(pair["access"]["id"])).json()
    ]
    assert len(living) == 5
    again = User(user.http, user.login).log_in()
    assert again.own("GET", "/login")
    assert needs_refresh(user.call("GET", "/users"))


def test_both_halves_expire(tmp_path: Path) -> None:
    with served(tmp_path, access_seconds=0.3, refresh_seconds=1.5) as (lobby, http):
        user = new_admin(lobby, http)
        block_until(lambda: needs_refresh(user.call("GET", "/users")), TIMEOUT)
        assert "expired" in user.call("GET", "/users").json()["error"]
        user.take(user.renew())
        assert user.own("GET", "/login")
        block_until(lambda: needs_refresh(user.call("GET", "/users")), TIMEOUT)
        block_until(lambda: not renewed(user), TIMEOUT)
        block_until(lambda: "expired" in error(user.renew()), TIMEOUT)


def renewed(user: User) -> bool:
    """Whether the pair could be renewed; then the user has the new one."""
    answer = user.renew()
    if "access" in answer.json():
        user.take(answer)
    return "access" in answer.json()


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
        block_until(lambda: "error" in user.call(*put, json=same).json(), TIMEOUT)
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
