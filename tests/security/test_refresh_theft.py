"""A refresh id that is stolen: whoever shows it second ends it for both, and what is kept opens
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.server_status.conftest import served
from tests.support.checked_clients import recorded
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.server_status import (
    API,
    PASSWORD,
    User,
    access_header,
    add,
    error,
    needs_refresh,
    new_admin,
)


@pytest.fixture(scope="module")
def admin(lobby_server: LobbyProcess) -> Iterator[User]:
    with recorded(lobby_server.url) as http:
        yield new_admin(lobby_server, http)


@pytest.fixture
def user(admin: User) -> User:
    return add(admin)


def test_b4_a_refresh_id_shown_twice_kills_its_family_and_no_other(user: User) -> None:
    other = User(user.http, user.login).log_in()
    stolen = user.refresh
    user.take(user.renew())
    user.take(user.renew())
    assert "dead" in error(user.http.post(f"{API}/reauth", headers=access_header(stolen)))
    assert needs_refresh(user.call("GET", "/users"))
    assert error(user.renew())
    assert other.own("GET", "/login") == {"login": user.login}


async def test_b4_of_two_who_renew_at_once_not_both_go_on(
    user: User, lobby_server: LobbyProcess
) -> None:
    async def renew() -> dict[str, Any]:
        answer = await call(
            lobby_server.url, "POST", f"{API}/reauth", headers=access_header(user.refresh)
        )
        said: dict[str, Any] = answer.json()
        return said

    answers = await asyncio.gather(*(renew() for _ in range(8)))
    pairs = [answer for answer in answers if "access" in answer]
    assert len(pairs) <= 1
    for pair in pairs:
        assert needs_refresh(
            user.http.get(f"{API}/users", headers=access_header(pair["access"]["id"]))
        )
    assert error(user.renew())


def test_b4_what_is_kept_opens_nothing(tmp_path: Path) -> None:
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
