"""Whoever is connected is told that a part is away, and that it is back; newcomers, too."""

from __future__ import annotations

from tests.support.channel_client import Client
from tests.support.frozen_stores import away
from tests.support.people import new_host
from tests.support.server_thread import serving


async def test_clients_hear_that_the_database_is_away_and_back() -> None:
    with serving() as served:
        host = await new_host(served.url)
        async with await host.connect() as client:
            with away(served.lobby.store):
                await client.until(lambda: client.away == ["database"])
                async with await Client.connect(served.url) as late:
                    await late.until(lambda: late.away == ["database"])
            await client.until(lambda: client.away == [])
            told = [f["parts"] for f in client.frames if f["type"] == "degraded"]
            assert told == [["database"], []]
