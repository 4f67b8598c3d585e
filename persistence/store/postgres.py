"""PostgreSQL store, shared by many processes; each has a small pool of connections.

An advisory lock, held while the store is open, lets a process have it exclusively.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from persistence.pooler import require_session
from persistence.ports import InUse, NoBackup, Unreachable
from persistence.store import sql
from persistence.store.plan import Plan
from persistence.store.postgres_hosts import Hosts
from persistence.store.sql import SCHEMA
from persistence.store.sql_store import SqlStore

T = TypeVar("T")

CONNECTIONS = 10
"""Connections of one process to PostgreSQL."""
POOL_SECONDS = 1.0
"""How long a call waits for a pooled connection while the server answers no other call either."""
LONGEST_WAIT_SECONDS = 10.0
"""How long a call waits for a pooled connection at most."""
COMMAND_SECONDS = 3.0
"""Timeout of a statement."""
SILENT_SECONDS = 5.0
"""After how long the server ends the transaction of a process that says no more, so that its locks
hold nobody up. It looks as often whether a machine that says nothing is still there."""
STORE_LOCK = 0x6C6F626279  # held shared or exclusively by every process with the store open
SCHEMA_LOCK = STORE_LOCK + 1

# Sorted by code point, as SQLite does, whatever the locale of the cluster.
_SCHEMA = SCHEMA.replace(" TEXT ", ' TEXT COLLATE "C" ')
OPTIONS: dict[str, Any] = {
    "timeout": COMMAND_SECONDS,
    "command_timeout": COMMAND_SECONDS,
    "server_settings": {
        "idle_in_transaction_session_timeout": str(int(SILENT_SECONDS * 1000)),
        "tcp_keepalives_idle": str(int(SILENT_SECONDS)),
        "tcp_keepalives_interval": str(int(SILENT_SECONDS)),
        "tcp_keepalives_count": "2",
    },
}
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
    _last_result = 0.0

    def __init__(self, url: str, *, exclusive: bool) -> None:
        self._hosts = Hosts(url)
        self._exclusive = exclusive

    @classmethod
    async def open(cls, url: str, *, exclusive: bool = False) -> PostgresStore:
        """`url` may name several hosts: the one that takes writes is used."""
        store = cls(url, exclusive=exclusive)
        async with _driver_errors():
            store._lock = await _lock_store(store._hosts, exclusive=exclusive)
            try:
                store._epoch = await _make_schema(store._lock)
                store._pool = await asyncpg.create_pool(
                    min_size=1, max_size=CONNECTIONS, connect=store._hosts.connect, **OPTIONS
                )
            except BaseException:
                store._lock.terminate()
                raise
        return store

    async def probe(self) -> None:
        await super().probe()
        if self._lock.is_closed():  # a restarted server has lost the advisory lock
            async with _driver_errors():
                self._lock = await _lock_store(self._hosts, exclusive=self._exclusive)

    async def back_up(self, path: str) -> None:
        raise NoBackup("PostgreSQL is backed up by its own tools: pg_dump, at any time.")

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
            return await _run(connection, plan)

    async def _write(self, plan: Plan[T]) -> T:
        return await self._read(plan)

    async def _change(self, plan: Plan[T]) -> T:
        async with self._connection() as connection, connection.transaction():
            return await _run(connection, plan)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        async with _driver_errors():
            connection = await self._acquire()
            host, asked = connection.host, asyncio.get_running_loop().time()
            try:
                yield connection
                self._last_result = self._hosts.answered(host)
            except TimeoutError:
                self._hosts.leave_silent(host, asked=asked)
                raise
            except asyncpg.ReadOnlySQLTransactionError:
                # It was demoted: behind the same address may be another by now.
                await self._pool.expire_connections()
                self._lock.terminate()
                raise
            finally:
                await self._pool.release(connection)

    async def _acquire(self) -> Any:
        """A pooled connection. Calls queue for as long as the server answers others; a server
        that answered none for `POOL_SECONDS` counts as unreachable."""
        now = asyncio.get_running_loop().time
        came = asked = now()
        while True:
            try:
                return await self._pool.acquire(timeout=POOL_SECONDS)
            except TimeoutError:
                if self._last_result < asked or now() - came > LONGEST_WAIT_SECONDS:
                    raise
                asked = now()


@asynccontextmanager
async def _driver_errors() -> AsyncIterator[None]:
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


async def _lock_store(hosts: Hosts, *, exclusive: bool) -> Any:
    """A connection that holds the advisory lock for as long as it is open.

    Retried a few times: the server needs a moment to notice that a process was killed.
    """
    lock = "pg_try_advisory_lock" if exclusive else "pg_try_advisory_lock_shared"
    connection = await hosts.connect(**OPTIONS)
    try:
        await require_session(connection, lambda: hosts.connect(**OPTIONS))
        for _ in range(8):
            if await connection.fetchval(f"SELECT {lock}($1)", STORE_LOCK):
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
    """Create missing tables, one process at a time, and return the epoch."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", SCHEMA_LOCK)
        rows = await connection.fetch(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
        )
        schema = _schema_without({str(name) for (name,) in rows})
        return await _run(connection, sql.prepare(secrets.token_hex(8), schema=schema))


def _schema_without(indexes: set[str]) -> str:
    """Creating an index locks its table against all who write, even where it exists already: who
    starts would wait for them, or deadlock with them."""
    there = {f"CREATE INDEX IF NOT EXISTS {name} " for name in indexes}
    parts = _SCHEMA.split(";")
    return ";".join(part for part in parts if not any(name in part for name in there))
