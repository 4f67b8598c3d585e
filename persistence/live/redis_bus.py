"""Bus over Redis pub/sub: one connection that subscribes, one pipeline per turn that publishes.

A heartbeat to itself every second tells a lost connection from a quiet one. After a loss it
reconnects, with random backoff, and delivers on each topic that payloads may have been missed.
"""

from __future__ import annotations

import asyncio
import math
import random
import secrets
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress

from redis.asyncio.connection import AbstractConnection

from persistence.live.delivery_queue import DeliveryQueue
from persistence.live.redis_failures import FAILURES, demoted, proof, require_proof
from persistence.ports import Delivery, Unreachable
from persistence.redis_clients import ANSWER_SECONDS, RedisLink

PROBE_SECONDS = 1.0
"""Interval of the heartbeat that the bus publishes to itself."""
SILENCE_SECONDS = 3.0
"""The connection is replaced when nothing, not even the heartbeat, came for so long."""
RETRY_SECONDS = (0.25, 2.0)
"""Shortest and longest backoff, drawn at random, before a lost connection is opened again."""

# Published in place of payloads that could not be sent; no JSON text is empty.
MISSED = ""


class RedisBus:
    """`sharded`: topics that have many channels, by topic."""

    def __init__(
        self,
        link: RedisLink,
        prefix: str,
        sharded: Mapping[str, Sequence[str]] | None = None,
        *,
        queue: DeliveryQueue | None = None,
    ) -> None:
        self._client = link.listener()
        self._prefix = prefix
        self._proof = proof(link, prefix)
        self._sharded = dict(sharded or {})
        self._topics = {
            channel: topic for topic in self._sharded for channel in self._sharded[topic]
        }
        self._queue = queue or DeliveryQueue()
        self._subscribed = self._queue.subscribed
        self._probe_topic = f"probe:{secrets.token_hex(8)}"
        self._tasks: set[asyncio.Task[None]] = set()
        # publishing
        self._pending: list[tuple[str, str]] = []
        self._undelivered: set[str] = set()
        self._flush_task: asyncio.Task[None] | None = None
        # subscribing
        self._connection: AbstractConnection | None = None
        self._listening = asyncio.Event()
        self._attempted = asyncio.Event()
        self._unreachable = False
        self._silence_timeout = asyncio.timeout(None)
        # the topics requested on this connection, and the rounds that it has not confirmed
        self._requested: set[str] = set()
        self._changed: set[str] = set()
        self._next_round: asyncio.Future[bool] | None = None
        self._rounds: dict[str, asyncio.Future[bool]] = {}
        self._count = 0

    async def open(self) -> None:
        """Start to subscribe; returns after the first attempt, whether or not it succeeded."""
        self._spawn(self._listen())
        self._spawn(self._probe_periodically())
        await self._attempted.wait()

    async def close(self) -> None:
        """Publish what is pending, then stop."""
        if self._flush_task:
            await asyncio.wait({self._flush_task}, timeout=ANSWER_SECONDS)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._queue.close()
        await self._client.aclose()

    async def probe(self) -> None:
        """Return when the bus is subscribed; raise Unreachable otherwise."""
        if not self._listening.is_set():
            raise Unreachable("redis", "the bus is not listening")

    def deliveries(self) -> AsyncIterator[Delivery]:
        return self._queue.deliveries()

    # --- publishing

    def publish(self, topic: str, payload: str) -> None:
        self._pending.append((topic, payload))
        if self._flush_task is None:
            self._flush_task = self._spawn(self._flush())

    async def _flush(self) -> None:
        try:
            while self._pending:
                undelivered, self._undelivered = self._undelivered, set()
                batch = [*((topic, MISSED) for topic in undelivered), *self._pending]
                self._pending = []
                await self._send(batch)
        finally:
            self._flush_task = None

    async def _send(self, batch: list[tuple[str, str]]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for topic, payload in batch:
            if topic == self._probe_topic:  # a replica publishes too, to its own subscribers alone
                pipeline.execute_command(*self._proof)
            pipeline.publish(self._prefix + topic, payload)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                require_proof(await pipeline.execute())
        except (*FAILURES, UnicodeError) as failure:
            self._undelivered.update(topic for topic, _ in batch)
            self._undelivered.discard(self._probe_topic)
            if demoted(failure):
                await self._leave()

    async def _leave(self) -> None:
        """The server was demoted: others may publish elsewhere. Look again who is behind the
        address."""
        await self._client.connection_pool.disconnect(inuse_connections=False)
        if self._connection:
            await self._connection.disconnect(nowait=True)

    async def _probe_periodically(self) -> None:
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            self.publish(self._probe_topic, "1")

    # --- subscribing

    async def subscribe(self, topic: str) -> None:
        self._subscribed.add(topic)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while not await self._confirmed(topic):
                    pass
        except TimeoutError:
            raise Unreachable("redis", "it did not confirm the subscription") from None

    async def unsubscribe(self, topic: str) -> None:
        self._subscribed.discard(topic)
        if self._connection:
            self._round(topic)

    async def _confirmed(self, topic: str) -> bool:
        """Whether Redis confirmed a round with this topic; False when the connection broke."""
        if self._unreachable:
            raise Unreachable("redis", "the bus is not listening")
        await self._listening.wait()
        return await asyncio.shield(self._round(topic))

    def _round(self, topic: str) -> asyncio.Future[bool]:
        """The next batch of (un)subscriptions; callers in one turn of the loop share it."""
        self._changed.add(topic)
        if self._next_round is None:
            self._next_round = asyncio.get_running_loop().create_future()
            self._spawn(self._send_round(self._next_round))
        return self._next_round

    async def _send_round(self, confirmed: asyncio.Future[bool]) -> None:
        connection, changed = self._connection, self._changed
        self._next_round, self._changed = None, set()
        if connection is None or not connection.is_connected:
            confirmed.set_result(False)
            return
        added = (changed & self._subscribed) - self._requested
        removed = (changed & self._requested) - self._subscribed
        self._requested = (self._requested | added) - removed
        self._count += 1
        self._rounds[str(self._count)] = confirmed
        with suppress(*FAILURES):  # the reader of the broken connection notices
            await connection.send_packed_command(
                connection.pack_commands(self._commands(added, removed, self._count))
            )

    def _commands(self, added: set[str], removed: set[str], count: int) -> list[list[str]]:
        commands = [["SUBSCRIBE", *self._channels(added)]] if added else []
        if removed:
            commands.append(["UNSUBSCRIBE", *self._channels(removed)])
        # Redis answers in order: the PONG confirms the commands before it.
        return [*commands, ["PING", str(count)]]

    def _channels(self, topics: set[str]) -> Iterator[str]:
        for topic in topics:
            yield from self._sharded.get(topic) or [self._prefix + topic]

    async def _listen(self) -> None:
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    connection = await self._connect()
            except FAILURES:
                self._unreachable = True
                self._attempted.set()
                await asyncio.sleep(random.uniform(*RETRY_SECONDS))  # noqa: S311  # jitter
            else:
                await self._read_replies(connection)

    async def _connect(self) -> AbstractConnection:
        """A new connection, once it has confirmed every topic, also those added meanwhile."""
        pool = self._client.connection_pool
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        requested: set[str] = set()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            await connection.send_packed_command(connection.pack_commands([self._proof]))
            require_proof([await next_reply(connection)])
            while requested != (all_topics := {self._probe_topic, *self._subscribed}):
                commands = self._commands(all_topics - requested, requested - all_topics, 0)
                await connection.send_packed_command(connection.pack_commands(commands))
                while await next_reply(connection) != ["pong", "0"]:
                    pass
                requested = all_topics
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        self._requested = requested
        return connection

    async def _read_replies(self, connection: AbstractConnection) -> None:
        """Read until the connection breaks or is silent for too long."""
        self._connection = connection
        self._unreachable = False
        self._attempted.set()
        self._listening.set()
        self._queue.mark_missed(self._subscribed)
        try:
            async with asyncio.timeout(SILENCE_SECONDS) as self._silence_timeout:
                while True:
                    self._handle(await next_reply(connection))
        except FAILURES:
            pass
        finally:
            await self._disconnect(connection)

    def _handle(self, reply: list[str]) -> None:
        if reply[0] == "message":
            topic = self._topics.get(reply[1]) or reply[1][len(self._prefix) :]
            if topic == self._probe_topic:
                now = asyncio.get_running_loop().time()
                self._silence_timeout.reschedule(now + SILENCE_SECONDS)
            else:
                self._queue.put(topic, None if reply[2] == MISSED else reply[2])
        elif reply[0] == "pong" and reply[1] in self._rounds:
            self._rounds.pop(reply[1]).set_result(True)

    async def _disconnect(self, connection: AbstractConnection) -> None:
        self._connection = None
        self._listening.clear()
        rounds, self._rounds = self._rounds, {}
        for confirmed in rounds.values():
            confirmed.set_result(False)
        await connection.disconnect(nowait=True)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def next_reply(connection: AbstractConnection) -> list[str]:
    reply: list[str] = await connection.read_response(
        timeout=math.inf, disconnect_on_error=False, push_request=True
    )
    return reply
