"""What goes wrong, one after another by the dice. Each fault begins, lasts, and is over when its
function returns.
"""

from __future__ import annotations

import asyncio
import glob
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.chaos.people import LOST, Channel
from tests.chaos.pollers import anonymous_token
from tests.chaos.world import World
from tests.support.channel_client import Client, Refused
from tests.support.processes import LobbyProcess
from tests.support.redis_groups import RedisClusterGroup, SentinelGroup
from tests.support.services import Missing, RedisServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import until

Fault = Callable[[World, random.Random], Awaitable[None]]


async def last(world: World, dice: random.Random, most: float, least: float = 0.5) -> None:
    """Seconds, at the run's pace."""
    await asyncio.sleep(dice.uniform(least, most) * world.pace)


async def start(process: LobbyProcess) -> None:
    await asyncio.to_thread(process.start)


# Processes


async def process_killed(world: World, dice: random.Random) -> None:
    process = dice.choice(world.processes)
    process.kill()
    await last(world, dice, 2, 0)
    await start(process)


async def process_stopped(world: World, dice: random.Random) -> None:
    """As an operator restarts it: it drains first."""
    process = dice.choice(world.processes)
    code = await asyncio.to_thread(process.stop)
    if code != 0:
        world.complaints.append(f"told to stop, a process ended with {code}")
    await start(process)


async def process_frozen(world: World, dice: random.Random) -> None:
    process = dice.choice(world.processes)
    world.freeze(process)
    await last(world, dice, 4)
    world.thaw(process)


# Redis


def one_redis(world: World, dice: random.Random) -> RedisServer:
    """The one, or the primary; any of a cluster, each of which holds a part."""
    if isinstance(world.group, RedisClusterGroup):
        return dice.choice(world.group.primaries)
    return world.redis


def is_served(world: World) -> bool:
    """Whether all keys can be written again, as the servers themselves know it."""
    if isinstance(world.group, RedisClusterGroup):
        return world.group.is_good()
    if isinstance(world.group, SentinelGroup):
        return world.group.is_followed()
    return True


@asynccontextmanager
async def presence_stands_still(world: World) -> AsyncIterator[None]:
    world.history.add("disturbed")
    yield
    world.history.add("calm")


async def redis_killed(world: World, dice: random.Random) -> None:
    """It comes back with what it held. Of a group, one server; where sentinels watch, they make the
    replica the primary meanwhile, or wait for it."""
    server = one_redis(world, dice)
    server.ask("SAVE")
    async with presence_stands_still(world):
        server.kill()
        await last(world, dice, 3)
        await asyncio.to_thread(server.start)
        await until(lambda: is_served(world))


async def redis_frozen(world: World, dice: random.Random) -> None:
    server = one_redis(world, dice)
    async with presence_stands_still(world):
        server.freeze()
        await last(world, dice, 4)
        server.thaw()
        await until(lambda: is_served(world))


async def redis_emptied(world: World, dice: random.Random) -> None:
    async with presence_stands_still(world):
        one_redis(world, dice).ask("FLUSHALL")


async def redis_demoted(world: World, dice: random.Random) -> None:
    """A replica that keeps its connections and takes no writes."""
    async with presence_stands_still(world):
        world.redis.ask("REPLICAOF", "127.0.0.1", "1")
        await last(world, dice, 4)
        world.redis.ask("REPLICAOF", "NO", "ONE")


async def redis_link_silent(world: World, dice: random.Random) -> None:
    """One process alone is cut off, without being told."""
    process = dice.choice(world.processes)
    link = world.redis_links[world.processes.index(process)]
    link.silent = True
    world.note("away", process)
    await last(world, dice, 20, 6)
    link.heal()
    world.note("served", process)


async def subscribers_cut(world: World, dice: random.Random) -> None:
    one_redis(world, dice).ask("CLIENT", "KILL", "TYPE", "pubsub")


# PostgreSQL


async def postgres_killed(world: World, dice: random.Random) -> None:
    world.postgres.kill()
    await last(world, dice, 2)
    await asyncio.to_thread(world.postgres.start)


