"""How the program starts, and how it says why it does not."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from tests.support.commands import LOBBY, lobby, until_logged
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.services import PostgresServer, RedisServer, free_port
from tests.support.waiting import soon, until


def ready_line(home: Path, *options: str, **variables: str) -> str:
    """What it prints first; then it is stopped, and must end well."""
    process = subprocess.Popen(
        [*LOBBY, "serve", *options],
        cwd=home,
        env={k: v for k, v in os.environ.items() if k not in ("PORT", "LOBBY_PORT")} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        with process:
            assert process.stdout
            line = process.stdout.readline()
            process.terminate()
            stopped = time.monotonic()
        assert process.returncode == 0
        assert time.monotonic() - stopped < soon(), "nobody is there to wait for"
        return line
    finally:
        process.kill()


def test_one_line_says_where_the_page_is_and_where_the_data_and_that_port_0_is_a_real_one(
    tmp_path: Path,
) -> None:
    said = ready_line(tmp_path, "--port", "0")
    assert re.fullmatch(
        r"http://127\.0\.0\.1:[1-9]\d+ · data in lobby\.db · one process\n", said
    ), said


def test_a_platform_chooses_the_port_by_port_alone(tmp_path: Path) -> None:
    theirs = str(free_port())
    assert f":{theirs} " in ready_line(tmp_path, PORT=theirs)


def test_a_second_process_on_the_file_or_the_port_is_turned_away_as_soon_as_it_could_serve(
    own_lobby: LobbyProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    began = time.monotonic()
    own_lobby.start()
    served = time.monotonic()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    taken = lobby(elsewhere, "serve", port=own_lobby.port, database_url="sqlite:other.db")
    turned_away = time.monotonic()
    in_use = lobby(own_lobby.home, "serve", port=free_port())
    assert time.monotonic() - turned_away < 2 * (served - began) + 1.0
    assert (in_use.returncode, in_use.stdout) == (3, "")
    assert in_use.stderr.startswith("lobby: lobby.db is in use")
    assert (taken.returncode, taken.stdout) == (3, "")
    assert f"port {own_lobby.port} is taken" in taken.stderr
    assert [len(ended.stderr.splitlines()) for ended in (in_use, taken)] == [1, 1]
    own_lobby.kill()
    door = own_lobby.home / "lobby.sock"
    assert door.exists()
    assert own_lobby.start().stop() == 0
    assert not door.exists()


def test_two_processes_on_one_postgresql_without_redis_are_one_too_many(
    own_lobby: LobbyProcess, postgres_url: str
) -> None:
    own_lobby.settings["LOBBY_DATABASE_URL"] = postgres_url
    own_lobby.start()
    assert "data in PostgreSQL at 127.0.0.1:" in own_lobby.log
    second = lobby(own_lobby.home, "serve", database_url=postgres_url)
    assert second.returncode == 3
    assert "LOBBY_REDIS_URL" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_each_wrong_setting_is_a_line_that_names_it_and_not_its_value(tmp_path: Path) -> None:
    wrong = {"secret": "far-too-short", "connections": "many", "redis_url": "http://nonsense"}
    ended = lobby(tmp_path, "serve", **wrong)
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert sorted(line.split(":")[1].strip() for line in lines) == [
        "LOBBY_CONNECTIONS",
        "LOBBY_REDIS_URL",
        "LOBBY_SECRET",
    ]
    assert not [value for value in wrong.values() if value in ended.stderr]
    assert "lobby token secret" in ended.stderr


def test_a_key_file_with_a_short_key_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "lobby-secret").write_text("short\n")
    ended = lobby(tmp_path, "serve")
    assert ended.returncode == 2
    assert "lobby-secret" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_workers_need_what_processes_share(tmp_path: Path) -> None:
    ended = lobby(tmp_path, "serve", "--workers", "2")
    assert ended.returncode == 2
    assert "LOBBY_DATABASE_URL" in ended.stderr
    assert "LOBBY_REDIS_URL" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_database_that_stays_away_ends_the_start_with_what_to_check(tmp_path: Path) -> None:
    nowhere = f"postgresql://lobby:canary-password@127.0.0.1:{free_port()}/lobby"
    ended = lobby(tmp_path, "serve", database_url=nowhere, start_seconds=0.7, conections=7)
    assert ended.returncode == 4
    mistyped, *waiting, last = ended.stderr.splitlines()
    assert "LOBBY_CONECTIONS is no setting" in mistyped
    assert '"part_awaited"' in waiting[0]
    assert "LOBBY_DATABASE_URL" in last
    assert "canary-password" not in ended.stderr


def test_a_database_that_is_late_is_waited_for(
    own_lobby: LobbyProcess, own_postgres: PostgresServer
) -> None:
    url = asyncio.run(own_postgres.new_database())
    own_postgres.kill()
    own_lobby.settings |= {"LOBBY_DATABASE_URL": url, "LOBBY_START_SECONDS": "30"}
    with own_lobby.log_file.open("ab") as log:
        waiting = subprocess.Popen(
            [*LOBBY, "serve"],
            cwd=own_lobby.home,
            env=own_lobby.environment(),
            stdout=log,
            stderr=log,
        )
    own_lobby._process = waiting
    until_logged(own_lobby, "part_awaited")
    own_postgres.start()
    until_logged(own_lobby, "one process")
    assert own_lobby.stop() == 0


async def test_without_redis_it_lives_is_not_ready_and_becomes_so(
    own_lobby: LobbyProcess, own_redis: RedisServer
) -> None:
    await asyncio.to_thread(own_redis.kill)
    own_lobby.settings["LOBBY_REDIS_URL"] = own_redis.url
    await asyncio.to_thread(own_lobby.start)
    assert (await call(own_lobby.url, "GET", "/health/live")).status_code == 200
    assert (await call(own_lobby.url, "GET", "/health/ready")).status_code == 503
    await asyncio.to_thread(own_redis.start)
    await until(lambda: ready(own_lobby.url))
    assert await asyncio.to_thread(own_lobby.stop) == 0


async def ready(url: str) -> bool:
    response: httpx2.Response = await call(url, "GET", "/health/ready")
    return response.status_code == 200
