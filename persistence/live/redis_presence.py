"""The shards of presence on Redis: each has a hash tag of its own, and calls to many of them go in
one round trip."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import NoScriptError

from persistence.live.presence import Call
from persistence.live.redis_port import RedisPort, Script
from persistence.ports import Unreachable, Unsuitable
from persistence.redis_clients import CONNECTIONS, RedisLink

TOGETHER = 32
"""Calls of one round trip."""
GATHERING_SECONDS = 4.0
"""How long a roster that was lost is not shown while keepers that live have not spoken again."""
GATHERING_PAUSE = 0.1
"""Pause before it is looked at again whether they have."""
AGREED_SECONDS = 0.25
"""Clocks that differ by less agree."""


class RedisShards(RedisPort):
    def __init__(
        self,
        link: RedisLink,
        prefix: str,
        *,
        count: int = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(link, prefix, "presence:")
        self.count, self.skew = count, 0.0
        self._prefix, self._clock = prefix, clock
        self._publish = "SPUBLISH" if link.clustered else "PUBLISH"
        self._living: set[str] = set()
        self._knows = False
        self._agreed = False
        self._pipelines = asyncio.Semaphore(CONNECTIONS)
        self._script = Script("presence")

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        if calls and calls[0].verb == "heartbeat":
            return await self._beat(calls)
        return await self._run(calls)

    async def _run(self, calls: Sequence[Call]) -> list[Any]:
        replies: list[Any] = []
        for start in range(0, len(calls), TOGETHER):
            replies += await self._together(calls[start : start + TOGETHER])
        return replies

    async def _together(self, calls: Sequence[Call]) -> list[Any]:
        replies = await self._in_time(self._execute(calls))
        again = [n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if again:
            told = await self._in_time(self._execute([calls[n] for n in again], known=False))
            for n, reply in zip(again, told, strict=True):
                replies[n] = reply
        return [_whole(call, reply) for call, reply in zip(calls, replies, strict=True)]

    async def _execute(self, calls: Sequence[Call], *, known: bool = True) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command(*self._command(call, known))
        async with self._pipelines:
            replies = await pipeline.execute(raise_on_error=False)
        for reply in replies:
            if isinstance(reply, Exception) and not isinstance(reply, NoScriptError):
                raise reply
        return list(replies)

    def _command(self, call: Call, known: bool) -> list[str | int]:
        keys = keys_of(self._prefix, call.shard)
        match call.verb:
            case "version":
                return ["HMGET", f"{keys}about", "epoch", "version"]
            case "shown":
                return ["HMGET", f"{keys}shown", *call.words]
            case "counts":
                return ["HGETALL", f"{keys}counts"]
            case "page":
                cursor, many = call.words
                return ["HSCAN", f"{keys}shown", cursor, "COUNT", many]
        head = (call.verb, self._publish, call.shard, secrets.token_hex(8))
        return self._script.command(keys, *head, *call.words, known=known)

    # Which keepers live, how many shards there are, and what time it is

    async def _beat(self, calls: Sequence[Call]) -> list[Any]:
        if not self._agreed:
            await self.agree()
        asked = self._clock()
        replies = await self._run(calls)
        self._compare(asked, self._clock(), replies[0][2] / 1000)
        if not all(held for held, *_ in replies):
            await self.agree()
        self._is_gathered(*(await self._run([Call(0, "spoken", ())]))[0])
        return [(bool(held), bool(more)) for held, more, _ in replies]

    async def agree(self) -> None:
        """All processes have to look for a person in the same shard."""
        key, mine = f"{self._keys}shards", str(self.count)
        await self._in_time(self._client.set(key, mine, nx=True))
        theirs = await self._in_time(self._client.get(key))
        if theirs not in (None, mine):
            raise Unsuitable("redis", shards_differ(mine, str(theirs)))
        self._agreed = True

    async def gathered(self, shard: int) -> None:
        while True:
            (spoken,) = await self._run([Call(shard, "spoken", ())])
            if self._is_gathered(*spoken):
                return
            await asyncio.sleep(GATHERING_PAUSE)

    async def compare_clocks(self) -> None:
        asked = self._clock()
        command = ("EVAL", "return redis.call('TIME')", 1, keys_of(self._prefix, 0))
        seconds, micros = await self._in_time(self._client.execute_command(*command))
        self._compare(asked, self._clock(), int(seconds) + int(micros) / 1e6)

    def _compare(self, asked: float, answered: float, there: float) -> None:
        """A difference that the time of the answer may explain is none."""
        skew = there - (asked + answered) / 2
        if abs(skew - self.skew) > max(AGREED_SECONDS, answered - asked):
            self.skew = skew

    def _is_gathered(self, spoken: list[str], age: int, uptime: int) -> bool:
        """Whether every keeper that lives has spoken, as far as can be known here; and note which
        do. `age` (ms) and `uptime` (s): of the epoch, and of Redis when it began.

        Who was not there before does not know who has yet to speak: of a Redis that has just
        started it waits for as long as they may take.
        """
        young = age < GATHERING_SECONDS * 1000
        self._knows = self._knows or not young or uptime >= GATHERING_SECONDS
        gathered = not young or (self._knows and self._living <= set(spoken))
        self._living = (self._living if young else set()).union(spoken)
        return gathered


def keys_of(prefix: str, shard: int) -> str:
    """What begins the names of a shard; they have one hash tag."""
    return f"{prefix}{{p{shard}}}:"


def channels(prefix: str, count: int) -> list[str]:
    """The channel of each shard, which is in the slot of its keys."""
    return [f"{keys_of(prefix, shard)}presence" for shard in range(count)]


def shards_differ(mine: str, theirs: str) -> str:
    return (
        f"LOBBY_ROSTER_SHARDS is {mine}, and the presence in this Redis has {theirs}: give every"
        f" process {theirs}; or stop them all, empty Redis, and start them with {mine}"
    )


def _whole(call: Call, reply: Any) -> Any:
    if isinstance(reply, Exception):
        raise Unreachable("redis", str(reply)) from reply
    if call.verb == "counts" and isinstance(reply, list):
        return dict(zip(reply[::2], reply[1::2], strict=True))
    if call.verb == "page" and isinstance(reply[1], dict):
        return reply[0], [text for entry in reply[1].items() for text in entry]
    return reply
