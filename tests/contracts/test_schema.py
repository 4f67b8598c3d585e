"""The version of the tables is kept in the store: older ones are brought forward, newer refused."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from persistence.ports import SCHEMA_VERSION, Newer, Store
from persistence.store import sql
from persistence.store.plan import Plan
from persistence.urls import open_store
from tests.support import commands

FORWARD = {SCHEMA_VERSION: ["CREATE TABLE moods (name TEXT)", "INSERT INTO moods VALUES ('new')"]}


def newer_program(migrations: dict[int, list[str]]) -> partial[Plan[str]]:
    """What a program of the next version does to open a store."""
    return partial(sql.prepare, version=SCHEMA_VERSION + 1, migrations=migrations)


async def statement(url: str, text: str) -> list[tuple[str, ...]]:
    """Carried out beside the store, which nobody has open."""
    if url.startswith("postgres"):
        connection = await asyncpg.connect(url)
        rows = await connection.fetch(text)
        await connection.close()
        return [tuple(row) for row in rows]
    direct = sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)
    rows = direct.execute(text).fetchall()
    direct.close()
    return rows


async def kept_version(url: str) -> str:
    [(version,)] = await statement(url, "SELECT value FROM facts WHERE name = 'schema'")
    return version


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:{tmp_path / 'db'}"


async def opened(url: str) -> str:
    """Its epoch."""
    store: Store = await open_store(url)
    epoch = await store.epoch()
    await store.close()
    return epoch


async def test_a_new_store_names_its_version(url: str) -> None:
    await opened(url)
    assert await kept_version(url) == str(SCHEMA_VERSION)


async def test_a_store_without_a_version_is_of_the_first(url: str) -> None:
    epoch = await opened(url)
    await statement(url, "DELETE FROM facts WHERE name = 'schema'")
    assert await opened(url) == epoch
    assert await kept_version(url) == str(SCHEMA_VERSION)


async def test_a_newer_store_is_refused_and_left_as_it_is(url: str) -> None:
    await opened(url)
    newer = str(SCHEMA_VERSION + 1)
    await statement(url, f"UPDATE facts SET value = '{newer}' WHERE name = 'schema'")  # noqa: S608  # a table of ours
    with pytest.raises(Newer, match=f"version {newer}.*newer lobby"):
        await open_store(url)
    assert await kept_version(url) == newer
    # It is free for the program that can read it.
    await statement(url, f"UPDATE facts SET value = '{SCHEMA_VERSION}' WHERE name = 'schema'")  # noqa: S608  # a table of ours
    await opened(url)


async def test_an_older_store_is_brought_forward_once_by_whoever_comes_first(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch = await opened(url)
    monkeypatch.setattr(sql, "prepare", newer_program(FORWARD))
    several = 4 if url.startswith("postgres") else 1
    assert await asyncio.gather(*(opened(url) for _ in range(several))) == [epoch] * several
    assert await statement(url, "SELECT name FROM moods") == [("new",)]
    assert await kept_version(url) == str(SCHEMA_VERSION + 1)


async def test_a_migration_that_fails_changes_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(url)
    broken = {SCHEMA_VERSION: [*FORWARD[SCHEMA_VERSION], "NONSENSE"]}
    with monkeypatch.context() as newer:
        newer.setattr(sql, "prepare", newer_program(broken))
        with pytest.raises(Exception, match=r"NONSENSE|syntax"):
            await open_store(url)
    assert await kept_version(url) == str(SCHEMA_VERSION)
    await opened(url)


def test_the_program_says_in_one_line_that_the_store_is_newer(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'lobby.db'}"
    asyncio.run(opened(url))
    asyncio.run(statement(url, "UPDATE facts SET value = '99' WHERE name = 'schema'"))
    for words in (["serve"], ["admin", "list"]):
        ended = commands.lobby(tmp_path, *words, database_url=url)
        assert ended.returncode == 2
        assert len([line for line in ended.stderr.splitlines() if "lobby: " in line]) == 1
        assert "version 99" in ended.stderr
        assert "Traceback" not in ended.stderr
