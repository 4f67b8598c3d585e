"""A real store that answers nobody for a while, or refuses everybody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from persistence.ports import Store
from persistence.store.plan import Plan
from persistence.store.sqlite import SqliteStore
from tests.support.waiting import TIMEOUT


@contextmanager
def frozen(store: Store, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Its one thread is held up until the block ends. `loop`: the one that the store belongs to."""
    assert isinstance(store, SqliteStore)
    held, thawed = threading.Event(), threading.Event()

    def stand_still() -> Plan[None]:
        held.set()
        thawed.wait(TIMEOUT)
        yield "SELECT 1", ()

    still = asyncio.run_coroutine_threadsafe(
        store._writer.execute(stand_still(), writes=False), loop
    )
    assert held.wait(TIMEOUT)
    try:
        yield
    finally:
        thawed.set()
        still.result(TIMEOUT)


@contextmanager
def away(store: Store) -> Iterator[None]:
    """Every call is Unreachable until the block ends."""
    assert isinstance(store, SqliteStore)
    store._writer._closing = True
    try:
        yield
    finally:
        store._writer._closing = False
