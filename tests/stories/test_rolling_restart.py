"""Processes are restarted one by one under a steady load of events: nobody is shown absent to
anybody, and everything arrives, once, and soon (R4)."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.channel_client import Client, Frame, channel_url
from tests.support.commands import Workers, serving_pids
from tests.support.deployments import Deployment, two_processes
from tests.support.people import Person, new_host, new_user
from tests.support.slowness import slowness_of_late
from tests.support.waiting import until

BETWEEN_SECONDS = 0.05
"""Between two events."""
P99_SECONDS = 3.0
ROLL_SECONDS = 120.0
GONE = (ConnectionError, ConnectionClosed, InvalidHandshake, OSError, AssertionError, TimeoutError)


class Follower(Client):
    """Comes back by the rule, to the next address. Records when entries came, and who was absent
    from what it was shown of presence."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.urls = [self.url]
        self.topics: list[str] = []
        self.people: set[str] = set()
        self.absent: list[Frame] = []
        self.heard: dict[str, float] = {}
        self.returns = 0
        self.here = asyncio.Event()
        self.here.set()

    async def follow(self, *topics: str) -> None:
        self.topics = list(topics)
        for topic in topics:
            await self.watch(topic)

    async def live(self) -> None:
        """Endless."""
        while True:
            await self.until_closed(timeout=3600)
            self.here.clear()
            failures = 0
            while not self.here.is_set():
                told = self.drain["return_after_ms"] / 1000 if self.drain else 0.0
                wait = told if len(self.urls) == 1 else 0.0  # another address is not away
                self.drain = None
                await asyncio.sleep(wait + random.uniform(0, min(2, 0.5 * 2**failures)))
                failures += 1
                self.urls.append(self.urls.pop(0))
                self.url = self.urls[0]
                try:
                    await self.open()
                    await self.follow(*self.topics)
                    self.returns += 1
                    self.here.set()
                except GONE:
                    continue

    async def _take(self, frame: Frame) -> None:
        await super()._take(frame)
        shown = self.states.get("presence", {}) if frame.get("topic") == "presence" else self.people
        if missing := self.people - set(shown):
            self.absent.append({"missing": missing, "frame": frame, "before": self.frames[-4:-1]})
        if frame["type"] == "entry":
            self.heard[frame["entry"]["text"]] = time.monotonic()

    async def insist(self, type: str, id: str, **fields: Any) -> None:
        """The same command until it is answered."""
        while True:
            await self.here.wait()
            try:
                await self.command(type, id, **fields)
            except GONE:
                await asyncio.sleep(BETWEEN_SECONDS)
            else:
                return


@pytest.fixture
def workers(tmp_path: Path, redis_url: str, postgres_url: str) -> Iterator[Workers]:
    process = Workers(tmp_path, redis_url=redis_url, database_url=postgres_url)
    process.start()
    yield process
    process.remove()


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory, grace_seconds=15)


async def followers(*urls: str) -> tuple[str, list[Follower]]:
    """A host and seven guests in one session: its id, and they, hearing its chat and presence."""
    people: list[Person] = [await new_host(urls[0])]
    people += [await new_user(urls[0]) for _ in range(7)]
    found = []
    for n, person in enumerate(people):
        one = await Follower.connect(urls[n % len(urls)], person.token)
        one.urls = [channel_url(url) for url in urls[n % len(urls) :] + urls[: n % len(urls)]]
        found.append(one)
    await found[0].command("host.set", only_friends=False)
    session = (await found[0].command("session.launch"))["session"]["id"]
    for guest in found[1:]:
        await guest.command("session.join", session=session)
    for one in found:
        await one.follow(f"chat:{session}", "presence")
    everybody = {one.uuid for one in found}
    for one in found:
        await one.until(lambda one=one: everybody <= one.states["presence"].keys())  # type: ignore[misc]
        one.people = everybody
    return session, found


async def keep_saying(host: Follower, session: str, sent: dict[str, float]) -> None:
    while True:
        text = str(len(sent))
        sent[text] = time.monotonic()
        await host.insist("session.say", f"say-{text}", session=session, text=text)
        await asyncio.sleep(BETWEEN_SECONDS)


async def rolled(session: str, found: list[Follower], roll: Any) -> dict[str, float]:
    """The load, while `roll` is awaited; returns what was said when."""
    sent: dict[str, float] = {}
    lives = [asyncio.create_task(one.live()) for one in found]
    saying = asyncio.create_task(keep_saying(found[0], session, sent))
    try:
        await until(lambda: len(sent) > 20)
        await roll
        many = len(sent) + 20
        await until(lambda: len(sent) > many and all(one.here.is_set() for one in found))
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
    await found[0].insist("session.say", "say-last", session=session, text="last")
    sent["last"] = time.monotonic()
    await until(
        lambda: all(sent.keys() - {str(len(sent) - 2)} <= one.heard.keys() for one in found),
        story=lambda: [sorted(sent.keys() - one.heard.keys()) for one in found],
    )
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)
    for one in found:
        one.people = set()  # those who say goodbye are gone
    for one in found:
        await one.close()
    return sent


def require_nothing_was_noticed(found: list[Follower], sent: dict[str, float]) -> None:
    assert [one.violations for one in found] == [[]] * len(found), "a gap, or an entry twice"
    assert [one.absent for one in found] == [[]] * len(found)
    assert all(one.returns for one in found), "everybody was on a process that was restarted"
    took = sorted(
        one.heard[text] - moment
        for one in found
        for text, moment in sent.items()
        if text in one.heard
    )
    p99 = took[int(len(took) * 0.99)]
    story = f"{len(took)} deliveries: p99 {p99:.2f} s, longest {took[-1]:.2f} s"
    assert p99 <= P99_SECONDS * slowness_of_late(), story


async def test_workers_are_replaced_one_by_one_and_nobody_notices(workers: Workers) -> None:
    session, found = await followers(workers.url)
    before = serving_pids(workers)

    async def roll() -> None:
        os.kill(workers.pid, signal.SIGHUP)
        await until(
            lambda: not serving_pids(workers) & before and len(serving_pids(workers)) == 2,
            ROLL_SECONDS,
        )

    sent = await rolled(session, found, roll())
    require_nothing_was_noticed(found, sent)


async def test_processes_are_stopped_and_started_one_by_one_and_nobody_notices(
    pair: Deployment,
) -> None:
    session, found = await followers(pair.here.url, pair.there.url)

    async def roll() -> None:
        for process in (pair.here, pair.there):
            assert await asyncio.to_thread(process.stop) == 0
            await asyncio.to_thread(process.start)

    sent = await rolled(session, found, roll())
    require_nothing_was_noticed(found, sent)
