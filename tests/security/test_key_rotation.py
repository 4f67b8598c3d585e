"""A new signing key takes over under load, on all processes, and nobody is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx2
import jwt
import pytest

from lobby.identity.tokens import random_secret
from tests.support.commands import lobby
from tests.support.deployments import SECRET, Deployment, two_processes
from tests.support.people import PASSWORD, call, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT, until


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory)


@dataclass
class Load:
    """Behind a balancer: each request goes to the next process that is up. `tokens`: those of the
    last logins, which go on all the time."""

    form: dict[str, str]
    up: list[str]
    tokens: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    asked: int = 0

    async def run(self) -> None:
        fresh = httpx2.Limits(max_keepalive_connections=0)  # a connection for each request
        async with httpx2.AsyncClient(limits=fresh, trust_env=False, timeout=TIMEOUT) as http:
            while True:
                for url in list(self.up):
                    await self.visit(http, url)

    async def visit(self, http: httpx2.AsyncClient, url: str) -> None:
        """One more login, and requests with tokens that this and other processes gave."""
        self.tokens.append(self.note(await http.post(f"{url}/users/login", data=self.form)).text)
        for token in [self.tokens[0], *self.tokens[-4:]]:
            headers = {"Authorization": f"Bearer {token}"}
            self.note(await http.get(f"{url}/users", headers=headers))

    def note(self, answer: httpx2.Response) -> httpx2.Response:
        self.asked += 1
        if answer.status_code != 200:
            self.refused.append((answer.status_code, answer.text))
        return answer

    @asynccontextmanager
    async def without(self, url: str) -> AsyncIterator[None]:
        self.up.remove(url)
        asked = self.asked
        await until(lambda: self.asked > asked + 12)  # what was under way is answered
        yield
        self.up.append(url)
        back = self.asked
        await until(lambda: self.asked > back + 24)


async def restart(process: LobbyProcess, load: Load, secret: str) -> None:
    async with load.without(process.url):
        assert await asyncio.to_thread(process.stop) == 0
        process.settings["LOBBY_SECRET"] = secret
        await asyncio.to_thread(process.start)


def kids(tokens: list[str]) -> list[str]:
    return [str(jwt.get_unverified_header(token)["kid"]) for token in tokens]


async def test_b5_of_a_rotation_under_load_nobody_is_refused(pair: Deployment) -> None:
    user = await new_user(pair.here.url)
    form = {"username": str(user.name), "password": PASSWORD}
    load = Load(form, [pair.here.url, pair.there.url], [user.token])
    running = asyncio.create_task(load.run())
    rotated = lobby(pair.here.home, "token", "rotate", secret=SECRET).stdout
    new, old = rotated.strip().removeprefix("LOBBY_SECRET=").split(",")
    assert old == SECRET
    try:
        async with asyncio.timeout(8 * TIMEOUT):
            for secret in (f"{old},{new}", f"{new},{old}"):  # first all verify it, then all sign
                for process in (pair.here, pair.there):
                    await restart(process, load, secret)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert load.refused == []
    assert load.asked > 100
    first, *_, last = kids(load.tokens)
    assert first != last, "another key signs"


async def test_b5_a_key_that_is_dropped_opens_nothing_more(pair: Deployment) -> None:
    user = await new_user(pair.there.url)
    load = Load({"username": str(user.name), "password": PASSWORD}, [pair.here.url, pair.there.url])
    running = asyncio.create_task(load.run())
    try:
        async with asyncio.timeout(4 * TIMEOUT):
            await restart(pair.there, load, random_secret())
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert (await call(pair.there.url, "GET", "/users", headers=user.headers)).status_code == 401
    assert {status for status, _ in load.refused} == {401}, "so the load above would have told"
