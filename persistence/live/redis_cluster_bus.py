"""The bus of a cluster: every topic is told to each node, but one that is sharded.

The channels of a sharded topic are heard where their slots are. For each node that has some there
is one connection; when a slot moves, or a node dies, who has which is looked up again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected

from persistence.live.delivery_queue import DeliveryQueue
from persistence.live.redis_bus import (
    PROBE_SECONDS,
    RETRY_SECONDS,
    SILENCE_SECONDS,
    RedisBus,
    next_reply,
)
from persistence.live.redis_failures import FAILURES
from persistence.ports import Delivery, Unreachable
from persistence.redis_clients import ANSWER_SECONDS, ClusterLink, RedisLink

PRESENCE = "presence"


def open_bus(link: RedisLink, prefix: str, channels: Sequence[str]) -> RedisBus | ClusterBus:
    """`channels`: of the shards of presence."""
    if isinstance(link, ClusterLink):
        return ClusterBus(link, prefix, channels)
    return RedisBus(link, prefix, {PRESENCE: channels})


class ClusterBus:
    """The port Bus."""

    def __init__(self, link: ClusterLink, prefix: str, channels: Sequence[str]) -> None:
        self._queue = DeliveryQueue()
        self._bus = RedisBus(link, prefix, queue=self._queue)
        self._shards = ShardListener(link, channels, self._queue)

    async def open(self) -> None:
        await self._bus.open()

    async def close(self) -> None:
        await self._shards.unsubscribe()
        await self._bus.close()

    async def probe(self) -> None:
        await self._bus.probe()

    def publish(self, topic: str, payload: str) -> None:
        self._bus.publish(topic, payload)

    async def subscribe(self, topic: str) -> None:
        if topic == PRESENCE:
            self._queue.subscribed.add(topic)
            await self._shards.subscribe()
        else:
            await self._bus.subscribe(topic)

    async def unsubscribe(self, topic: str) -> None:
        if topic == PRESENCE:
            self._queue.subscribed.discard(topic)
            await self._shards.unsubscribe()
        else:
            await self._bus.unsubscribe(topic)

    def deliveries(self) -> AsyncIterator[Delivery]:
        return self._queue.deliveries()


class ShardListener:
    """Hears all channels of presence, each at the node that has its slot."""

    def __init__(self, link: ClusterLink, channels: Sequence[str], queue: DeliveryQueue) -> None:
        self._link, self._queue = link, queue
        self._channels = frozenset(channels)
        self._heard: set[str] = set()
        self._known: set[str] = set()  # heard once since the subscription
        self._complete = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def subscribe(self) -> None:
        if self._following is None:
            self._known.clear()
            self._following = asyncio.create_task(self._follow())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._complete.wait()
        except TimeoutError:
            raise Unreachable("redis", "not every shard of presence is heard") from None

    async def unsubscribe(self) -> None:
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
            self._following = None

    async def _follow(self) -> None:
        """Keep one listener for each node, of the channels that it is known to have."""
        running: dict[str, tuple[frozenset[str], asyncio.Task[None]]] = {}
        try:
            while True:
                layout = self._layout()
                for name in [name for name, (of, _) in running.items() if layout.get(name) != of]:
                    running.pop(name)[1].cancel()
                for name in layout.keys() - running.keys():
                    listening = asyncio.create_task(self._listen(name, layout[name]))
                    running[name] = (layout[name], listening)
                if sum(map(len, layout.values())) < len(self._channels):
                    await self._link.look_up()
                else:
                    await asyncio.sleep(PROBE_SECONDS)
        finally:
            for _, task in running.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in running.values()), return_exceptions=True)

    def _layout(self) -> dict[str, frozenset[str]]:
        """By the name of each node: the channels in its slots."""
        found: dict[str, set[str]] = {}
        for channel in self._channels:
            if (node := self._link.node_of(channel)) is not None:
                found.setdefault(node.name, set()).add(channel)
        return {name: frozenset(channels) for name, channels in found.items()}

    async def _listen(self, name: str, channels: frozenset[str]) -> None:
        while True:
            connection: Any = None
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    connection = await self._connect(name, channels)
                self._set_heard(self._heard | channels)
                if channels & self._known:
                    self._queue.mark_missed([PRESENCE])
                self._known |= channels
                await self._read(connection)
            except FAILURES:
                pass
            finally:
                self._set_heard(self._heard - channels)
                if connection is not None:
                    await connection.disconnect(nowait=True)
            await self._link.leave()
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))  # noqa: S311  # jitter

    async def _connect(self, name: str, channels: frozenset[str]) -> Any:
        node: ClusterNode | None = self._link.cluster.get_node(node_name=name)
        if node is None:
            raise Disconnected(f"{name} is no longer part of the cluster")
        options = node.connection_kwargs | {"retry": Retry(NoBackoff(), 0)}
        connection: Any = node.connection_class(**options)
        try:
            await connection.connect()
            # Each in a slot of its own: one command cannot name two of them.
            commands = [["SSUBSCRIBE", channel] for channel in channels]
            packed = connection.pack_commands([*commands, ["PING", name]])
            await connection.send_packed_command(packed)
            while await next_reply(connection) != ["pong", name]:
                pass
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return connection

    async def _read(self, connection: Any) -> None:
        """Until it breaks, is silent for too long, or no longer has a slot."""
        loop = asyncio.get_running_loop()
        asking = asyncio.create_task(_ping(connection))
        try:
            async with asyncio.timeout(SILENCE_SECONDS) as silence:
                while True:
                    reply = await next_reply(connection)
                    silence.reschedule(loop.time() + SILENCE_SECONDS)
                    if reply[0] == "smessage":
                        self._queue.put(PRESENCE, reply[2])
                    elif reply[0] == "sunsubscribe":
                        raise Disconnected("a slot has moved to another node")
        finally:
            asking.cancel()

    def _set_heard(self, channels: set[str]) -> None:
        self._heard = set(channels)
        if self._heard >= self._channels:
            self._complete.set()
        else:
            self._complete.clear()


async def _ping(connection: Any) -> None:
    with suppress(*FAILURES):  # whoever reads the broken connection notices
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            await connection.send_packed_command(connection.pack_commands([["PING", "heard"]]))
