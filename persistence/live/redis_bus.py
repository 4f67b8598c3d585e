"""The bus through Redis: one connection that listens, one pipeline a turn that tells.

It sends itself a probe every second, so that silence means loss and not quiet. After every loss
it listens again by itself, and says for each topic that something may have been missed.
"""

from __future__ import annotations

import asyncio
import math
import random
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from persistence.live.inbox import Inbox
from persistence.ports import Delivery, Unreachable

ANSWER_SECONDS = 1.5
PROBE_SECONDS = 1.0
SILENCE_SECONDS = 3.0
RETRY_SECONDS = (0.25, 2.0)

# Told in place of payloads that were lost on the way; no JSON text is empty.
MISSED = ""
_FAILURES = (RedisError, OSError)


class RedisBus:
    def __init__(self, client: Redis, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._inbox = Inbox()
        self._wanted = self._inbox.wanted
        self._probe_topic = f"probe:{secrets.token_hex(8)}"
        self._tasks: set[asyncio.Task[None]] = set()
        # telling
        self._pending: list[tuple[str, str]] = []
        self._untold: set[str] = set()
        self._flush_task: asyncio.Task[None] | None = None
        # listening
        self._link: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._tried = asyncio.Event()
        self._away = False
        self._patience = asyncio.timeout(None)
        # what the link was told, and the rounds that it has not confirmed
        self._told: set[str] = set()
        self._touched: set[str] = set()
        self._next: asyncio.Future[bool] | None = None
        self._rounds: dict[str, asyncio.Future[bool]] = {}
        self._count = 0

    async def open(self) -> None:
        """Begin to listen; returns after the first try, whether or not Redis was there."""
        self._start(self._listen())
        self._start(self._probe_often())
        await self._tried.wait()

    async def close(self) -> None:
        """Tell what is pending, then stop."""
        if self._flush_task:
            await asyncio.wait({self._flush_task}, timeout=ANSWER_SECONDS)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._inbox.close()
        await self._client.aclose()

    async def probe(self) -> None:
        """Return when the bus listens."""
        if not self._up.is_set():
            raise Unreachable("redis", "the bus is not listening")

    def deliveries(self) -> AsyncIterator[Delivery]:
        return self._inbox.deliveries()

    # --- telling

    def publish(self, topic: str, payload: str) -> None:
        self._pending.append((topic, payload))
        if self._flush_task is None:
            self._flush_task = self._start(self._flush())

    async def _flush(self) -> None:
        try:
            while self._pending:
                untold, self._untold = self._untold, set()
                batch = [*((topic, MISSED) for topic in untold), *self._pending]
                self._pending = []
                await self._send(batch)
        finally:
            self._flush_task = None

    async def _send(self, batch: list[tuple[str, str]]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for topic, payload in batch:
            pipeline.publish(self._prefix + topic, payload)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await pipeline.execute()
        except (*_FAILURES, UnicodeError):
            self._untold.update(topic for topic, _ in batch)
            self._untold.discard(self._probe_topic)

    async def _probe_often(self) -> None:
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            self.publish(self._probe_topic, "1")

    # --- listening

    async def subscribe(self, topic: str) -> None:
        self._wanted.add(topic)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while not await self._confirmed(topic):
                    pass
        except TimeoutError:
            raise Unreachable("redis", "it did not confirm the subscription") from None

    async def unsubscribe(self, topic: str) -> None:
        self._wanted.discard(topic)
        if self._link:
            self._round(topic)

    async def _confirmed(self, topic: str) -> bool:
        """Whether a round that tells of this topic came back; not when the link broke."""
        if self._away:
            raise Unreachable("redis", "the bus is not listening")
        await self._up.wait()
        return await asyncio.shield(self._round(topic))

    def _round(self, topic: str) -> asyncio.Future[bool]:
        """The round that leaves next; all who ask in this turn of the loop share it."""
        self._touched.add(topic)
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
            self._start(self._ask(self._next))
        return self._next

    async def _ask(self, confirmed: asyncio.Future[bool]) -> None:
        link, touched = self._link, self._touched
        self._next, self._touched = None, set()
        if link is None or not link.is_connected:
            confirmed.set_result(False)
            return
        joined = (touched & self._wanted) - self._told
        left = (touched & self._told) - self._wanted
        self._told = (self._told | joined) - left
        self._count += 1
        self._rounds[str(self._count)] = confirmed
        with suppress(*_FAILURES):  # then the link is broken, and its reader finds out
            await link.send_packed_command(
                link.pack_commands(self._commands(joined, left, self._count))
            )

    def _commands(self, joined: set[str], left: set[str], count: int) -> list[list[str]]:
        commands = [["SUBSCRIBE", *(self._prefix + topic for topic in joined)]] if joined else []
        if left:
            commands.append(["UNSUBSCRIBE", *(self._prefix + topic for topic in left)])
        # Answered behind the others: one answer confirms them all.
        return [*commands, ["PING", str(count)]]

    async def _listen(self) -> None:
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    link = await self._connect()
            except _FAILURES:
                self._away = True
                self._tried.set()
                await asyncio.sleep(random.uniform(*RETRY_SECONDS))
            else:
                await self._serve(link)

    async def _connect(self) -> AbstractConnection:
        """A link that has confirmed all that is wanted, also what came to be wanted meanwhile."""
        pool = self._client.connection_pool
        link: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        told: set[str] = set()
        try:
            await link.connect()  # type: ignore[no-untyped-call]
            while told != (all_wanted := {self._probe_topic, *self._wanted}):
                commands = self._commands(all_wanted - told, told - all_wanted, 0)
                await link.send_packed_command(link.pack_commands(commands))
                while await _next_reply(link) != ["pong", "0"]:
                    pass
                told = all_wanted
        except BaseException:
            await link.disconnect(nowait=True)
            raise
        self._told = told
        return link

    async def _serve(self, link: AbstractConnection) -> None:
        """Read until the link breaks or falls silent."""
        self._link = link
        self._away = False
        self._tried.set()
        self._up.set()
        self._inbox.miss(self._wanted)
        try:
            async with asyncio.timeout(SILENCE_SECONDS) as self._patience:
                while True:
                    self._take(await _next_reply(link))
        except _FAILURES:
            pass
        finally:
            await self._drop(link)

    def _take(self, reply: list[str]) -> None:
        if reply[0] == "message":
            topic = reply[1][len(self._prefix) :]
            if topic == self._probe_topic:
                now = asyncio.get_running_loop().time()
                self._patience.reschedule(now + SILENCE_SECONDS)
            else:
                self._inbox.put(topic, None if reply[2] == MISSED else reply[2])
        elif reply[0] == "pong" and reply[1] in self._rounds:
            self._rounds.pop(reply[1]).set_result(True)

    async def _drop(self, link: AbstractConnection) -> None:
        self._link = None
        self._up.clear()
        rounds, self._rounds = self._rounds, {}
        for confirmed in rounds.values():
            confirmed.set_result(False)
        await link.disconnect(nowait=True)

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _next_reply(link: AbstractConnection) -> list[str]:
    reply: list[str] = await link.read_response(
        timeout=math.inf, disconnect_on_error=False, push_request=True
    )
    return reply
