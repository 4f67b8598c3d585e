"""People who do whatever comes to their minds, each by their own dice, and some who look on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.channel_client import Client, Refused
from tests.support.deployments import Deployment
from tests.support.people import Person, new_user

PEOPLE, HOSTS, SEATS = 8, 3, 8
DEEDS = 30
BROKEN = {"internal_error", "malformed", "too_many", "unauthenticated", "forbidden"}
"""Codes that no deed here deserves; whatever else is refused is the game's own luck."""
Frame = dict[str, Any]


@dataclass
class One:
    """Somebody with a socket, and what they remember of their own session."""

    person: Person
    client: Client
    dice: random.Random
    session: str | None = None
    key: str = ""


@dataclass
class Crowd:
    """`sessions`: every one that was ever launched; `codes`, the last that somebody said of each.
    `onlookers` sit nowhere and see everything."""

    people: list[One]
    onlookers: list[Client]
    sessions: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    watching: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def clients(self) -> list[Client]:
        return [one.client for one in self.people] + self.onlookers

    def own(self, listed: Frame) -> Frame:
        """Without the sessions of an earlier crowd, which end in their own time."""
        return {id: session for id, session in listed.items() if id in self.sessions}

    def look_at(self, session: str) -> None:
        """Everybody watches it from now on, as far as they are let."""
        self.sessions.append(session)
        for client in self.clients:
            task = asyncio.create_task(watch(client, f"session:{session}"))
            self.watching.add(task)


async def watch(client: Client, topic: str) -> None:
    """Until it is there, or there is nothing for this one to see."""
    for _ in range(40):
        try:
            await client.command("watch", **client._have(topic, None))
            return
        except Refused as refused:
            if refused.code != "unavailable":
                return
            await asyncio.sleep(refused.retry_after or 0.1)


@asynccontextmanager
async def crowd(lobby: Deployment, seed: int) -> AsyncIterator[Crowd]:
    urls = [lobby.here.url, lobby.there.url]
    persons = await asyncio.gather(*(new_user(urls[n % 2]) for n in range(PEOPLE + 2)))
    async with AsyncExitStack() as open_ones:
        clients = []
        for n, person in enumerate(persons):
            client = await open_ones.enter_async_context(await person.connect(urls[n % 2]))
            await client.watch("inbox")
            await client.watch("sessions")
            clients.append(client)
        pairs = zip(persons[:PEOPLE], clients[:PEOPLE], strict=True)
        people = [
            One(person, client, random.Random(seed * PEOPLE + n))
            for n, (person, client) in enumerate(pairs)
        ]
        yield Crowd(people, clients[PEOPLE:])


# Deeds: each takes one, and the crowd it is among


async def launch(one: One, among: Crowd) -> None:
    if one not in among.people[:HOSTS]:
        return
    result = await one.client.command("session.launch", name=f"n{one.dice.randrange(99)}")
    one.session, one.key = result["session"]["id"], result["source_of_truth_key"]
    among.look_at(one.session)


async def close(one: One, among: Crowd) -> None:
    if one.dice.random() < 0.3:
        await one.client.command("session.close", session=own(one))


async def kick(one: One, among: Crowd) -> None:
    await one.client.command("session.kick", session=own(one), guest=other(one, among))


async def ban(one: One, among: Crowd) -> None:
    await one.client.command("host.ban", guest=other(one, among))


async def unban(one: One, among: Crowd) -> None:
    await one.client.command("host.unban", guest=other(one, among))


async def invite(one: One, among: Crowd) -> None:
    await one.client.command("session.invite", session=own(one), guest=other(one, among))


async def update(one: One, among: Crowd) -> None:
    attributes = {"map": one.dice.randrange(9), "deep": {"on": one.dice.random() < 0.5}}
    await one.client.command("session.update", session=own(one), attributes=attributes)


async def push(one: One, among: Crowd) -> None:
    state = {f"k{one.dice.randrange(4)}": {"n": one.dice.randrange(9)} for _ in range(2)}
    await one.client.command(
        "session.push", session=own(one), source_of_truth_key=one.key or "none", state=state
    )


async def join(one: One, among: Crowd) -> None:
    await one.client.command("session.join", session=some(one, among))


async def join_host(one: One, among: Crowd) -> None:
    host = one.dice.choice(among.people[:HOSTS]).person.uuid
    await one.client.command("session.join", host=host)


async def leave(one: One, among: Crowd) -> None:
    session = some(one, among)
    if session != one.session:
        await one.client.command("session.leave", session=session)


async def reserve(one: One, among: Crowd) -> None:
    await slot(one, among, "reserve")


async def release(one: One, among: Crowd) -> None:
    if one not in among.people[:HOSTS]:
        await slot(one, among, "release")


async def slot(one: One, among: Crowd, what: str) -> None:
    id = int(some(one, among)) + 1 + one.dice.randrange(SEATS)
    answer = await one.person.call("POST", f"/slots/{id}/{what}")
    if answer.status_code not in (200, 403, 404, 409, 503):
        among.surprises.append(f"{what}: {answer.status_code} {answer.text}")


Deed = Callable[[One, Crowd], Awaitable[None]]
AS_HOST: list[Deed] = [launch, launch, close, kick, ban, unban, unban, invite, update, push, push]
AS_GUEST: list[Deed] = [join, join, join_host, join_host, leave, reserve, reserve, release]
EXPECTED = {
    ("invite", "too_many"),  # again, where the invitation was just taken back
    ("join_by_code", "too_many"),  # tries of codes that are dead
    ("join_with_password", "too_many"),  # passwords that are hashed for one address
    ("lock", "too_many"),
    *((deed, "forbidden") for deed in ("move_another", "kick_by_permit", "code")),
}
"""Refusals that these deeds deserve, by their names."""


def own(one: One) -> str:
    return one.session or "1024"


def other(one: One, among: Crowd) -> str:
    return one.dice.choice([o for o in among.people if o is not one]).person.uuid


def some(one: One, among: Crowd) -> str:
    return one.dice.choice(among.sessions[-HOSTS:] or ["1024"])


async def live(one: One, among: Crowd, as_host: list[Deed], as_guest: list[Deed]) -> None:
    if one in among.people[:HOSTS]:
        await one.client.command("host.set", only_friends=False)
    for _ in range(DEEDS):
        leads = one in among.people[:HOSTS] and one.dice.random() < 0.6
        deed: Deed = one.dice.choice(as_host if leads else as_guest)
        try:
            await deed(one, among)
        except Refused as refused:
            if refused.code in BROKEN and (deed.__name__, refused.code) not in EXPECTED:
                among.surprises.append(f"{deed.__name__}: {refused}")
            elif refused.code == "unavailable":
                await asyncio.sleep(refused.retry_after or 0.1)
