"""Clients of Redis by its URL: of one server, of a cluster, of the primary that sentinels name.

None retries by itself, each has a timeout for every operation, and a bounded number of connections
that a crowd waits for.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from persistence.redis_urls import Address, RedisUrl, parse_redis_url

ANSWER_SECONDS = 1.5
"""Timeout of a call."""
BACKSTOP_SECONDS = 2 * ANSWER_SECONDS
"""The driver's own timeouts. They must be longer than ours around each call: where both end at the
same moment, the driver mistakes our cancellation for its timeout and retries."""
NODE_SECONDS = 0.6
"""How long one sentinel, or one node that is asked who has which keys, may take to answer: the next
is asked within the time of a call."""
CONNECTIONS = 16
"""Connections of one process to Redis, and to each node of a cluster."""
LOOKED_UP_SECONDS = 0.25
"""Shortest time between two questions who has which keys."""

Client = Redis | RedisCluster


class RedisLink:
    """A client of commands, and what has to be known beside it: of one server."""

    clustered = False
    client: Client

    def __init__(self, url: RedisUrl) -> None:
        self.url = url
        self.client = self.listener()

    def listener(self, seconds: float = BACKSTOP_SECONDS) -> Redis:
        """A client of its own for the bus, or for whoever else has calls of so many seconds."""
        options = _options(seconds)
        pool = BlockingConnectionPool.from_url(
            self.url.text, max_connections=CONNECTIONS, timeout=seconds, **options
        )
        return Redis.from_pool(pool)

    async def leave(self) -> None:
        """The server is the wrong one to ask: look up again who is to be asked."""
        if isinstance(self.client, Redis):
            await self.client.connection_pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        await self.client.aclose()


class SentinelLink(RedisLink):
    """Of the primary that the sentinels name whenever a connection is opened."""

    def listener(self, seconds: float = BACKSTOP_SECONDS) -> Redis:
        url = self.url
        login = {
            "username": url.option("sentinel_username"),
            "password": url.option("sentinel_password"),
        }
        asked = {**_options(NODE_SECONDS), **_tls(url), **login}
        sentinel = Sentinel(url.nodes, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
        pool = BlockingSentinelPool(  # type: ignore[no-untyped-call]
            url.master,
            sentinel,
            max_connections=CONNECTIONS,
            timeout=seconds,
            db=url.database,
            **client_options(url, seconds),
        )
        return Redis.from_pool(pool)


class BlockingSentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Who finds all connections taken waits for one. Closed, it leaves the sentinels too."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for sentinel in self.sentinel_manager.sentinels:
                await sentinel.aclose()


class ClusterLink(RedisLink):
    """Of a cluster: commands go to the node that has the keys; the bus, to any."""

    clustered = True

    def __init__(self, url: RedisUrl) -> None:
        self.url = url
        self.client = self.cluster = BoundedCluster(
            startup_nodes=[ClusterNode(*node) for node in url.nodes],
            require_full_coverage=False,
            max_connections=2 * CONNECTIONS,
            **client_options(url, NODE_SECONDS),
        )
        self._looking: asyncio.Task[None] | None = None

    def listener(self, seconds: float = BACKSTOP_SECONDS) -> Redis:
        pool = BlockingConnectionPool(
            max_connections=CONNECTIONS,
            timeout=seconds,
            connection_class=AnyNodeTls if self.url.tls else AnyNode,
            addresses=self._addresses,
            **{k: v for k, v in client_options(self.url, seconds).items() if k != "ssl"},
        )
        return Redis.from_pool(pool)

    def _addresses(self) -> list[Address]:
        known = [(node.host, int(node.port)) for node in self.cluster.get_nodes()]
        return known or list(self.url.nodes)

    def node_of(self, key: str) -> ClusterNode | None:
        """The node that is known to have the key; None while none is known."""
        try:
            return self.cluster.get_node_from_key(key)
        except RedisError:
            return None

    async def leave(self) -> None:
        """Who has which keys is looked up by a task: no caller waits, and none cuts it off."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_up())

    async def look_up(self) -> None:
        """Return once it was looked up, or could not be."""
        await self.leave()
        if self._looking is not None:
            await asyncio.shield(self._looking)

    async def _look_up(self) -> None:
        try:
            await self.cluster.initialize()
            await self.cluster.nodes_manager.initialize()
        except (RedisError, OSError):
            pass
        await asyncio.sleep(LOOKED_UP_SECONDS)

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        await self.cluster.aclose()


class BoundedCluster(RedisCluster):
    """The driver refuses whoever finds all connections of a node taken; here they wait."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._turns = asyncio.Semaphore(CONNECTIONS)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async with self._turns:
            return await super().execute_command(*args, **options)


class AnyNode(Connection):
    """To another node whenever it is opened: a bus of a cluster reaches everybody from each."""

    def __init__(self, *, addresses: Callable[[], list[Address]], **options: Any) -> None:
        super().__init__(**options)
        self._addresses = addresses

    async def connect(self) -> None:
        if not self.is_connected:
            self.host, self.port = random.choice(self._addresses())  # noqa: S311  # no secret
        await super().connect()  # type: ignore[no-untyped-call]


class AnyNodeTls(AnyNode, SSLConnection):
    pass


def link_to(url: str) -> RedisLink:
    parsed = parse_redis_url(url)
    kinds = {"single": RedisLink, "cluster": ClusterLink, "sentinel": SentinelLink}
    return kinds[parsed.kind](parsed)


def client_options(url: RedisUrl, seconds: float) -> dict[str, Any]:
    """Of the driver: no retries, this timeout for each operation, login and TLS of the URL."""
    return {**_options(seconds), **_tls(url), **_login(url)}


def _options(seconds: float) -> dict[str, Any]:
    return {
        "decode_responses": True,
        "protocol": 2,
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
        "driver_info": None,
    }


def _tls(url: RedisUrl) -> dict[str, Any]:
    return {"ssl": True, **url.tls_options} if url.tls else {}


def _login(url: RedisUrl) -> dict[str, Any]:
    return {"username": url.username, "password": url.password}
