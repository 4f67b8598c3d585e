"""Factories of the ports: a URL selects the implementation. Only this module names them."""

from __future__ import annotations

import asyncio
import secrets

from persistence.ports import InUse, Live, NoBackup, Store
from persistence.redis_urls import SCHEMES


async def open_store(url: str, *, exclusive: bool = False) -> Store:
    """`sqlite:PATH`, `sqlite::memory:` or `postgresql://…`.

    `exclusive`: this process must be the only one (its bus reaches no other); raises InUse when
    another has the store open. SQLite is always exclusive.
    """
    if url.startswith("sqlite:"):
        from persistence.store.sqlite import SqliteStore

        return await SqliteStore.open(url.removeprefix("sqlite:"))
    if url.startswith(("postgres:", "postgresql:")):
        from persistence.store.postgres import PostgresStore

        return await PostgresStore.open(url, exclusive=exclusive)
    raise ValueError(f"no store is known for {url.partition(':')[0]!r}: use sqlite: or postgresql:")


async def restore_store(url: str, backup: str | None) -> None:
    """Make the store what the backup holds, under a new epoch. Without a backup: it was restored by
    its own tools. Raises NoBackup, Newer, or InUse while any process has it open."""
    if url.startswith("sqlite:"):
        from persistence.store import backups

        if backup is None:
            raise NoBackup("name the file that holds the backup.")
        path = url.removeprefix("sqlite:")
        await asyncio.to_thread(backups.restore, path, backup, fresh=secrets.token_hex(8))
        return
    from persistence.store.postgres import PostgresStore

    if backup is not None:
        raise NoBackup(
            "PostgreSQL is restored by its own tools (pg_restore); then call me without a file."
        )
    try:
        store = await PostgresStore.open(url, exclusive=True)
    except InUse:
        raise InUse("the database is in use: stop every server that has it open.") from None
    await store.renew_epoch()
    await store.close()


async def open_live(url: str, *, prefix: str = "lobby:", shards: int | None = None) -> Live:
    """`memory:` for one process, a URL of Redis for many (`redis_urls.py`). `prefix`: of every key
    in Redis. `shards`: of the roster, the same in every process."""
    if url == "memory:":
        from persistence.live.memory import open_memory

        return open_memory(shards=shards or 1)
    if url.startswith(SCHEMES):
        from persistence.live.redis import open_redis

        return await open_redis(url, prefix, shards=shards)
    raise ValueError(f"no bus is known for {url.partition(':')[0]!r}: use memory: or redis:")
