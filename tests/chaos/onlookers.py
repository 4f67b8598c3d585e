"""Spectators by the client that is shipped: whatever breaks, each comes back by itself, and sees in
the end what a fresh connection sees.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lobby_client import Lobby
from lobby_client.patch import without_nulls
from tests.chaos.history import Frame
from tests.chaos.people import LOST, OPEN_SECONDS
from tests.chaos.world import World
from tests.support.channel_client import Client, Refused

TOPIC = "sessions"


class Onlooker:
    """`errors`: what the client found wrong in what it heard."""

    def __init__(self, url: str) -> None:
        self.url, self.lobby = url, Lobby(url)
        self.errors: list[Exception] = []
        self.lobby.on("error", self.errors.append)
        self.sessions = self.lobby.watch(TOPIC)

    async def agrees(self, world: World) -> None:
        """Once it is live and sees what a fresh connection is told."""
        while True:
            told = await fresh(world)
            live = told is not None and self.sessions.status == "live"
            if live and without_nulls(told) == self.sessions.state:
                return
            await asyncio.sleep(0.05)


async def fresh(world: World) -> Frame | None:
    """None where it is not served."""
    client = Client(world.urls[0])
    try:
        await client.open(open_timeout=OPEN_SECONDS * world.history.patience)
        return await client.watch(TOPIC)
    except (*LOST, Refused, AssertionError):
        return None
    finally:
        if hasattr(client, "socket"):
            await client.close()


async def onlookers(world: World) -> list[Onlooker]:
    """One at each process, behind links that may become slow or silent."""
    found = [Onlooker(url) for url in world.linked_urls]
    for one in found:
        await one.lobby.connect()
    return found


async def disagreeing(world: World, found: list[Onlooker], *, within: float) -> list[str]:
    """What is wrong with those who do not see the same in time, or have met nonsense."""
    wrong = [f"the client at {one.url}: {error!r}" for one in found for error in one.errors]
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await asyncio.gather(*(one.agrees(world) for one in found))
            return wrong
    return wrong + [f"the client at {one.url} sees otherwise: {one.lobby.state}" for one in found]
