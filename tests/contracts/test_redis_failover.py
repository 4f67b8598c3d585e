"""A node of a cluster dies, or the primary of sentinels: whoever follows it converges."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from lobby.domain.permissions import Actor
from persistence.ports import Delivery, Live, Unreachable
from tests.conftest import serve
from tests.contracts.listener import Listener, listening, opened
from tests.support.long_runs import is_long, long_run
from tests.support.redis_groups import RedisClusterGroup, SentinelGroup, linked
from tests.support.services import RedisServer
from tests.support.waiting import until
from tests.test_presence import tracking

PATIENCE_MS = 1_000
SHARDS = 12
PEOPLE = [Actor(f"person {n}", name=str(n)) for n in range(24)]
Group = RedisClusterGroup | SentinelGroup


@pytest.fixture(params=["cluster", "sentinels"])
def group(request: pytest.FixtureRequest) -> Iterator[Group]:
    if request.param == "cluster":
        yield from serve(lambda: RedisClusterGroup(replicas=True, patience=PATIENCE_MS))
    else:
        yield from serve(lambda: SentinelGroup(patience=PATIENCE_MS))


def first(group: Group) -> RedisServer:
    return group.servers[0]


@asynccontextmanager
async def two_processes(group: Group) -> AsyncIterator[tuple[Live, Live, Listener]]:
    """Each serves half of the people; who listens is at the second."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(opened(group.url, shards=SHARDS))
        there = await stack.enter_async_context(opened(group.url, shards=SHARDS))
        listener = await stack.enter_async_context(listening(there.bus, "presence", "topic"))
        for live, name, people in ((here, "here", PEOPLE[:12]), (there, "there", PEOPLE[12:])):
            tracker = await stack.enter_async_context(tracking(live, name))
            for number, actor in enumerate(people):
                await tracker.arrive(actor, number)
        yield here, there, listener


async def everybody(live: Live) -> set[str]:
    try:
        rosters = [await live.roster.read(shard) for shard in range(live.roster.shards)]
    except Unreachable:
        return set()
    return {who for roster in rosters for who in roster.entries}


@long_run
@pytest.mark.parametrize("how", ["killed", "frozen"] if is_long else ["killed"])
async def test_presence_and_bus_converge_when_another_takes_the_place(
    group: Group, how: str
) -> None:
    names = {actor.uuid for actor in PEOPLE}
    async with two_processes(group) as (here, there, listener):
        await until(lambda: _shows(there, names))
        if how == "killed":
            first(group).kill()
        else:
            first(group).freeze()
        for live in (here, there):
            await until(lambda live=live: _works(live))  # type: ignore[misc]
            await until(lambda live=live: _shows(live, names))  # type: ignore[misc]
            assert (await live.roster.counts()).online == len(names)
        await _is_heard(here, "topic", listener)
        await _hears_all_shards(here, listener)
        if how == "frozen":
            # Back, it is a replica: whoever is still connected to it is sent away.
            first(group).thaw()
            await until(lambda: _is_replica(first(group)))
            await until(lambda: _works(here))
            await until(lambda: _shows(there, names))
            await _is_heard(here, "topic", listener)


async def _works(live: Live) -> bool:
    try:
        await live.bus.probe()
        for part in (live.locks, live.notes, live.timers, live.roster):
            await part.probe()
        await live.timers.epoch()
        return await live.locks.acquire("a", "me", 30)
    except Unreachable:
        return False


async def _shows(live: Live, names: set[str]) -> bool:
    return await everybody(live) == names


async def _is_replica(server: RedisServer) -> bool:
    return await asyncio.to_thread(linked, server)


async def _is_heard(live: Live, topic: str, listener: Listener) -> None:
    """What is published is heard in the end: until then, that something was missed."""

    async def heard() -> bool:
        live.bus.publish(topic, '"again"')
        try:
            async with asyncio.timeout(0.3):
                await listener.until(Delivery(topic, '"again"'))
        except TimeoutError:
            return False
        return True

    await until(heard)


async def _hears_all_shards(live: Live, listener: Listener) -> None:
    wanted = set(range(SHARDS))

    async def heard() -> bool:
        for actor in PEOPLE:
            await live.roster.expire_after(actor.uuid, 30)
        extra = {f"guest {n}": f'"{asyncio.get_running_loop().time()}"' for n in range(200)}
        try:
            await live.roster.enter("guests", extra)
            await live.roster.leave("guests", dict.fromkeys(extra), seconds=0)
            async with asyncio.timeout(0.5):
                while wanted:
                    delivery = await listener.next()
                    if delivery.topic == "presence" and delivery.payload:
                        wanted.discard(json.loads(delivery.payload)["shard"])
        except (TimeoutError, Unreachable):
            pass
        return not wanted

    await until(heard)
