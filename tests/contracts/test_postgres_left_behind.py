"""What a process leaves in PostgreSQL that falls silent in the middle of a change: a frozen one, or
one whose machine has lost its power, so that the server is not told that it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from persistence.ports import Store, Unreachable
from persistence.store.postgres import OPTIONS
from persistence.store.postgres_hosts import Hosts
from persistence.urls import open_store
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import TIMEOUT

IN_THE_MIDDLE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'
        AND query LIKE 'INSERT INTO streams%'"""
DELAY_SECONDS = 0.05


@pytest.fixture
def link(postgres_url: str) -> Iterator[TcpProxy]:
    proxy = TcpProxy(urlsplit(postgres_url).port or 0).start()
    yield proxy
    proxy.close()


def _over(link: TcpProxy, url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{link.port}"))


async def test_others_change_what_a_silent_process_was_changing(
    postgres_url: str, link: TcpProxy
) -> None:
    """Its locks go with its transaction, which the server ends."""
    silent, other = await open_store(_over(link, postgres_url)), await open_store(postgres_url)
    await silent.append("stream", "{}")
    link.delay = DELAY_SECONDS
    await _falls_silent(silent, link, postgres_url)
    async with asyncio.timeout(TIMEOUT):
        assert await _appended(other) == 2
    link.heal()
    await silent.close()
    await other.close()


async def test_a_machine_that_is_gone_is_noticed(postgres_url: str) -> None:
    """No test can cut its power: what counts is that the server asks, within 15 s and not hours."""
    connection: Any = await Hosts(postgres_url).connect(**OPTIONS)
    asked = [
        int(await connection.fetchval(f"SELECT current_setting('tcp_keepalives_{name}')"))
        for name in ("idle", "interval", "count")
    ]
    await connection.close()
    idle, interval, count = asked
    assert 0 < idle + interval * count <= 15


async def _falls_silent(store: Store, link: TcpProxy, url: str) -> None:
    """It holds the stream's lock, and says no more."""
    watcher: Any = await asyncpg.connect(url)
    try:
        change = asyncio.create_task(store.append("stream", "{}"))
        async with asyncio.timeout(TIMEOUT):
            while not await _holds(watcher):
                await asyncio.sleep(0.002)
        link.silent = True
        with pytest.raises(Unreachable):
            await change
    finally:
        await watcher.close()


async def _holds(watcher: Any) -> bool:
    return bool(await watcher.fetchval(IN_THE_MIDDLE))


async def _appended(store: Store) -> int:
    while True:
        try:
            return await store.append("stream", "{}")
        except Unreachable:
            continue
