"""Sessions come, change and go in two processes, and Redis dies in between: whoever has asked for
some of them is shown exactly what a fresh look at all that they may see would find.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from lobby.live_queries import ANYBODY, QueryRow, matches, query_of
from protocol.queries import read_query
from tests.support.channel_client import Client, Frame, Refused
from tests.support.deployments import Deployment, over
from tests.support.people import Person, new_host
from tests.support.services import PostgresServer, RedisServer

HOSTS, ONLOOKERS, DEEDS = 8, 2, 25
MODES: list[Any] = ["duel", "race", "Räuber", 1, 2.5, True, ["duel", "race"], None]
QUESTIONS: list[Frame] = [
    {"limit": 3},
    {"limit": 2, "sort": "created"},
    {"filter": {"free": {"min": 5}}, "sort": "-free", "limit": 4},
    {"filter": {"entry": ["open", "friends"], "full": False}, "sort": "name", "limit": 3},
    {"filter": {"attributes": {"mode": ["duel", 1]}}, "sort": "attributes.rank"},
    {"filter": {"attributes": {"mode": {"not": True}}}, "sort": "-attributes.mode", "limit": 3},
    {"filter": {"attributes": {"rank": {"min": 2, "max": 6}}}, "sort": "-attributes.rank"},
    {"filter": {"name": "n1", "joinable": True}, "limit": 5},
]


@dataclass
class Host:
    """Somebody who opens sessions, by their own dice."""

    person: Person
    client: Client
    dice: random.Random
    session: str | None = None


@dataclass
class Onlooker:
    """Somebody who asks all questions; `topics`: of each, in their order."""

    person: Person
    client: Client
    topics: list[str] = field(default_factory=list)

    async def ask(self) -> None:
        wanted = [{"topic": "sessions", **asked} for asked in QUESTIONS]
        said = await self.client.command("watch", topics=[*wanted, {"topic": "sessions"}])
        self.topics = [one["topic"] for one in said["topics"]][:-1]

    def right(self) -> bool:
        """Whether each answer is what everything that they may see would answer."""
        listed = self.client.states["sessions"]
        asked = zip(QUESTIONS, self.topics, strict=True)
        return all(self.client.states[topic] == answer(one, listed) for one, topic in asked)


def answer(asked: Frame, listed: Frame) -> Frame:
    """By the plain predicate, from everything that there is."""
    query = query_of(read_query("sessions", **asked))
    found = [s for id, s in listed.items() if matches(query, QueryRow(id, s), ANYBODY)]
    first = in_order(found, asked.get("sort", "-created"))[: asked.get("limit", 50)]
    return {"total": len(found), "sessions": {one["id"]: one for one in first}}


def in_order(sessions: list[Frame], sort: str) -> list[Frame]:
    """Numbers, then text, either way; what is neither is last; the older first among equals."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    aged = sorted(sessions, key=lambda one: (one["created"], one["id"]))

    def rank(one: Frame) -> tuple[int, Any] | None:
        key = name.removeprefix("attributes.")
        value = one.get(name) if key == name else one["attributes"].get(key)
        if isinstance(value, str):
            return (1, value.casefold())
        return (0, value) if isinstance(value, int | float) and value is not True else None

    there = sorted((one for one in aged if rank(one)), key=rank, reverse=down)  # type: ignore[arg-type]
    return there + [one for one in aged if not rank(one)]


async def launch(host: Host, onlookers: list[Onlooker]) -> None:
    attributes = {"mode": host.dice.choice(MODES), "rank": host.dice.randrange(9)}
    entry = host.dice.choice(["open", "friends", "invited", "closed"])
    name = f"n{host.dice.randrange(40)}"
    said = await host.client.command(
        "session.launch", name=name, entry=entry, attributes=attributes
    )
    host.session = said["session"]["id"]


async def update(host: Host, onlookers: list[Onlooker]) -> None:
    attributes = {"mode": host.dice.choice(MODES), "rank": host.dice.randrange(9)}
    await host.client.command("session.update", session=host.session, attributes=attributes)


