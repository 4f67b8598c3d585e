"""A client of the server, users and nicknames document, written as the document reads. It lives
through whatever a deployment does to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

import httpx2
import pytest

from tests.support.checked_clients import recorded
from tests.support.deployments import Deployment, two_processes
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.server_status import API, PASSWORD, User, access_header, add, basic, new_admin
from tests.support.waiting import TIMEOUT

ACCESS_SECONDS = 2.0


class Refused(Exception):
    """What the document calls valid in form and wrong in meaning."""


class StatusClient:
    """Logs in, calls, and when a refresh is needed renews once and repeats.

    `ask_password` is what it does when not even that helps: ask whoever sits before it.
    """

    def __init__(self, urls: list[str], login: str, ask_password: Iterator[str]) -> None:
        self._urls, self._login, self._ask_password = cycle(urls), login, ask_password
        self._access = self._refresh = ""
        self.logins = self.renewals = 0

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._send(method, path, access_header(self._access or "0"), body)
        if isinstance(answer, dict) and answer.get("needRefresh"):
            await self._renew()
            answer = await self._send(method, path, access_header(self._access), body)
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(answer["error"])
        return answer

    async def _renew(self) -> None:
        if self._refresh:
            with suppress(Refused):
                await self._take("/reauth", access_header(self._refresh))
                self.renewals += 1
                return
        password = next(self._ask_password, None)
        if password is None:
            raise Refused("nobody sits there")
        await self._take("/auth", basic(self._login, password))
        self.logins += 1

    async def _take(self, path: str, headers: dict[str, str]) -> None:
        pair = await self._send("POST", path, headers)
        if "error" in pair:
            raise Refused(pair["error"])
        self._access, self._refresh = pair["access"]["id"], pair["refresh"]["id"]

    async def _send(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
        url = next(self._urls)
        answer = await call(url, method, API + path, headers=headers, json=body)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def brief(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Where access tokens live for a moment only."""
    if request.param == "two-processes":
        yield from two_processes(request, tmp_path_factory, access_seconds=ACCESS_SECONDS)
        return
    alone = LobbyProcess(tmp_path_factory.mktemp("lobby"), access_seconds=ACCESS_SECONDS).start()
    yield Deployment(alone, alone)
    alone.remove()


@pytest.fixture
def http(brief: Deployment) -> Iterator[httpx2.Client]:
    with recorded(brief.here.url) as http:
        yield http


def processes(brief: Deployment) -> list[LobbyProcess]:
    return [brief.here] if brief.here is brief.there else [brief.here, brief.there]


async def test_it_lives_through_expiry_a_restart_and_a_new_password(
    brief: Deployment, http: httpx2.Client
) -> None:
    admin = new_admin(brief.here, http)
    user = add(admin)
    urls = [process.url for process in processes(brief)]
    client = StatusClient(urls, user.login, iter([PASSWORD, "another horse 8"]))
    own = f"/users/{user.login}"
    # 1. It logs in when it has to, and is told what it asks for.
    assert await client.call("GET", f"{own}/login") == {"login": user.login}
    assert (client.logins, client.renewals) == (1, 0)
    # 2. Its access token expires, again and again: it never notices more than a second call.
    for renewals in (1, 2):
        async with asyncio.timeout(TIMEOUT):
            while client.renewals < renewals:
                assert await client.call("GET", f"{own}/online") == {"isOnline": False}
    await client.call("PUT", f"{own}/name", {"name": "Still Here"})
    assert client.logins == 1
    # 3. What is wrong in meaning is an error, and costs no token.
    with pytest.raises(Refused, match="no such account"):
        await client.call("GET", "/users/nobody.here")
    # 4. Every process is restarted: its tokens and what it changed are there as before.
    for process in processes(brief):
        assert process.stop() == 0
        process.start()
        assert await client.call("GET", f"{own}/name") == {"name": "Still Here"}
    assert client.logins == 1
    # 5. An administrator sets another password: renewing does not help, logging in anew does.
    admin = User(http, admin.login).log_in()
    put = admin.call("PUT", f"{own}/password", json={"password": "another horse 8"})
    assert put.json() == {}
    assert await client.call("GET", f"{own}/name") == {"name": "Still Here"}
    assert client.logins == 2
    # 6. It logs out, and what it had opens nothing.
    assert await client.call("POST", "/deauth") == {}
    with pytest.raises(Refused, match="nobody sits there"):
        await client.call("GET", f"{own}/name")
