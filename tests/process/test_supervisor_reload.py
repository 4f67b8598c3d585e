"""A reload of several processes: checked first, then one by one; where no other would come up, the
old ones stay."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from tests.support.channel_client import Client
from tests.support.commands import Workers, serving_pids, until_logged
from tests.support.people import call
from tests.support.pictures import png
from tests.support.waiting import TIMEOUT, until

CATALOGUE = Path(__file__).parents[2] / "lobby.toml"


async def test_a_reload_replaces_them_one_by_one_and_nobody_waits(workers: Workers) -> None:
    before = serving_pids(workers)
    clients = [await Client.connect(workers.url) for _ in range(8)]
    os.kill(workers.pid, signal.SIGHUP)
    statuses: list[int] = []
    async with asyncio.timeout(2 * TIMEOUT):
        while serving_pids(workers) & before or len(serving_pids(workers)) < 2:
            statuses.append((await call(workers.url, "GET", "/health/live")).status_code)
            await asyncio.sleep(0.05)
    assert set(statuses) == {200}
    assert {await client.until_closed() for client in clients} == {1012}
    # Others serve: nobody is asked to wait.
    assert {client.drain["return_after_ms"] for client in clients if client.drain} == {0}
    assert workers.running()


@pytest.mark.parametrize("fault", ["catalogue", "setting"])
async def test_what_is_wrong_is_named_and_nobody_is_replaced(
    tmp_path: Path, redis_url: str, postgres_url: str, fault: str
) -> None:
    catalogue, favicon = tmp_path / "game.toml", tmp_path / "icon.png"
    catalogue.write_text(CATALOGUE.read_text())
    favicon.write_bytes(png(64, 64))
    workers = Workers(
        tmp_path,
        redis_url=redis_url,
        database_url=postgres_url,
        catalogue=catalogue,
        favicon=favicon,
    )
    workers.more = {
        "GAME_CLIENT_SECRET": "a secret that only the tests know",
        "GAME_SERVER_PASSWORD": "a password that only the tests know",
    }
    workers.start()
    try:
        before = serving_pids(workers)
        if fault == "catalogue":
            catalogue.write_text("[wrong")
        else:
            favicon.unlink()
        async with await Client.connect(workers.url) as client:
            os.kill(workers.pid, signal.SIGHUP)
            await asyncio.to_thread(until_logged, workers, "reload_refused")
            assert await client.command("ping")
            assert client.drain is None
        named = {"catalogue": "game.toml", "setting": "LOBBY_FAVICON"}[fault]
        [said] = [line for line in workers.log.splitlines() if "reload_refused" in line]
        assert named in said
        assert serving_pids(workers) == before
    finally:
        workers.remove()


async def test_where_the_new_one_does_not_come_up_the_old_ones_stay_and_the_next_reload_works(
    workers: Workers, postgres_url: str
) -> None:
    before = serving_pids(workers)
    async with await Client.connect(workers.url) as client:
        # Another program has brought the tables forward: what serves goes on, none can start.
        version = await _set_version(postgres_url, "999")
        os.kill(workers.pid, signal.SIGHUP)
        await asyncio.to_thread(until_logged, workers, "reload_failed")
        assert serving_pids(workers) == before
        assert await client.command("ping")
        assert client.drain is None
    # It is mended: the same reload goes through.
    await _set_version(postgres_url, version)
    os.kill(workers.pid, signal.SIGHUP)
    await until(
        lambda: not serving_pids(workers) & before and len(serving_pids(workers)) == 2, 2 * TIMEOUT
    )
    assert workers.running()


async def _set_version(url: str, version: str) -> str:
    """Of the tables; returns what it was."""
    connection = await asyncpg.connect(url)
    before = await connection.fetchval("SELECT value FROM facts WHERE name = 'schema'")
    await connection.execute("UPDATE facts SET value = $1 WHERE name = 'schema'", version)
    await connection.close()
    return str(before)
