"""What hello answers, whom it sends away, and whose connection makes room for a newer one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from websockets import Subprotocol
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.server_thread import Served, serving
from tests.support.waiting import soon, until

STRICT: dict[str, Any] = {"commands_per_second": 20, "commands_burst": 30}

BOTH = [Subprotocol("mqtt"), Subprotocol("lobby.v1")]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(hello_seconds=1, connections_per_account=2, **STRICT) as served:
        yield served


async def test_hello_tells_the_time_the_limits_and_how_long_a_token_lasts(served: Served) -> None:
    async with await RecordedChannel.connect(served.url, anonymous=True) as client:
        said = client.welcome
        assert said["kind"] == "anonymous"
        assert abs(said["at"] - time.time()) < 5
        assert 86_000 < said["expires_in"] <= 86_400
        assert (said["heartbeat_ms"], said["grace_ms"]) == (20_000, 15_000)
        assert said["server"].startswith("lobby/")
        assert said["limits"] == {
            "commands_per_second": 20.0,
            "commands_burst": 30,
            "message_bytes": 65_536,
            "topics": 64,
            "waiting": 64,
            "refusals": 100,
        }
    async with await RecordedChannel.connect(served.url) as spectator:
        assert "expires_in" not in spectator.welcome


async def test_a_client_offers_our_subprotocol_or_none(served: Served) -> None:
    """As the document says: some libraries offer none unless told to."""
    address = f"{served.url.replace('http', 'ws', 1)}/ws"
    for offered, agreed in ((None, None), (BOTH, "lobby.v1")):
        async with connect(address, subprotocols=offered, proxy=None) as socket:
            assert socket.subprotocol == agreed
            await socket.send('{"type": "hello", "id": "1"}')
            assert '"re":"1"' in await socket.recv()
    with pytest.raises(InvalidStatus) as no:
        await connect(address, subprotocols=[Subprotocol("mqtt")], proxy=None)
    assert no.value.response.status_code == 400


async def test_who_says_no_hello_may_come_back(served: Served) -> None:
    client = await Client.connect(served.url, hello=False)
    assert await client.until_closed() == 4005


async def test_the_newest_connection_wins_over_the_one_that_was_silent_for_longest(
    served: Served,
) -> None:
    host = await new_host(served.url)
    first, second = await host.connect(), await host.connect()
    await first.command("ping")
    third = await host.connect()
    assert await second.until_closed(soon()) == 4501
    assert await first.command("ping")
    # The same where the token is shown in the handshake.
    shown = await Client.connect(
        served.url, hello=False, additional_headers={"Authorization": f"Bearer {host.token}"}
    )
    assert await third.until_closed(soon()) == 4501
    for client in (first, shown):
        assert await client.command("ping")
        await client.close()


async def test_five_changes_of_network_leave_the_last_connection_alive(
    lobby_server: LobbyProcess,
) -> None:
    host = await new_host(lobby_server.url)
    frozen = [await host.connect() for _ in range(6)]
    async with await host.connect() as client:
        assert await client.command("ping")
    for one in frozen:
        await one.drop()


async def test_a_client_that_waits_as_told_is_never_sent_away(served: Served) -> None:
    client = await Client.connect(served.url)

    async def obey() -> None:
        while True:
            try:
                await client.command("ping")
                return
            except Refused as no:
                await asyncio.sleep(no.retry_after or 0)

    for _ in range(3):
        await asyncio.gather(*(obey() for _ in range(45)))
    await client.close()


async def test_who_goes_on_without_waiting_is_closed_with_4008(served: Served) -> None:
    client = await Client.connect(served.url)
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            while True:
                await client.socket.send('{"type": "ping", "id": "1"}')
                await asyncio.sleep(0.01)
    await until(lambda: client.closed == 4008)
