"""Three times as many come as a process has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.channel_client import Client
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.waiting import until

CAPACITY = 20


@pytest.fixture
def full(tmp_path: Path) -> Iterator[LobbyProcess]:
    process = LobbyProcess(tmp_path, connections=CAPACITY).start()
    yield process
    process.remove()


async def come(url: str) -> Client | tuple[int, int]:
    """A client, or the status and after how many seconds it may come back."""
    try:
        return await Client.connect(url)
    except InvalidStatus as refused:
        answer = refused.response
        return answer.status_code, int(answer.headers["Retry-After"])


async def admitted(url: str, clients: list[Client]) -> bool:
    came = await come(url)
    if isinstance(came, Client):
        clients.append(came)
    return isinstance(came, Client)


async def test_r24_new_sockets_are_shed_and_those_that_are_in_are_served(
    full: LobbyProcess,
) -> None:
    # 1. Of three times as many as there is room for, the rest are told when to come back.
    came = await asyncio.gather(*(come(full.url) for _ in range(3 * CAPACITY)))
    clients = [one for one in came if isinstance(one, Client)]
    shed = [one for one in came if isinstance(one, tuple)]
    assert (len(clients), len(shed)) == (CAPACITY, 2 * CAPACITY)
    assert {status for status, _ in shed} == {503}
    assert min(wait for _, wait in shed) >= 1
    # 2. While more keep coming, everybody who is in is answered: pings, lists and requests.
    knocking = asyncio.gather(*(come(full.url) for _ in range(2 * CAPACITY)))
    await asyncio.gather(*(client.command("ping") for client in clients))
    await asyncio.gather(*(client.watch("sessions") for client in clients))
    assert (await call(full.url, "GET", "/health/ready")).status_code == 200
    assert not [one for one in await knocking if isinstance(one, Client)]
    # 3. Whose place is free is taken by the next.
    await clients.pop().close()
    await until(partial(admitted, full.url, clients))
    for client in clients:
        assert client.closed is None
        assert client.violations == []
        await client.close()
