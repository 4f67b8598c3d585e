"""SQLite store, one file for one process: an exclusive file lock refuses every other one."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from typing import TypeVar

from persistence.ports import InUse, Newer, Unreachable
from persistence.store import backups, sql
from persistence.store.group_commit import GroupCommitWriter, execute
from persistence.store.plan import Plan
from persistence.store.private_files import make_private
from persistence.store.sql_store import SqlStore

T = TypeVar("T")

LOCK_SECONDS = 0.3
"""How long a statement waits while another process has the file locked."""


class SqliteStore(SqlStore):
    each = "value FROM json_each({})"

    def __init__(self, writer: GroupCommitWriter, epoch: str) -> None:
        self._writer = writer
        self._epoch = epoch

    @classmethod
    async def open(cls, path: str, *, group: int = 256) -> SqliteStore:
        """Open or create the file; raises InUse while another process has it open, Newer where a
        newer program has written it."""
        connection, epoch = await asyncio.to_thread(_connect, path)
        return cls(GroupCommitWriter(connection, group=group), epoch)

    async def back_up(self, path: str) -> None:
        """For its owner alone; under its name only once it is whole."""
        unfinished = await asyncio.to_thread(backups.begin, path)
        try:
            await self._writer.copy(str(unfinished))
            await asyncio.to_thread(backups.finish, unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)

    async def close(self) -> None:
        await self._writer.close()

    async def _read(self, plan: Plan[T]) -> T:
        return await self._writer.execute(plan, writes=False)

    async def _write(self, plan: Plan[T]) -> T:
        return await self._writer.execute(plan, writes=True)

    async def _change(self, plan: Plan[T]) -> T:
        return await self._writer.execute(plan, writes=True)


def _connect(path: str) -> tuple[sqlite3.Connection, str]:
    """And the epoch."""
    try:
        make_private(path)
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=LOCK_SECONDS, check_same_thread=False
        )
    except (sqlite3.Error, OSError) as failure:
        raise Unreachable("database", f"{path}: {failure}") from failure
    try:
        return connection, _prepare(connection)
    except Newer:
        connection.close()
        raise
    except sqlite3.Error as failure:
        connection.close()
        if failure.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(
                f"{path} is in use: a SQLite file serves one process only. Stop the other one,"
                " or, to run several, set LOBBY_DATABASE_URL to PostgreSQL and LOBBY_REDIS_URL"
                " to Redis."
            ) from failure
        raise Unreachable("database", f"{path}: {failure}") from failure


def _prepare(connection: sqlite3.Connection) -> str:
    # With a second connection the WAL-reset bug of SQLite 3.7.0 to 3.51.2 could corrupt the file:
    # so the first one keeps the lock.
    for pragma in (
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN EXCLUSIVE")
    epoch = execute(connection, sql.prepare(secrets.token_hex(8)))
    connection.execute("COMMIT")
    return epoch
