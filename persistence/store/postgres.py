"""A store that many processes share, through a small pool of connections."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from persistence.ports import InUse, Unreachable
from persistence.store import sql
from persistence.store.plans import SqlStore
from persistence.store.sql import SCHEMA, Plan

T = TypeVar("T")

CONNECTIONS = 10
WAIT_SECONDS = 1.0
CROWD_SECONDS = 10.0
"""Nobody waits longer for a connection, even while the server answers others."""
COMMAND_SECONDS = 3.0
PRESENCE_LOCK = 0x6C6F626279  # whoever has the store open holds it: shared, or alone
SCHEMA_LOCK = PRESENCE_LOCK + 1

# Sorted by code point, as SQLite does, whatever the locale of the cluster.
_SCHEMA = SCHEMA.replace(" TEXT ", ' TEXT COLLATE "C" ')
_TIMES = {"timeout": COMMAND_SECONDS, "command_timeout": COMMAND_SECONDS}
_FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


class PostgresStore(SqlStore):
    each = "json_array_elements_text({}::json)"
    _pool: Any
    _lock: Any
    _answered = 0.0

    def __init__(self, url: str, *, alone: bool) -> None:
        self._url = url
        self._alone = alone

    @classmethod
    async def open(cls, url: str, *, alone: bool = False) -> PostgresStore:
        """`url` may name several hosts and `target_session_attrs`."""
        store = cls(url, alone=alone)
        async with _translated():
            store._lock = await _enter(url, alone=alone)
            try:
                store._epoch = await _make_schema(store._lock)
                store._pool = await asyncpg.create_pool(
                    url, min_size=1, max_size=CONNECTIONS, **_TIMES
                )
            except BaseException:
                store._lock.terminate()
                raise
        return store

    async def probe(self) -> None:
        await super().probe()
        if self._lock.is_closed():  # the server was restarted and has forgotten it
            async with _translated():
                self._lock = await _enter(self._url, alone=self._alone)

    async def close(self) -> None:
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                await self._pool.close()
                await self._lock.close()
        except _FAILURES:
            self._pool.terminate()
            self._lock.terminate()

    async def _read(self, plan: Plan[T]) -> T:
        async with self._connection() as connection:
            return await self._run(connection, plan)

    async def _write(self, plan: Plan[T]) -> T:
        return await self._read(plan)

    async def _change(self, plan: Plan[T]) -> T:
        async with self._connection() as connection, connection.transaction():
            return await self._run(connection, plan)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        async with _translated():
            connection = await self._acquired()
            try:
                yield connection
            finally:
                await self._pool.release(connection)

    async def _acquired(self) -> Any:
        """Where many come at once they stand in line for as long as the server answers anybody;
        one that has been silent for a second is away."""
        now = asyncio.get_running_loop().time
        came = asked = now()
        while True:
            try:
                return await self._pool.acquire(timeout=WAIT_SECONDS)
            except TimeoutError:
                if self._answered < asked or now() - came > CROWD_SECONDS:
                    raise
                asked = now()

    async def _run(self, connection: Any, plan: Plan[T]) -> T:
        result = await _run(connection, plan)
        self._answered = asyncio.get_running_loop().time()
        return result


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except _FAILURES as failure:
        raise Unreachable("database", f"{type(failure).__name__}: {failure}") from failure


async def _run(connection: Any, plan: Plan[T]) -> T:
    try:
        statement, values = next(plan)
        while True:
            rows = await connection.fetch(statement, *values)
            statement, values = plan.send(rows)
    except StopIteration as done:
        result: T = done.value
        return result


async def _enter(url: str, *, alone: bool) -> Any:
    """A connection that shows, for as long as it lives, that the store is open.

    Asked a few times: the server needs a moment to miss a process that was killed.
    """
    lock = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    connection = await asyncpg.connect(url, **_TIMES)
    try:
        for _ in range(8):
            if await connection.fetchval(f"SELECT {lock}($1)", PRESENCE_LOCK):
                return connection
            await asyncio.sleep(0.1)
    except BaseException:
        connection.terminate()
        raise
    await connection.close()
    raise InUse(
        "another process has this PostgreSQL database open, and one of the two has no Redis:"
        " set LOBBY_REDIS_URL for every process, or stop the other one."
    )


async def _make_schema(connection: Any) -> str:
    """Make what is missing, and return the epoch."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", SCHEMA_LOCK)
        await connection.execute(_SCHEMA)
        return await _run(connection, sql.name_epoch(secrets.token_hex(8)))
