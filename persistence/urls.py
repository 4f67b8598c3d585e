"""One URL chooses one implementation; nothing else names one."""

from __future__ import annotations

from persistence.ports import Live, Store


async def open_store(url: str, *, alone: bool = False) -> Store:
    """`sqlite:PATH`, `sqlite::memory:` or `postgresql://…`.

    `alone`: this process must be the only one (its bus reaches no other); raises InUse when
    another has the store open. SQLite is always alone.
    """
    if url.startswith("sqlite:"):
        from persistence.store.sqlite import SqliteStore

        return await SqliteStore.open(url.removeprefix("sqlite:"))
    if url.startswith(("postgres:", "postgresql:")):
        from persistence.store.postgres import PostgresStore

        return await PostgresStore.open(url, alone=alone)
    raise ValueError(f"no store is known for {url.partition(':')[0]!r}: use sqlite: or postgresql:")


async def open_live(url: str, *, prefix: str = "lobby:") -> Live:
    """`memory:` for one process, `redis://…` for many. `prefix` begins every name in Redis."""
    if url == "memory:":
        from persistence.live.memory import MemoryBus, MemoryLeases

        bus = MemoryBus()
        return Live(bus, MemoryLeases(bus))
    if url.startswith(("redis:", "rediss:", "unix:")):
        from persistence.live.redis import open_redis

        return await open_redis(url, prefix)
    raise ValueError(f"no bus is known for {url.partition(':')[0]!r}: use memory: or redis:")