async def rename(host: Host, onlookers: list[Onlooker]) -> None:
    name = f"n{host.dice.randrange(40)}"
    await host.client.command("session.update", session=host.session, name=name)


async def invite(host: Host, onlookers: list[Onlooker]) -> None:
    guest = host.dice.choice(onlookers).person.uuid
    await host.client.command("session.invite", session=host.session, guest=guest)


async def open_or_close(host: Host, onlookers: list[Onlooker]) -> None:
    await host.client.command("host.set", only_friends=host.dice.random() < 0.5)


async def end(host: Host, onlookers: list[Onlooker]) -> None:
    await host.client.command("session.close", session=host.session)


async def ban(host: Host, onlookers: list[Onlooker]) -> None:
    await host.client.command("host.ban", guest=host.dice.choice(onlookers).person.uuid)


async def unban(host: Host, onlookers: list[Onlooker]) -> None:
    await host.client.command("host.unban", guest=host.dice.choice(onlookers).person.uuid)


ACTS = [launch, launch, update, update, update, rename, invite, open_or_close, end, ban, unban]


async def live(host: Host, onlookers: list[Onlooker]) -> None:
    for _ in range(DEEDS):
        act = host.dice.choice(ACTS) if host.session else launch
        try:
            await act(host, onlookers)
        except Refused as no:
            if no.code in ("internal_error", "malformed"):
                raise
        await asyncio.sleep(host.dice.random() * 0.05)


@asynccontextmanager
async def crowd(lobby: Deployment, seed: int) -> AsyncIterator[tuple[list[Host], list[Onlooker]]]:
    urls = [lobby.here.url, lobby.there.url]
    persons = [await new_host(urls[n % 2]) for n in range(HOSTS + ONLOOKERS)]
    async with AsyncExitStack() as open_ones:
        clients = [
            await open_ones.enter_async_context(await person.connect(urls[n % 2]))
            for n, person in enumerate(persons)
        ]
        pairs = list(zip(persons, clients, strict=True))
        hosts = [
            Host(person, client, random.Random(seed * HOSTS + n))
            for n, (person, client) in enumerate(pairs[:HOSTS])
        ]
        yield hosts, [Onlooker(person, client) for person, client in pairs[HOSTS:]]


async def agree(onlookers: list[Onlooker]) -> None:
    for one in onlookers:
        await one.client.until(one.right)
        assert one.client.gaps == 0


@pytest.fixture
def lobby(
    own_redis: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    yield from over(own_redis, postgres_server, tmp_path_factory, keeper_seconds=4, heal_seconds=2)


async def test_every_answer_is_what_a_fresh_look_would_find(
    lobby: Deployment, own_redis: RedisServer
) -> None:
    async with crowd(lobby, seed=1) as (hosts, onlookers):
        for one in onlookers:
            await one.ask()
        # 1. Anything happens, in both processes.
        await asyncio.gather(*(live(host, onlookers) for host in hosts))
        await agree(onlookers)
        assert any(one.client.states["sessions"] for one in onlookers)
        # 2. Redis loses all that it had, in the middle of it.
        lives = asyncio.gather(*(live(host, onlookers) for host in hosts), return_exceptions=True)
        await asyncio.sleep(0.3)
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        await lives
        await agree(onlookers)
        # 3. Who comes back is brought up to date, whatever they missed.
        for one in onlookers:
            await one.client.drop()
        await asyncio.gather(*(live(host, onlookers) for host in hosts))
        for one in onlookers:
            await one.client.open()
            again = [
                {"topic": "sessions", **asked, "known": one.client.known[topic]}
                for asked, topic in zip(QUESTIONS, one.topics, strict=True)
            ]
            await one.client.command("watch", topics=[*again, {"topic": "sessions"}])
        await agree(onlookers)
        assert lobby.here.faults() == lobby.there.faults() == []
