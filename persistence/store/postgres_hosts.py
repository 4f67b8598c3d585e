"""Connections to whichever host of a URL takes writes.

All hosts are asked at once: one that is silent, as a machine that has lost its power, must not keep
the next from being asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakSet

import asyncpg

from persistence import pooler
from persistence.failures import Unreachable, Unsuitable

Attempt = asyncio.Task[Any]


class HostConnection(asyncpg.Connection):  # type: ignore[misc]  # the driver has no types
    """`host`: where it leads, as the URL spells it."""

    host = ""


class Hosts:
    """Opens connections, and knows which of the hosts have answered, and when."""

    def __init__(self, url: str) -> None:
        self._urls = _by_host(url)
        self._connections: WeakSet[Any] = WeakSet()
        self._answered: dict[str, float] = {}

    async def connect(self, *_: object, **options: Any) -> Any:
        """As `asyncpg.connect` does; a pool calls it with a URL, which is the same."""
        attempts = [
            asyncio.create_task(self._connect(host, url, options | {"dsn": url}))
            for host, url in self._urls.items()
        ]
        chosen: Attempt | None = None
        try:
            chosen = await _first(attempts)
            return chosen.result()
        finally:
            await _leave([attempt for attempt in attempts if attempt is not chosen])

    async def _connect(self, host: str, url: str, options: dict[str, Any]) -> Any:
        try:
            connection = await asyncpg.connect(**options | {"connection_class": HostConnection})
        except asyncpg.ProtocolViolationError as no:  # of a pooler, the server itself takes ours
            if pooler.SETTING in str(no):
                raise Unsuitable("database", pooler.ADVICE) from None
            raise Unreachable("database", str(no)) from None
        connection.host = host
        self._connections.add(connection)
        return connection

    def answered(self, host: str) -> float:
        """Note that it has, and when."""
        now = self._answered[host] = asyncio.get_running_loop().time()
        return now

    def leave_silent(self, host: str, *, asked: float) -> None:
        """End all connections to a host that has answered nobody since `asked`: a machine that
        lost its power does not say goodbye."""
        if self._answered.get(host, 0.0) < asked:
            for connection in list(self._connections):
                if connection.host == host:
                    connection.terminate()


def _by_host(url: str) -> dict[str, str]:
    """The URL of each host. Where there are several, the one that takes writes is meant."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    named = hosts.split(",")
    query = parts.query
    if len(named) > 1 and "target_session_attrs=" not in query:
        query = "&".join(filter(None, [query, "target_session_attrs=read-write"]))
    return {
        host: urlunsplit(parts._replace(netloc=f"{user}{at}{host}", query=query)) for host in named
    }


async def _first(attempts: Collection[Attempt]) -> Attempt:
    """The first that succeeds; where none does, the failure of the first host."""
    waiting = set(attempts)
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if good := [attempt for attempt in done if attempt.exception() is None]:
            return good[0]
    return next(iter(attempts))


async def _leave(attempts: Collection[Attempt]) -> None:
    for attempt in attempts:
        attempt.cancel()
    for late in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(late, HostConnection):
            late.terminate()
