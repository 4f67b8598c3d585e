"""What the doctor finds, and what it says to do about it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lobby import doctor
from lobby.config import Settings
from lobby.doctor import Finding, Mark
from tests.cli.commands import lobby
from tests.processes import LobbyProcess
from tests.services import PostgresServer, RedisServer, free_port


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new one, from which the doctor is called."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def examined(**settings: object) -> list[Finding]:
    given = {"port": free_port(), "secret": "", "connections": 100, **settings}
    return await doctor.examine(Settings(**given), [])  # type: ignore[arg-type]


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


async def test_an_open_address_without_a_public_one_is_worth_a_note() -> None:
    findings = await examined(host="0.0.0.0")
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
    await postgres_server._execute(
        f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off"
    )
    loses, drops = wrong(await examined(**where))
    assert "Set synchronous_commit = on" in loses
    assert "Set maxmemory-policy noeviction" in drops
