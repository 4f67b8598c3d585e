"""A soak: people come and go for as long as one likes, and in the end nothing is left of them.

At the end everybody leaves. Where the process has a clock that can be moved, a month passes then,
and every row has to be gone that was not there before; else those whose time has come.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.measures import SOCKET, Sample, sample, slope
from tests.soak.people import LOST, Guest, Host
from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.services import RedisServer

MOST_SLOPE = 1.0
"""MB in ten minutes by which memory may grow."""
WARM_UP = 1 / 3
"""The part of the time in which caches fill."""
MONTH = "+32d"
LASTING = frozenset({"commands", "streams", "entries"})
"""Tables whose rows last a day: they come back only where a month passes."""
COUNTERS = frozenset({"series", "facts"})
"""A row for each name, not for each thing."""
SPARE_DESCRIPTORS = 4
POOLED = 16
"""Connections to Redis that stay open once they were needed."""
SPARE_KEYS = 8
"""Of Redis: counters and lists that are there once, whoever is in them."""
HOSTS = 20
"""One in so many is a host, and watches the lists."""


@dataclass(frozen=True)
class Plan:
    """`churn`: the part of the sockets that is replaced in a minute; `settling`: how long it may
    take until the next row goes: accounts are removed a few at a time."""

    sockets: int = 2_000
    seconds: float = 3_600.0
    churn: float = 0.05
    every: float = 30.0
    settling: float = 240.0
    seed: int = 1


@dataclass
class Soak:
    lobby: LobbyProcess
    redis: RedisServer | None
    plan: Plan
    clock: Path | None = None
    tell: Callable[[str], object] = field(default=lambda text: sys.stdout.write(f"{text}\n"))
    samples: list[Sample] = field(default_factory=list)
    came: int = 0

    async def run(self) -> list[str]:
        """What is wrong."""
        self._random, self._began = random.Random(self.plan.seed), time.monotonic()
        count = max(2, self.plan.sockets // HOSTS)
        known = [await new_host(self.lobby.url) for _ in range(count)]
        self._hosts = [Host(self.lobby.url, one.token) for one in known]
        before = await self._look()
        self._guests: list[Guest] = list(self._hosts)
        await self._arrive(self._hosts)
        await self._arrive([Guest(self.lobby.url) for _ in range(self.plan.sockets - count)])
        try:
            await self._live()
        finally:
            await asyncio.gather(*(one.go() for one in self._guests))
        if self.clock:
            self.clock.write_text(f"{MONTH}\n")
        after = await self._settled(before)
        return [*self._grown(), *self._left(before, after)]

    async def _arrive(self, people: list[Guest] | list[Host]) -> None:
        for first in range(0, len(people), HOSTS):
            some = people[first : first + HOSTS]
            await asyncio.gather(*(self._come(one) for one in some))

    async def _come(self, one: Guest) -> None:
        """Hosts launch a session, guests sit down in one of those and say something."""
        await one.come()
        self.came += 1
        if one not in self._guests:
            self._guests.append(one)
        if isinstance(one, Host):
            await one.say("watch", topics=["sessions", "presence"])
            return
        if session := self._random.choice(self._hosts).session:
            await one.say("session.join", session=session)
            await one.say("watch", topics=[f"session:{session}", f"chat:{session}"])
            await one.say("session.say", session=session, text="hello")

    async def _live(self) -> None:
        """As many are replaced as the plan says: several at once, where one takes long."""
        begun = looked = time.monotonic()
        replaced = 0
        while (now := time.monotonic()) < begun + self.plan.seconds:
            await asyncio.sleep(min(1.0, self.plan.seconds / 20))
            owed = (now - begun) * self.plan.sockets * self.plan.churn / 60 - replaced
            leaving = self._random.sample(self._guests, min(int(owed), HOSTS, len(self._guests)))
            await asyncio.gather(*(self._replace(one) for one in leaving))
            replaced += len(leaving)
            if now - looked >= self.plan.every:
                looked = now
                self.samples.append(await self._look())
        self.samples.append(await self._look())
        self.tell(f"{60 * replaced / (time.monotonic() - begun):.0f} replaced in a minute")

    async def _replace(self, one: Guest) -> None:
        """A host comes back as who it is, a guest as somebody new."""
        try:
            await one.go()
            if not isinstance(one, Host):
                self._guests.remove(one)
                one = Guest(self.lobby.url)
            await self._come(one)
        except LOST as lost:
            self.tell(f"lost: {lost!r}")

    async def _look(self) -> Sample:
        at = time.monotonic() - self._began
        seen = await asyncio.to_thread(sample, self.lobby, self.redis, at)
        self.tell(f"{seen}  {self.came} came")
        return seen

    async def _settled(self, before: Sample) -> Sample:
        """Once all is back, or no row has gone for as long as the plan says."""
        fewest, fell = sys.maxsize, time.monotonic()
        while True:
            after = await self._look()
            if (rows := sum(after.rows.values())) < fewest:
                fewest, fell = rows, time.monotonic()
            if not self._left(before, after) or time.monotonic() > fell + self.plan.settling:
                return after
            await asyncio.sleep(min(5.0, self.plan.settling / 20))

    def _left(self, before: Sample, after: Sample) -> list[str]:
        wrong = [
            f"{name}: {count} rows, {before.rows.get(name, 0)} before"
            for name, count in sorted(after.rows.items())
            if count > before.rows.get(name, 0) and name not in self._excused()
        ]
        spare = SPARE_DESCRIPTORS + (POOLED if self.redis else 0)
        if after.descriptors > before.descriptors + spare:
            wrong.append(f"{after.descriptors} descriptors, {before.descriptors} before")
        if after.keys > before.keys + SPARE_KEYS:
            wrong.append(f"{after.keys} keys in Redis, {before.keys} before")
        return wrong

    def _excused(self) -> frozenset[str]:
        return COUNTERS if self.clock else COUNTERS | LASTING

    def _grown(self) -> list[str]:
        steady = self.samples[int(len(self.samples) * WARM_UP) :]
        rise = slope(steady)
        self.tell(f"memory after warm-up: {rise:+.2f} MB in ten minutes, {len(steady)} samples")
        if len(steady) < 10:
            return []  # too short to say
        return [f"memory grows by {rise:.2f} MB in ten minutes"] if rise > MOST_SLOPE else []


@contextmanager
def serving(
    home: Path, redis: RedisServer | None, *, faketime: str | None = None, **settings: object
) -> Iterator[tuple[LobbyProcess, Path | None]]:
    """The process, and the file that moves its clock: where there is faketime, and no Redis, whose
    time would be the shared one."""
    chosen: dict[str, object] = {
        "redis_url": redis.url if redis else "memory:",
        "admin_socket": SOCKET,
        "connections_per_account": 5,
        "anonymous_token_seconds": 60 if redis else 86_400,
        "anonymous_kept_days": 0 if redis else 30,
        **settings,
    }
    lobby, clock = LobbyProcess(home, port=None, **chosen), None
    if faketime and not redis:
        clock = home / "clock"
        clock.write_text("+0\n")
        lobby.more = {
            "LD_PRELOAD": faketime,
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    try:
        yield lobby.start(), clock
    finally:
        lobby.remove()
