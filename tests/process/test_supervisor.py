"""Several processes behind one port: one that dies is replaced, and all stop together."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.support.channel_client import Client
from tests.support.commands import Workers, serving_pids, until_logged
from tests.support.people import call
from tests.support.waiting import TIMEOUT, block_until


async def test_one_that_is_killed_is_replaced_unnoticed_and_told_to_stop_all_of_them_drain(
    workers: Workers,
) -> None:
    before = serving_pids(workers)
    assert len(before) == 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    statuses: list[int] = []
    async with asyncio.timeout(TIMEOUT):
        while len(serving_pids(workers) - {victim}) < 2:
            statuses.append((await call(workers.url, "GET", "/health/live")).status_code)
    assert set(statuses) == {200}

    clients = [await Client.connect(workers.url) for _ in range(8)]
    began = time.monotonic()
    assert await asyncio.to_thread(workers.stop) == 0
    assert time.monotonic() - began < 15
    assert {await client.until_closed() for client in clients} == {1012}
    assert all(client.drain for client in clients)
    assert serving_pids(workers) == set()


def test_without_the_one_above_them_they_end_too(workers: Workers) -> None:
    pids = serving_pids(workers)
    workers.kill()
    block_until(lambda: not [pid for pid in pids if psutil.pid_exists(pid)], TIMEOUT)


def test_what_is_hopeless_for_one_ends_all(tmp_path: Path, redis_url: str) -> None:
    hopeless = Workers(
        tmp_path,
        redis_url=redis_url,
        database_url="postgresql://127.0.0.1:1/none",
        start_seconds=0.2,
    )
    with pytest.raises(RuntimeError):
        hopeless.start()
    assert hopeless._process
    assert hopeless._process.wait(TIMEOUT) == 4
    assert "LOBBY_DATABASE_URL" in hopeless.log
    until_logged(hopeless, "LOBBY_DATABASE_URL")
