"""Access and refresh ids: what they open, how they are renewed, and everything that ends them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.patience import PATIENCE
from tests.people import call
from tests.processes import LobbyProcess
from tests.server_status.conftest import served
from tests.server_status.people import (
    API,
    PASSWORD,
    User,
    add,
    basic,
    bearer,
    error,
    needs_refresh,
    new_admin,
    said,
)
from tests.services import wait_until


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


def test_both_halves_expire(tmp_path: Path) -> None:
    with served(tmp_path, access_seconds=0.3, refresh_seconds=1.5) as (lobby, http):
        user = new_admin(lobby, http)
        wait_until(lambda: needs_refresh(user.call("GET", "/users")), PATIENCE)
        assert "expired" in user.call("GET", "/users").json()["error"]
        user.take(user.renew())
        assert user.own("GET", "/login")
        wait_until(lambda: needs_refresh(user.call("GET", "/users")), PATIENCE)
        wait_until(lambda: not renewed(user), PATIENCE)
        assert "expired" in error(user.renew())


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
        wait_until(lambda: "error" in user.call(*put, json=same).json(), PATIENCE)
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
