"""A store in one file, for one process: every other one is turned away at the door."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from typing import TypeVar

from persistence.ports import InUse, Unreachable
from persistence.store import sql
from persistence.store.commits import Writer
from persistence.store.plans import SqlStore
from persistence.store.sql import SCHEMA, Plan

T = TypeVar("T")

LOCK_SECONDS = 0.3


class SqliteStore(SqlStore):
    each = "value FROM json_each({})"

    def __init__(self, writer: Writer, epoch: str) -> None:
        self._writer = writer
        self._epoch = epoch

    @classmethod
    async def open(cls, path: str, *, group: int = 256) -> SqliteStore:
        """Open or make the file; raises InUse while another process has it."""
        writer = Writer(await asyncio.to_thread(_connect, path), group=group)
        try:
            plan = sql.name_epoch(secrets.token_hex(8))
            return cls(writer, await writer.carry_out(plan, writes=True))
        except BaseException:
            await writer.close()
            raise

    async def close(self) -> None:
        await self._writer.close()

    async def _read(self, plan: Plan[T]) -> T:
        return await self._writer.carry_out(plan, writes=False)

    async def _write(self, plan: Plan[T]) -> T:
        return await self._writer.carry_out(plan, writes=True)

    async def _change(self, plan: Plan[T]) -> T:
        return await self._writer.carry_out(plan, writes=True)


def _connect(path: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=LOCK_SECONDS, check_same_thread=False
        )
    except sqlite3.Error as failure:
        raise Unreachable("database", f"{path}: {failure}") from failure
    try:
        _prepare(connection)
    except sqlite3.Error as failure:
        connection.close()
        if failure.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(
                f"{path} is in use: a SQLite file serves one process only. Stop the other one,"
                " or, to run several, set LOBBY_DATABASE_URL to PostgreSQL and LOBBY_REDIS_URL"
                " to Redis."
            ) from failure
        raise Unreachable("database", f"{path}: {failure}") from failure
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    # A second connection to the file would open the door to the WAL-reset bug of
    # SQLite 3.7.0 to 3.51.2, which corrupts it: so the first one keeps the lock.
    for pragma in (
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(f"BEGIN EXCLUSIVE; {SCHEMA} COMMIT;")
