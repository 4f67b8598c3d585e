"""What a PostgreSQL store promises beyond the ports: faults are told soon, and pass."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from persistence.ports import InUse, Store, Unreachable
from persistence.urls import open_store
from tests.support.services import PostgresServer, free_port
from tests.support.slowness import within
from tests.support.waiting import TIMEOUT, soon


async def test_many_processes_that_start_at_once_make_one_schema(postgres_url: str) -> None:
    stores = await asyncio.gather(*(open_store(postgres_url) for _ in range(8)))
    assert len({await store.epoch() for store in stores}) == 1
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_process_starts_beside_those_that_write_and_is_in_nobodys_way(
    postgres_url: str,
) -> None:
    running = await open_store(postgres_url)
    outside: Any = await asyncpg.connect(postgres_url)
    async with outside.transaction():
        for table in ("documents", "labels", "claims", "entries", "commands"):
            await outside.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        async with asyncio.timeout(soon()):
            starting = await open_store(postgres_url)
    await outside.close()
    for store in (running, starting):
        await store.close()


async def test_whoever_must_be_alone_is_turned_away_within_a_second(postgres_url: str) -> None:
    several = [await open_store(postgres_url), await open_store(postgres_url)]
    await _is_turned_away(postgres_url, exclusive=True)
    await asyncio.gather(*(store.close() for store in several))
    only = await open_store(postgres_url, exclusive=True)
    await _is_turned_away(postgres_url, exclusive=True)
    await _is_turned_away(postgres_url, exclusive=False)
    await only.close()
    await (await open_store(postgres_url, exclusive=True)).close()


async def _is_turned_away(url: str, *, exclusive: bool) -> None:
    started = time.monotonic()
    with pytest.raises(InUse, match="LOBBY_REDIS_URL"):
        await open_store(url, exclusive=exclusive)
    assert time.monotonic() - started < soon()


async def test_a_url_may_name_several_hosts(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    hosts = f"127.0.0.1:{free_port()},127.0.0.1:{postgres_server.port}"
    url = postgres_url.replace(f"127.0.0.1:{postgres_server.port}", hosts)
    store = await open_store(f"{url}?target_session_attrs=read-write")
    await store.probe()
    await store.close()


async def test_a_server_that_takes_no_writes_is_unreachable_and_its_connections_are_left(
    postgres_url: str,
) -> None:
    store = await open_store(postgres_url)
    database = postgres_url.rpartition("/")[2]
    outside: Any = await asyncpg.connect(postgres_url)
    name = "default_transaction_read_only"
    await outside.execute(f"ALTER DATABASE {database} SET {name} = on")
    await outside.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(TIMEOUT):
        while not await _read(store):
            await asyncio.sleep(0.02)
    with pytest.raises(Unreachable, match="ReadOnly"):
        await store.put("row", "new", "{}", expected=0)
    with pytest.raises(Unreachable):
        await store.probe()
    await outside.execute(f"ALTER DATABASE {database} RESET {name}")
    # A session keeps what was so when it began: only a new connection can write.
    async with asyncio.timeout(TIMEOUT):
        while not await _probed(store):
            await asyncio.sleep(0.02)
    assert await store.put("row", "new", "{}", expected=0) == 1
    await outside.close()
    await store.close()


async def _read(store: Store) -> bool:
    try:
        return await store.get("row", "new") is None
    except Unreachable:
        return False


async def _probed(store: Store) -> bool:
    try:
        await store.probe()
    except Unreachable:
        return False
    return True


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="database"):
        await open_store(f"postgresql://lobby@127.0.0.1:{free_port()}/none")


async def test_whoever_waits_a_second_for_a_connection_is_told_so(postgres_url: str) -> None:
    store = await open_store(postgres_url)
    await store.put("row", "busy", "{}", expected=0)
    blocker: Any = await asyncpg.connect(postgres_url)
    async with blocker.transaction():
        await blocker.execute("SELECT * FROM documents FOR UPDATE")
        stuck = [asyncio.ensure_future(store.put("row", "busy", "", expected=1)) for _ in range(10)]
        await _until_waiting(postgres_url, 10)
        started = time.monotonic()
        with within(2.5), pytest.raises(Unreachable):
            await store.get("row", "busy")
        assert time.monotonic() - started > 0.9
    outcomes = await asyncio.gather(*stuck, return_exceptions=True)
    assert outcomes.count(1 + 1) == 1
    await blocker.close()
    await store.close()


SLOWLY = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END';
CREATE TRIGGER slowly BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION slowly();
"""


async def test_a_crowd_that_comes_at_once_is_served_while_the_server_answers(
    postgres_url: str,
) -> None:
    store = await open_store(postgres_url)
    owner: Any = await asyncpg.connect(postgres_url)
    await owner.execute(SLOWLY)
    puts = [store.put("row", str(n), "{}", expected=0) for n in range(150)]  # three seconds of it
    assert await asyncio.gather(*puts) == [1] * 150
    await owner.close()
    await store.close()


async def _until_waiting(url: str, number: int) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    watcher: Any = await asyncpg.connect(url)
    async with asyncio.timeout(TIMEOUT):
        while await watcher.fetchval(waiting) < number:
            await asyncio.sleep(0.02)
    await watcher.close()


async def test_a_killed_server_is_unreachable_until_it_is_back_with_every_row(
    own_postgres: PostgresServer,
) -> None:
    url = await own_postgres.new_database()
    store = await open_store(url, exclusive=True)
    saved = await asyncio.gather(
        *(store.put("row", str(n), "{}", expected=0) for n in range(100)), return_exceptions=True
    )
    own_postgres.kill()
    await _is_unreachable(store, seconds=1.5)
    await asyncio.to_thread(own_postgres.start)
    await store.probe()
    assert len(await store.versions("row", map(str, range(100)))) == saved.count(1) == 100
    await _is_turned_away(url, exclusive=False)
    await store.close()


async def test_a_frozen_server_is_unreachable_until_it_is_thawed(
    own_postgres: PostgresServer,
) -> None:
    store = await open_store(await own_postgres.new_database())
    await store.put("row", "a", "{}", expected=0)
    own_postgres.freeze()
    await _is_unreachable(store, seconds=4.5)
    own_postgres.thaw()
    async with asyncio.timeout(TIMEOUT):
        while True:
            try:
                assert await store.get("row", "a")
                break
            except Unreachable:
                continue
    await store.close()


async def _is_unreachable(store: Store, *, seconds: float) -> None:
    with within(2 * seconds):
        with pytest.raises(Unreachable, match="database"):
            await store.get("row", "a")
        with pytest.raises(Unreachable, match="database"):
            await store.append("stream", "a")
