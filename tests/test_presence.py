"""A process that vouches for its people over a link to Redis that fails in every way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from lobby.domain.permissions import Actor
from lobby.presence import PresenceTracker
from persistence.live.presence import SLICE_PEOPLE
from persistence.live.redis import open_redis
from persistence.live.redis_presence import AGREED_SECONDS
from persistence.ports import Live, Presence
from protocol.roster import parse_person
from tests.contracts.listener import opened, until
from tests.support.services import RedisServer
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

TERM = 1.2
ADA, BOB = Actor("ada", name="Ada"), Actor("bob", name="Bob")


@pytest.fixture
def link(own_redis: RedisServer) -> Iterator[TcpProxy]:
    with tcp_proxy(own_redis.port) as link:
        yield link


@asynccontextmanager
async def tracking(
    live: Live, keeper: str, *, clock: Callable[[], float] = time.time
) -> AsyncIterator[PresenceTracker]:
    tracker = PresenceTracker(
        live.roster, live.notes, keeper=keeper, keeper_seconds=TERM, grace_seconds=5, clock=clock
    )
    running = asyncio.create_task(tracker.run())
    try:
        yield tracker
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def shows(roster: Presence, *people: str) -> bool:
    """Whether they and nobody else are seen, after everybody whose time is up was sent home."""
    await roster.forget(await roster.expired())
    return set((await roster.read()).entries) == set(people)


@pytest.mark.parametrize("replies_only", [False, True], ids=["silent", "replies lost"])
async def test_r14_people_are_back_after_a_silent_link_to_redis_heals(
    own_redis: RedisServer, link: TcpProxy, replies_only: bool
) -> None:
    through = own_redis.url.replace(str(own_redis.port), str(link.port))
    async with (
        opened(through) as here,
        opened(own_redis.url) as there,
        tracking(here, "here") as tracker,
    ):
        await tracker.arrive(ADA, 1)
        await tracker.arrive(BOB, 2)
        await until(lambda: shows(there.roster, "ada", "bob"))
        link.silent, link.replies_silent = not replies_only, replies_only
        if not replies_only:
            await until(lambda: shows(there.roster))
        tracker.depart("bob", 2, final=True)
        await tracker.arrive(Actor("eve", name="Eve"), 3)
        link.heal()
        await until(lambda: shows(there.roster, "ada", "eve"))
        for _ in range(20):  # and it stays so, however late the last words arrive
            await tracker.set_status("eve", "busy")
            await tracker.set_status("eve", "online")
        assert await shows(there.roster, "ada", "eve")


async def test_r11_nobody_is_shown_gone_when_redis_comes_back_empty(
    own_redis: RedisServer,
) -> None:
    async with (
        opened(own_redis.url) as here,
        opened(own_redis.url) as there,
        tracking(here, "here") as mine,
        tracking(there, "there") as yours,
    ):
        await mine.arrive(ADA, 1)
        await yours.arrive(BOB, 2)
        await until(lambda: shows(here.roster, "ada", "bob"))
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        for live in (here, there):
            assert set((await live.roster.read()).entries) == {"ada", "bob"}


@pytest.mark.parametrize("fast", [120.0, -120.0, 0.0])
async def test_r22_processes_whose_clocks_differ_tell_the_same_time(
    redis_url: str, redis_prefix: str, fast: float
) -> None:
    live = await open_redis(redis_url, redis_prefix, clock=lambda: time.time() + fast)
    await live.roster.heartbeat("here", 5)
    assert abs(fast + live.roster.skew) < AGREED_SECONDS * 2
    await live.close()


async def test_many_who_come_and_go_take_few_calls(own_redis: RedisServer) -> None:
    """As when a process stops that serves them all."""
    people = [Actor(f"{n:032x}", name=f"Ada {n}") for n in range(1_000)]
    async with opened(own_redis.url) as live:
        tracker = PresenceTracker(
            live.roster, live.notes, keeper="here", keeper_seconds=900, grace_seconds=5
        )
        arriving = [asyncio.create_task(tracker.arrive(actor, 1)) for actor in people]
        await asyncio.sleep(0)
        running = asyncio.create_task(tracker.run())
        await asyncio.gather(*arriving)
        running.cancel()
        assert (await live.roster.counts()).statuses == {"online": len(people)}
        assert _calls(own_redis, "evalsha") < len(people) / SLICE_PEOPLE * 3
        assert _calls(own_redis, "mget") == 2
        await tracker.leave_all()
        assert (await live.roster.counts()).statuses == {"reconnecting": len(people)}
        assert _calls(own_redis, "evalsha") < len(people) / SLICE_PEOPLE * 6
        assert _calls(own_redis, "get") <= 2


def _calls(redis: RedisServer, command: str) -> int:
    """How often it was called."""
    told = redis.ask("INFO", "commandstats").decode()
    line = next((x for x in told.splitlines() if x.startswith(f"cmdstat_{command}:")), "calls=0,")
    return int(line.partition("calls=")[2].partition(",")[0])


async def test_who_was_invisible_is_online_since_they_are_seen() -> None:
    seconds = iter(range(1_000, 2_000))
    async with (
        opened("memory:") as live,
        tracking(live, "here", clock=lambda: float(next(seconds))) as tracker,
    ):
        await tracker.arrive(ADA, 1)
        came = await since(live.roster, "ada")
        await tracker.set_status("ada", "away")
        assert await since(live.roster, "ada") == came
        await tracker.set_status("ada", "invisible")
        assert await shows(live.roster)
        between = next(seconds)
        await tracker.set_status("ada", "online")
        assert await since(live.roster, "ada") > between


async def since(roster: Presence, who: str) -> float:
    return float(parse_person((await roster.read()).entries[who])["since"])
