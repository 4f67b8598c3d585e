"""Several processes behind one port: one that dies is replaced, and all stop together."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.commands import Workers, until_it_says
from tests.client import Client
from tests.patience import PATIENCE
from tests.people import call
from tests.services import wait_until


@pytest.fixture
def workers(tmp_path: Path, redis_url: str, postgres_url: str) -> Iterator[Workers]:
    process = Workers(tmp_path, redis_url=redis_url, database_url=postgres_url)
    process.start()
    yield process
    process.remove()


def serving(workers: Workers) -> set[int]:
    """The pids that the log names as serving and that live."""
    records = [json.loads(line) for line in workers.log.splitlines() if line.startswith("{")]
    pids = {record["pid"] for record in records if record["event"] == "serving"}
    return {pid for pid in pids if psutil.pid_exists(pid)}


async def test_one_that_is_killed_is_replaced_unnoticed_and_told_to_stop_all_of_them_drain(
    workers: Workers,
) -> None:
    before = serving(workers)
    assert len(before) == 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    statuses: list[int] = []
    async with asyncio.timeout(PATIENCE):
        while len(serving(workers) - {victim}) < 2:
            statuses.append((await call(workers.url, "GET", "/health/live")).status_code)
    assert set(statuses) == {200}

    clients = [await Client.connect(workers.url) for _ in range(8)]
    began = time.monotonic()
    assert await asyncio.to_thread(workers.stop) == 0
    assert time.monotonic() - began < 15
    assert {await client.until_closed() for client in clients} == {1012}
    assert all(client.drain for client in clients)
    assert serving(workers) == set()


def test_without_the_one_above_them_they_end_too(workers: Workers) -> None:
    pids = serving(workers)
    workers.kill()
    wait_until(lambda: not [pid for pid in pids if psutil.pid_exists(pid)], PATIENCE)


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
    assert hopeless._process.wait(PATIENCE) == 4
    assert "LOBBY_DATABASE_URL" in hopeless.log
    until_it_says(hopeless, "LOBBY_DATABASE_URL")
