"""Live parts that are closed at the end, and a reader who waits for their deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from persistence.ports import Bus, Delivery, Live
from persistence.urls import open_live
from tests.support.waiting import TIMEOUT


class Listener:
    def __init__(self) -> None:
        self._heard: asyncio.Queue[Delivery] = asyncio.Queue()

    async def read(self, bus: Bus) -> None:
        async for delivery in bus.deliveries():
            self._heard.put_nowait(delivery)

    async def next(self) -> Delivery:
        async with asyncio.timeout(TIMEOUT):
            return await self._heard.get()

    async def take(self, number: int) -> list[Delivery]:
        return [await self.next() for _ in range(number)]

    async def until(self, wanted: Delivery) -> list[Delivery]:
        """What came before it."""
        before: list[Delivery] = []
        while (delivery := await self.next()) != wanted:
            before.append(delivery)
        return before


@asynccontextmanager
async def listening(bus: Bus, *topics: str) -> AsyncIterator[Listener]:
    for topic in topics:
        await bus.subscribe(topic)
    listener = Listener()
    task = asyncio.create_task(listener.read(bus))
    try:
        yield listener
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def opened(
    url: str, prefix: str = "lobby:", *, shards: int | None = None
) -> AsyncIterator[Live]:
    live = await open_live(url, prefix=prefix, shards=shards)
    try:
        yield live
    finally:
        await live.close()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIMEOUT):
        while not await true():
            await asyncio.sleep(0.02)
