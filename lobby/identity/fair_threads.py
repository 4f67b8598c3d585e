"""Costly work in a bounded thread pool, which is shared fairly by whom it is for, so that it never
blocks the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lobby.identity.fair_queue import FairQueue

T = TypeVar("T")


class FairThreads:
    """Load shedding: with `waiting` calls waiting, further ones are refused with TooMany. `each`:
    places of one address, or of whom else (`whose`); `what` it is, for the refusals."""

    def __init__(
        self, threads: int, *, waiting: int, each: int, what: str, whose: str = "address"
    ) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=what)
        self._queue = FairQueue(
            at_once=threads, most=waiting + threads, each=each, what=what, whose=whose
        )

    @property
    def asked(self) -> int:
        """Calls that run or wait."""
        return self._queue.asked

    async def run(self, work: Callable[[], T], *, by: str) -> T:
        async with self._queue.turn(by):
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                await asyncio.wait([running])  # the thread is busy, whoever has gone
                raise

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
