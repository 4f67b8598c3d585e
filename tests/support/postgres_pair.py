"""A PostgreSQL server and its synchronous standby: what the one has acknowledged, the other has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.services import LOOPBACK, PostgresServer


class Standby(PostgresServer):
    """Streams from `primary`, which waits for it before it acknowledges, until it is promoted."""

    def __init__(self, primary: PostgresServer) -> None:
        self._primary = primary
        super().__init__()

    def _make_cluster(self) -> None:
        self._run(
            *("pg_basebackup", "-D", str(self._cluster), "-h", LOOPBACK, "-U", "lobby"),
            *("-p", str(self._primary.port), "-R", "-X", "stream", "-c", "fast", "--no-sync"),
        )

    def promote(self) -> None:
        """Blocks until it takes writes."""
        self._run("pg_ctl", "promote", "-D", str(self._cluster), "-w")


class PostgresPair:
    def __init__(self, primary: PostgresServer, standby: Standby) -> None:
        self.primary, self.standby = primary, standby

    async def new_database(self) -> str:
        """Its URL, which names both."""
        url = await self.primary.new_database()
        hosts = [f"{LOOPBACK}:{server.port}" for server in (self.primary, self.standby)]
        return url.replace(hosts[0], ",".join(hosts))


@contextmanager
def postgres_pair(primary: PostgresServer) -> Iterator[PostgresPair]:
    standby = Standby(primary)
    try:
        standby.start()
        # Only now: the standby would have copied it, and wait for another once it is promoted.
        asyncio.run(primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'"))
        asyncio.run(primary.execute("SELECT pg_reload_conf()"))
        yield PostgresPair(primary, standby)
    finally:
        standby.remove()
