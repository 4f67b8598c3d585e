"""What the doctor finds, and what it says to do about it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from pydantic import ValidationError

from lobby.config import Settings, complaints
from lobby.doctor import checks
from lobby.doctor.checks import Finding, Mark
from persistence.urls import open_store
from tests.support.commands import lobby
from tests.support.processes import LobbyProcess
from tests.support.redis_groups import RedisClusterGroup, SentinelGroup
from tests.support.services import PostgresServer, RedisServer, free_port


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new one, from which the doctor is called."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def examined(**settings: object) -> list[Finding]:
    given = {"port": free_port(), "secret": "", "connections": 100, **settings}
    return await checks.examine(Settings(**given), [])  # type: ignore[arg-type]


def wrong(findings: list[Finding]) -> list[str]:
    return [f"{f.what}: {f.found}: {f.advice}" for f in findings if f.mark is Mark.WRONG]


def said(findings: list[Finding]) -> str:
    return "\n".join(f"{f.what}: {f.found}: {f.advice}" for f in findings)


async def test_a_new_folder_is_fine_and_stays_empty(folder: Path) -> None:
    findings = await examined()
    assert wrong(findings) == []
    assert "For more, set LOBBY_DATABASE_URL" in said(findings)
    assert os.listdir(folder) == []


def test_a_running_server_is_asked(lobby_server: LobbyProcess) -> None:
    ended = lobby(lobby_server.home, "doctor", port=lobby_server.port, connections=100)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert str(lobby_server.pid) in ended.stdout


def test_what_is_wrong_is_the_exit_code(folder: Path) -> None:
    ended = lobby(folder, "doctor", connections="many", conections=1)
    assert ended.returncode == 1
    assert "LOBBY_CONNECTIONS" in ended.stdout
    assert "LOBBY_CONECTIONS" in ended.stdout


async def test_a_key_that_others_can_read_or_guess_is_wrong(folder: Path) -> None:
    key = folder / "lobby-secret"
    key.write_text("ab" * 32)
    key.chmod(0o644)
    guessed, readable = wrong(await examined())
    assert "can be guessed" in guessed
    assert "chmod 600" in readable


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("connections", 10**9, "LimitNOFILE"),
        ("database_url", "sqlite:no/such/folder/lobby.db", "Make the folder"),
        ("database_url", "postgresql://127.0.0.1:1/lobby", "Check LOBBY_DATABASE_URL"),
        ("redis_url", "redis://127.0.0.1:1/0", "Check LOBBY_REDIS_URL"),
        ("host", "192.0.2.1", "cannot listen"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    setting: str, value: object, told: str
) -> None:
    (only,) = wrong(await examined(**{setting: value}))
    assert told in only


async def test_a_file_that_is_no_database_is_wrong(folder: Path) -> None:
    (folder / "lobby.db").write_text("this is a letter to my aunt" * 100)
    (only,) = wrong(await examined())
    assert "lobby.db" in only


class Watched(sqlite3.Connection):
    closed = 0

    def close(self) -> None:
        Watched.closed += 1
        super().close()


async def test_the_connection_to_a_file_that_is_no_database_is_closed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))
    monkeypatch.setattr(Watched, "closed", 0)
    (folder / "lobby.db").write_text("this is a letter to my aunt" * 100)
    assert len(wrong(await examined())) == 1
    assert Watched.closed == 1


async def test_an_open_address_without_a_public_one_is_worth_a_note() -> None:
    findings = await examined(host="0.0.0.0")  # noqa: S104  # what it warns of
    assert wrong(findings) == []
    assert "LOBBY_PUBLIC_URL" in said(findings)


async def test_shared_parts_are_looked_at(
    own_redis: RedisServer, postgres_server: PostgresServer
) -> None:
    url = await postgres_server.new_database()
    where = {"redis_url": own_redis.url, "database_url": url}
    findings = await examined(**where)
    assert wrong(findings) == []
    assert "maxmemory-policy noeviction" in said(findings)
    assert "as many as you like" in said(findings)
    assert said(findings).count("its clock is") == 2
    own_redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    await postgres_server.execute(
        f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off"
    )
    loses, drops = wrong(await examined(**where))
    assert "Set synchronous_commit = on" in loses
    assert "Set maxmemory-policy noeviction" in drops


async def test_a_cluster_is_looked_at_node_by_node(postgres_url: str) -> None:
    with RedisClusterGroup() as cluster:
        where = {"redis_url": cluster.url, "database_url": postgres_url}
        findings = await examined(**where)
        assert wrong(findings) == []
        for told in ("cluster_state ok", "all 16384 slots", "3 nodes answer", "no replica has"):
            assert told in said(findings)
        cluster.servers[1].ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        cluster.servers[2].ask("CLUSTER", "DELSLOTS", "16000")
        drops = " ".join(wrong(await examined(**where)))
        assert "Set maxmemory-policy noeviction" in drops
        assert f":{cluster.servers[1].port}" in drops
        cluster.servers[0].kill()
        lost = wrong(await examined(**where))
        assert any(f":{cluster.servers[0].port}" in line and "Start it" in line for line in lost)
        cluster.servers[0].start()


async def test_sentinels_and_their_primary_are_looked_at(
    redis_sentinels: SentinelGroup, postgres_url: str
) -> None:
    url = redis_sentinels.url
    findings = await examined(redis_url=url, database_url=postgres_url)
    assert wrong(findings) == []
    assert said(findings).count("has a quorum for lobby") == 3
    away = f"{url.replace('://', '://127.0.0.1:1,')}"
    [lost] = wrong(await examined(redis_url=away, database_url=postgres_url))
    assert "127.0.0.1:1" in lost
    unknown = url.replace("/lobby/", "/another/")
    lost, *_ = wrong(await examined(redis_url=unknown, database_url=postgres_url))
    assert "another" in lost or "No such master" in lost


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis+sentinel://one:1,two:2", "primary's name"),
        ("redis+cluster://one:1,two:2/3", "one database"),
        ("redis+cluster://one:1,:2", "host:port"),
        ("redis+cluster://one:port", "host:port"),
        ("redis+sentinel://one/lobby?patience=3", "patience is none of"),
        ("redis+nodes://one", "should begin with"),
    ],
)
def test_a_url_of_redis_that_is_none_says_what_it_should_be(url: str, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(redis_url=url)
    [line] = complaints(refused.value)
    assert line.startswith("LOBBY_REDIS_URL: ")
    assert told in line


@pytest.fixture(params=["sqlite", "postgres"])
def parts(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "sqlite":
        return {"database_url": "sqlite:lobby.db"}
    names = {"database_url": "postgres_url", "redis_url": "redis_url"}
    return {part: str(request.getfixturevalue(name)) for part, name in names.items()}


async def test_a_store_of_a_newer_program_is_wrong_and_a_store_of_this_one_is_fine(
    parts: dict[str, str],
) -> None:
    url = parts["database_url"]
    await (await open_store(url)).close()
    assert wrong(await examined(**parts)) == []
    await _raise_version(url)
    [newer] = wrong(await examined(**parts))
    assert "tables are of version 99" in newer
    assert "restore a backup" in newer


async def _raise_version(url: str) -> None:
    text = "UPDATE facts SET value = '99' WHERE name = 'schema'"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:"))) as connection, connection:
            connection.execute(text)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(text)
    await connection.close()
