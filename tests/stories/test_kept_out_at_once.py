"""A guest who comes back by every way, again and again, on two processes, while the host kicks them
for a time or bans them: once the host has the answer, nobody comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import PLAIN
from tests.support.deployments import Deployment, two_processes
from tests.support.long_runs import long_run, scaled
from tests.support.people import Person, new_host, new_user

RETURNS = scaled(10_000)
"""Returns that begin behind the host's answer, over all rounds."""
A_ROUND = 250
"""Of them in one round: a socket is closed after a hundred refusals."""
NO_LIMITS = {
    "commands_per_second": 10_000,
    "commands_burst": 10_000,
    "requests_per_second": 10_000,
    "requests_per_second_per_address": 10_000,
    "registrations_per_hour": 100_000,
    "connections_per_account": 50,
    "connections_per_address": 1_000,
}
REFUSALS = {"kept_out", "session_not_found", "already_seated"}
Way = Callable[[], Awaitable[bool]]
"""One return; whether the guest came in."""


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory, **NO_LIMITS)


@dataclass
class Round:
    """A hosted session, and a guest who sits there. `answered`: the host has the answer."""

    host: Client
    guest: Person
    session: str
    slot: int
    ways: list[Way] = field(default_factory=list)
    answered: bool = False
    behind: int = 0
    came: list[int] = field(default_factory=list)

    async def keep_returning(self, name: int, way: Way) -> None:
        """Until enough have begun behind the answer."""
        while self.behind < A_ROUND:
            behind = self.answered
            self.behind += behind
            if await way() and behind:
                self.came.append(name)

    async def seat_status(self) -> set[str]:
        seats = (await self.host.watch(f"session:{self.session}"))["seats"].values()
        return {seat["status"] for seat in seats if seat.get("player") == self.guest.uuid}


def joining(client: Client, **where: Any) -> Way:
    async def way() -> bool:
        try:
            await client.command("session.join", **where)
        except Refused as refused:
            if refused.code not in REFUSALS:
                raise
            return False
        return True

    return way


def resuming(url: str, guest: Person, session: str) -> Way:
    """With a new socket each time."""

    async def way() -> bool:
        async with await Client.connect(url, guest.token) as client:
            return await joining(client, session=session)()

    return way


def calling(http: httpx2.AsyncClient, path: str, **options: Any) -> Way:
    async def way() -> bool:
        answer = await http.post(path, **options)
        assert answer.status_code in {200, 400, 403, 404, 409}, answer.text
        return answer.status_code == 200

    return way


@asynccontextmanager
async def a_round(pair: Deployment) -> AsyncIterator[Round]:
    urls = [pair.here.url, pair.there.url]
    owner, guest = await new_host(urls[0]), await new_user(urls[1])
    async with AsyncExitStack() as opened:
        host = await opened.enter_async_context(await owner.connect())
        await host.command("host.set", only_friends=False)
        session = (await host.command("session.launch"))["session"]
        id, slot = session["id"], session["seats"]["3"]["id"]
        made = Round(host, guest, id, slot)
        for url in urls:
            client = await opened.enter_async_context(await Client.connect(url, guest.token))
            http = await opened.enter_async_context(
                httpx2.AsyncClient(base_url=url, headers=guest.headers, **PLAIN)
            )
            made.ways += [
                joining(client, session=id),
                joining(client, host=owner.uuid),
                resuming(url, guest, id),
                calling(http, "/sessions/players", json={"host": owner.uuid, "guest": guest.uuid}),
                calling(http, f"/slots/{slot}/reserve"),
            ]
        assert await made.ways[0]()
        yield made


async def keep_out(made: Round, how: str) -> None:
    if how == "ban":
        await made.host.command("host.ban", guest=made.guest.uuid, for_s=600)
    else:
        await made.host.command(
            "session.kick", session=made.session, guest=made.guest.uuid, for_s=600
        )
    made.answered = True


@long_run
@pytest.mark.parametrize("how", ["kick", "ban"])
async def test_nobody_comes_in_behind_the_answer_to_a_kick_with_a_time_or_a_ban(
    pair: Deployment, how: str
) -> None:
    left = RETURNS // 2
    while left > 0:
        async with a_round(pair) as made:
            tasks = [
                asyncio.create_task(made.keep_returning(n, way)) for n, way in enumerate(made.ways)
            ]
            await keep_out(made, how)
            await asyncio.gather(*tasks)
            assert made.came == []
            assert await made.seat_status() == set()
            left -= made.behind
