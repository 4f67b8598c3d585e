"""Whether everybody sees what a fresh connection sees, and what follows from that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

from protocol.watch_commands import MOST_TOPICS
from tests.chaos.expected_answers import HostLists, expected, read_lists
from tests.chaos.history import Frame
from tests.chaos.people import FOR_NOW, LOST, OPEN_SECONDS, Channel, Chaos
from tests.chaos.query_watchers import QueryWatcher
from tests.chaos.world import World
from tests.support.channel_client import Client, Refused

States = dict[str, Frame | None]


def query_watchers(world: World) -> list[QueryWatcher]:
    return [one for one in world.people if isinstance(one, QueryWatcher)]


async def converge(world: World, among: Chaos, *, within: float) -> float:
    """Seconds until everybody is connected and sees what a fresh connection sees."""
    start = time.monotonic()
    among.over = True
    with suppress(TimeoutError):
        async with asyncio.timeout(within + 1):
            await asyncio.gather(*(agreed(world, one) for one in world.people))
    return time.monotonic() - start


async def answered_after(fault: str, world: World, among: Chaos, *, within: float) -> list[str]:
    """What query watchers hold wrongly so many seconds after this fault. Nobody does anything
    meanwhile, but those without a socket."""
    among.hushed, start = True, time.monotonic()
    try:
        async with asyncio.timeout(within):
            await asyncio.gather(*(agreed(world, one) for one in query_watchers(world)))
    except TimeoutError:
        return [
            f"{within:.0f} s after {fault}: {one.uuid} at {one.at}, connected {one.connected}, "
            f"lacks {sorted(one.unwatched)}, last compared otherwise: {sorted(one.differs)}"
            for one in query_watchers(world)
            if one.differs or not one.settled
        ]
    finally:
        among.hushed = False
        world.history.add("answered", what=fault, value=time.monotonic() - start)
    return []


async def agreed(world: World, one: Channel) -> None:
    while not (one.settled and await compared(world, one)):
        await asyncio.sleep(0.05)


async def compared(world: World, one: Channel) -> bool:
    """Whether all that this one watches is as a fresh connection of the account is told, and the
    answers to their questions are what follows from it."""
    try:
        lists = await read_lists(world)
    except (*LOST, Refused):
        return False
    seen = await fresh(one.dice.choice(world.urls), one)
    online = await everybody(one.dice.choice(world.urls), one)
    if seen is None or online is None:
        return False
    world.history.add("compared", one.uuid)
    differs = _note(one, "snapshot", seen)
    if isinstance(one, QueryWatcher):
        differs |= _note(one, "expected", expected(one, seen, online, lists))
    one.differs = differs
    return not differs and not missing(world, one, lists)


def _note(one: Channel, kind: str, states: Mapping[str, Frame | None]) -> set[str]:
    """The topics of which this one holds something else."""
    for topic, state in states.items():
        one.history.add(kind, one.uuid, topic, value=state)
    return {topic for topic, state in states.items() if one.client.states.get(topic) != state}


def missing(world: World, one: Channel, lists: HostLists) -> set[str]:
    """Those who are connected and not shown to this one, though they have not banned them."""
    connected = {other.uuid for other in world.people if other.connected}
    hidden = lists.viewer(one.uuid).banned_by
    return connected - hidden - set(one.client.states.get("presence", {}))


async def everybody(url: str, one: Channel) -> Frame | None:
    """Who is online, as a connection without an identity is told: nobody has banned it."""
    client = Client(url)
    try:
        await client.open(open_timeout=OPEN_SECONDS * one.history.patience)
        return await client.watch("presence")
    except (*LOST, Refused, AssertionError):
        return None
    finally:
        if hasattr(client, "socket"):
            await client.close()


async def fresh(url: str, one: Channel) -> States | None:
    """What a new connection of the same account is told, asked with one command; None where it is
    not served. A topic that is refused holds None."""
    client = Client(url)
    client.token = one.person.token
    topics = sorted(one.documents)
    try:
        await client.open(open_timeout=OPEN_SECONDS * one.history.patience)
        refused = await _watched(client, [_anew(one, topic) for topic in topics])
        if FOR_NOW & {*refused}:
            return None
        told = [topic for topic, code in zip(topics, refused, strict=True) if not code]
        await client.until(lambda: all(topic in client.states for topic in told))
        return {topic: client.states.get(topic) for topic in topics}
    except (*LOST, Refused, AssertionError):
        return None
    finally:
        if hasattr(client, "socket"):
            await client.close()


async def _watched(client: Client, wishes: list[Frame]) -> list[str]:
    """The code by which each is refused; empty where it is not."""
    said: list[Frame] = []
    for start in range(0, len(wishes), MOST_TOPICS):
        some = wishes[start : start + MOST_TOPICS]
        said += (await client.command("watch", topics=some))["topics"]
    return [one.get("code", "") for one in said]


def _anew(one: Channel, topic: str) -> Frame:
    """The fields of `watch`, for who has nothing yet."""
    return {name: value for name, value in one.wish(topic).items() if name not in HAD}


HAD = ("known", "after", "epoch")
"""Fields of `watch` that say what is known already."""