async def postgres_frozen(world: World, dice: random.Random) -> None:
    world.postgres.freeze()
    await last(world, dice, 3)
    world.postgres.thaw()


async def postgres_slow(world: World, dice: random.Random) -> None:
    world.postgres_link.delay = dice.uniform(0.05, 0.5)
    await last(world, dice, 3)
    world.postgres_link.heal()


# Clocks


async def clock_off(world: World, dice: random.Random) -> None:
    """One process goes by a clock that is two minutes fast or slow."""
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
    if library is None:
        raise Missing("there is no libfaketime under /usr/lib")
    process = dice.choice(world.processes)
    offset = dice.choice(["+120s", "-120s"])
    process.more = {
        "LD_PRELOAD": library,
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    try:
        await _restarted(process)
        await _come_with_a_token_of(process, world)
        await last(world, dice, 10, 3)
    finally:
        process.more = {}
    await _restarted(process)


async def _come_with_a_token_of(process: LobbyProcess, world: World) -> None:
    token = await anonymous_token(process.url)
    for url in world.urls:
        try:
            async with await Client.connect(url, token):
                pass
        except (Refused, *LOST) as refused:
            world.complaints.append(f"a token of the clock that is off: {refused}")


async def _restarted(process: LobbyProcess) -> None:
    await asyncio.to_thread(process.stop)
    await start(process)


# Clients, those that come through a proxy


async def clients_half_open(world: World, dice: random.Random) -> None:
    """Their network is gone, and nobody says so: the process still holds who went elsewhere."""
    await _worsened(world, dice.choice(world.client_links), dice, silent=True)


async def clients_slow(world: World, dice: random.Random) -> None:
    await _worsened(world, dice.choice(world.client_links), dice, thin=True, delay=0.05)


async def commands_repeated(world: World, dice: random.Random) -> None:
    """Everybody says again what they said last, and hosts one thing on every process at once."""
    connected = [one for one in world.people if one.connected]
    said = (one.noted.repeat() for one in connected)
    ends = await asyncio.gather(*said, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, LOST):
            raise end
    await asyncio.gather(*(_say_everywhere(world, one) for one in connected if one.session))


async def _say_everywhere(world: World, one: Channel) -> None:
    id = uuid.uuid4().hex
    said = {"session": one.session, "text": id}
    world.history.add("invoke", one.uuid, "session.say", id, said)
    ends = await asyncio.gather(
        *(_say_once(url, one.person.token, id, said) for url in world.urls), return_exceptions=True
    )
    done = any(not isinstance(end, BaseException) for end in ends)
    world.history.add("ok" if done else "info", one.uuid, "session.say", id)


async def _say_once(url: str, token: str, id: str, said: dict[str, Any]) -> None:
    async with await Client.connect(url, token) as client:
        await client.command("session.say", id, **said)


async def _worsened(
    world: World,
    link: TcpProxy,
    dice: random.Random,
    *,
    silent: bool = False,
    thin: bool = False,
    delay: float = 0,
) -> None:
    link.silent, link.thin, link.delay = silent, thin, delay
    await last(world, dice, 4, 1)
    link.heal()


FAULTS: dict[str, Fault] = {
    "process killed": process_killed,
    "process stopped": process_stopped,
    "process frozen": process_frozen,
    "redis killed": redis_killed,
    "redis frozen": redis_frozen,
    "redis emptied": redis_emptied,
    "redis demoted": redis_demoted,
    "redis link silent": redis_link_silent,
    "subscribers cut": subscribers_cut,
    "postgres killed": postgres_killed,
    "postgres frozen": postgres_frozen,
    "postgres slow": postgres_slow,
    "clock off": clock_off,
    "clients half-open": clients_half_open,
    "clients slow": clients_slow,
    "commands repeated": commands_repeated,
}
OF_ONE_REDIS = ("redis demoted", "redis link silent")
"""Faults that need a Redis that is no group, behind a link for each process."""
