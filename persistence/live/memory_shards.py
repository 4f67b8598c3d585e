"""Presence in memory, for a single process: all of its shards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from persistence.live.memory_presence import MemoryShard, Publish
from persistence.live.presence import Call

REPEATED = ("expired", "hide", "settle", "page")
"""What is called again until nothing is left to do."""


class MemoryShards:
    """`publish(topic, payload)` is called with the patch of every visible change; `clock`:
    monotonic seconds."""

    skew = 0.0

    def __init__(self, publish: Publish, clock: Callable[[], float], count: int = 1) -> None:
        self.count = count
        self._shards = [MemoryShard(number, publish, clock) for number in range(count)]

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        replies = []
        for number, call in enumerate(calls):
            if number or call.verb in REPEATED:
                await asyncio.sleep(0)  # others have their turn
            replies.append(self._shards[call.shard].run(call.verb, call.words))
        return replies

    async def gathered(self, shard: int) -> None:
        return

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return
