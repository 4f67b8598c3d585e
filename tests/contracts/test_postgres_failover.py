"""What a PostgreSQL store promises when its server is lost and a standby takes its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from persistence.ports import Stale, Store, Unreachable
from persistence.urls import open_store
from tests.support.postgres_pair import PostgresPair, postgres_pair
from tests.support.services import PostgresServer
from tests.support.slowness import within
from tests.support.waiting import TIMEOUT, until

GAP_SECONDS = 10.0
"""How long after the promotion nothing may be saved."""
SAVERS = 12
"""More than there are connections in the pool."""


@pytest.fixture
def pair(own_postgres: PostgresServer) -> Iterator[PostgresPair]:
    with postgres_pair(own_postgres) as pair:
        yield pair


class Saving:
    """Saves rows for ever; one whose end is not known is tried again until it is there."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self.saved: list[str] = []
        self.refused = self.found = 0

    async def run(self) -> None:
        while True:
            await self._save(f"{self._name}-{len(self.saved)}")

    async def _save(self, key: str) -> None:
        while True:
            try:
                await self._store.put("row", key, "{}", expected=0)
            except Unreachable:
                self.refused += 1
                await asyncio.sleep(0.02)
                continue
            except Stale:  # it had been saved by the try before
                self.found += 1
            self.saved.append(key)
            return


async def killed(primary: PostgresServer) -> None:
    primary.kill()


async def silent(primary: PostgresServer) -> None:
    primary.freeze()


async def demoted(primary: PostgresServer) -> None:
    """It answers, and takes no writes."""
    await primary.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await primary.execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize("lost", [killed, silent, demoted])
async def test_r21_a_standby_takes_the_place_of_a_server_that_is_lost(
    pair: PostgresPair, lost: Callable[[PostgresServer], Awaitable[None]]
) -> None:
    store = await open_store(await pair.new_database())
    savers = [Saving(store, str(n)) for n in range(SAVERS)]
    tasks = [asyncio.create_task(saver.run()) for saver in savers]
    await until(lambda: all(len(saver.saved) > 20 for saver in savers))
    # 1. While there is none that takes writes, everybody is refused, and nothing is acknowledged.
    await lost(pair.primary)
    await until(lambda: all(saver.refused for saver in savers))
    with pytest.raises(Unreachable):
        await store.probe()
    # 2. The standby is promoted: everybody goes on there, soon.
    await asyncio.to_thread(pair.standby.promote)
    before = [len(saver.saved) for saver in savers]
    with within(GAP_SECONDS):
        await until(lambda: all(len(s.saved) > n for s, n in zip(savers, before, strict=True)))
    await store.probe()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # 3. What was acknowledged by either is there.
    saved = [key for saver in savers for key in saver.saved]
    assert len(await store.versions("row", saved)) == len(saved)
    async with asyncio.timeout(TIMEOUT):
        await store.close()
