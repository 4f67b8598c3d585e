"""However many administrators go at once, by whatever way and on whichever process: one stays."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import httpx2
import pytest

from tests.support.checked_clients import recorded
from tests.support.deployments import Deployment, two_processes
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
)

RACES = 20


@dataclass
class Stage:
    """`urls` are the processes, in turn; `admin` is one who was there at the end of a test."""

    lobby: Deployment
    http: httpx2.Client
    admin: User

    @property
    def urls(self) -> list[str]:
        return [self.lobby.here.url, self.lobby.there.url]

    def lone_admin(self) -> User:
        """The only one; everybody else is gone."""
        self.admin.call("DELETE", "/users")
        assert [each["login"] for each in self.admin.get("/users")] == [self.admin.login]
        return self.admin

    async def at_once(self, *asked: tuple[User, str, str, Any]) -> list[Any]:
        """Who asks, the method, the path and the body; each on the next process."""
        answers = await asyncio.gather(
            *(
                call(url, method, API + path, headers=access_header(user.access), json=body)
                for url, (user, method, path, body) in zip(cycle(self.urls), asked, strict=False)
            )
        )
        return [answer.json() for answer in answers]


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    for lobby in deployments(request, tmp_path_factory):
        with recorded(lobby.here.url) as http:
            yield Stage(lobby, http, new_admin(lobby.here, http))


def deployments(
    request: pytest.FixtureRequest, home_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    if request.param == "two-processes":
        yield from two_processes(request, home_factory)
        return
    alone = LobbyProcess(home_factory.mktemp("lobby"), grace_seconds=1).start()
    yield Deployment(alone, alone)
    alone.remove()


async def test_e3_of_two_who_demote_each_other_one_stays(stage: Stage) -> None:
    survivor = stage.lone_admin()
    for race in range(RACES if len(set(stage.urls)) > 1 else RACES // 4):
        other = add(survivor, isAdmin=True)
        ways = [
            ("PUT", "/is-admin", {"isAdmin": False}),
            ("DELETE", "", None),
            ("PUT", "", {"isAdmin": False}),
        ]
        method, tail, body = ways[race % len(ways)]
        pairs = [(survivor, other), (other, survivor)]
        await stage.at_once(
            *((by, method, f"/users/{whom.login}{tail}", body) for by, whom in pairs)
        )
        left = [user for user in (survivor, other) if administrates(user)]
        assert left, f"race {race}: nobody administrates any more"
        survivor = stage.admin = left[0]
        for user in left[1:]:
            survivor.call("DELETE", f"/users/{user.login}")


def administrates(user: User) -> bool:
    """As the store has it: for a moment, another process may still know them as they were."""
    kept = user.call("GET", f"/users/{user.login}/is-admin").json()
    return "isAdmin" in kept and bool(kept["isAdmin"])


async def test_e3_the_last_one_goes_by_no_way(stage: Stage) -> None:
    admin = stage.lone_admin()
    path = f"/users/{admin.login}"
    for method, tail, body in (
        ("PUT", "/is-admin", {"isAdmin": False}),
        ("PUT", "", {"isAdmin": False}),
        ("DELETE", "", None),
    ):
        assert "last administrator" in error(admin.call(method, path + tail, json=body))
        assert administrates(admin)
    # Another is made: now one of them may go, and may be made again.
    other = add(admin, isAdmin=True)
    assert other.call("PUT", f"{path}/is-admin", json={"isAdmin": False}).json() == {}
    assert "last administrator" in error(other.call("DELETE", f"/users/{other.login}"))
    assert other.call("PUT", f"{path}/is-admin", json={"isAdmin": True}).json() == {}
    assert other.own("DELETE") == {}
    assert administrates(admin)


async def test_e3_whoever_deletes_everybody_stays_and_the_count_is_true(stage: Stage) -> None:
    admin = stage.lone_admin()
    users = [add(admin, isAdmin=n == 0) for n in range(4)]
    assert admin.call("DELETE", "/users").json() == {"count": 4}
    assert [each["login"] for each in admin.get("/users")] == [admin.login]
    assert all(needs_refresh(user.call("GET", "/users")) for user in users)
    assert admin.call("DELETE", "/users").json() == {"count": 0}


async def test_e3_of_two_who_delete_everybody_at_once_one_stays(stage: Stage) -> None:
    admin = stage.lone_admin()
    other = add(admin, isAdmin=True)
    for _ in range(6):
        add(admin)
    await stage.at_once((admin, "DELETE", "/users", None), (other, "DELETE", "/users", None))
    left = [user for user in (admin, other) if administrates(user)]
    assert len(left) == 1
    stage.admin = left[0]
    assert left[0].get("/users")[0]["isAdmin"] is True


async def test_b4_of_many_who_log_in_on_every_process_at_most_so_many_stay(stage: Stage) -> None:
    user = add(stage.lone_admin())
    logins = [User(stage.http, user.login) for _ in range(8)]
    headers = basic(user.login, PASSWORD)
    answers = await asyncio.gather(
        *(
            call(url, "POST", f"{API}/auth", headers=headers)
            for url, _ in zip(cycle(stage.urls), logins, strict=False)
        )
    )
    for login, answer in zip(logins, answers, strict=True):
        login.take(answer)
    assert [needs_refresh(login.call("GET", "/users")) for login in logins].count(False) == 5
    assert needs_refresh(user.call("GET", "/users"))
