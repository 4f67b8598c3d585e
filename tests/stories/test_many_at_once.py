"""Many people do whatever comes to their minds, all at once, on every process. The rules hold at
every version that anybody saw, and at the end everybody sees what is true."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.client import Client, Refused, merged
from tests.people import Person, new_user
from tests.services import RedisServer
from tests.stories.conftest import Deployment

PEOPLE, HOSTS, SEATS = 8, 3, 8
DEEDS = 30
CONVERGENCE_SECONDS = 12.0
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
    """`sessions`: every one that was ever launched. `onlookers` sit nowhere and see everything."""

    people: list[One]
    onlookers: list[Client]
    sessions: list[str] = field(default_factory=list)
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


def own(one: One) -> str:
    return one.session or "1024"


def other(one: One, among: Crowd) -> str:
    return one.dice.choice([o for o in among.people if o is not one]).person.uuid


def some(one: One, among: Crowd) -> str:
    return one.dice.choice(among.sessions[-HOSTS:] or ["1024"])


async def live(one: One, among: Crowd) -> None:
    if one in among.people[:HOSTS]:
        await one.client.command("host.set", only_friends=False)
    for _ in range(DEEDS):
        leads = one in among.people[:HOSTS] and one.dice.random() < 0.6
        deed: Deed = one.dice.choice(AS_HOST if leads else AS_GUEST)
        try:
            await deed(one, among)
        except Refused as refused:
            if refused.code in BROKEN:
                among.surprises.append(f"{deed.__name__}: {refused}")
            elif refused.code == "unavailable":
                await asyncio.sleep(refused.retry_after or 0.1)


# What must hold


def require_sound_history(client: Client) -> None:
    """Every version of every session that this client was shown, one after another."""
    states: dict[str, Frame] = {}
    versions: dict[tuple[str, str], int] = {}
    epochs: dict[str, str] = {}
    for frame in client.frames:
        topic = frame.get("topic", "")
        if not topic.startswith("session:") or frame["type"] not in ("state", "patch"):
            continue
        epoch = epochs[topic] = frame.get("epoch") or epochs[topic]
        before = versions.get((topic, epoch), -1)
        if frame["type"] == "state":
            assert frame["version"] >= before
            states[topic] = frame["state"]
        elif frame["since"] == before:
            assert frame["version"] > before
            states[topic] = merged(frame["patch"], states[topic])
        else:
            continue
        versions[topic, epoch] = frame["version"]
        require_sound(states[topic])


def require_sound(session: Frame) -> None:
    seats = session["seats"].values()
    players = [seat["player"] for seat in seats if seat.get("player")]
    assert len(seats) == SEATS
    assert len(players) == len(set(players))
    assert session["seats"]["0"]["player"] == session["host"]


@dataclass(frozen=True)
class Truth:
    """What stands, read anew: the list, and each session as outsiders and as insiders see it."""

    listed: Frame
    outer: dict[str, Frame]
    inner: dict[str, Frame]

    def seen_by(self, client: Client, topic: str) -> Frame:
        inner = self.inner[topic]
        players = {seat.get("player") for seat in inner["seats"].values()} | {inner["host"]}
        return inner if client.uuid in players else self.outer[topic]


async def truth(lobby: Deployment, among: Crowd) -> Truth:
    by_uuid = {one.person.uuid: one.person for one in among.people}
    outsider = Client(lobby.here.url)
    outsider.token = among.onlookers[0].token
    await outsider.open()
    listed = among.own(await outsider.watch("sessions"))
    outer, inner = {}, {}
    for id, session in listed.items():
        outer[f"session:{id}"] = await outsider.watch(f"session:{id}")
        async with await by_uuid[session["host"]].connect(lobby.there.url) as leader:
            inner[f"session:{id}"] = await leader.watch(f"session:{id}")
    await outsider.close()
    return Truth(listed, outer, inner)


def differences(client: Client, among: Crowd, true: Truth) -> list[str]:
    wrong = []
    if among.own(client.states["sessions"]) != true.listed:
        wrong.append("the list")
    for topic in (topic for topic in client.states if topic.startswith("session:")):
        if topic not in true.outer:
            wrong.append(f"{topic} is over")
        elif client.states[topic] != true.seen_by(client, topic):
            wrong.append(f"{topic} is different")
    return wrong


async def require_agreement(lobby: Deployment, among: Crowd) -> Truth:
    """Everybody sees what stands; the onlookers see all of it."""
    wrong = ["not looked yet"]
    with suppress(TimeoutError):
        async with asyncio.timeout(CONVERGENCE_SECONDS):
            while wrong:
                true = await truth(lobby, among)
                wrong = [w for client in among.clients for w in differences(client, among, true)]
                await asyncio.sleep(0.05 if wrong else 0)
    assert wrong == []
    for client in among.onlookers:
        assert {topic for topic in client.states if topic.startswith("session:")} == set(true.outer)
    return true


async def require_rules(among: Crowd, true: Truth) -> None:
    hosts = [session["host"] for session in true.listed.values()]
    assert len(hosts) == len(set(hosts))
    for one in among.people[:HOSTS]:
        host = (await one.person.call("GET", f"/hosts/{one.person.uuid}")).json()
        banned = {uuid.lower() for uuid in host["banlist"]}
        for session in true.inner.values():
            if session["host"] == one.person.uuid:
                assert banned.isdisjoint(seat.get("player") for seat in session["seats"].values())


async def play(
    lobby: Deployment, seed: int, *, meanwhile: Callable[[], None] | None = None
) -> None:
    async with crowd(lobby, seed) as among:
        living = asyncio.gather(*(live(one, among) for one in among.people))
        while not living.done() and meanwhile:
            meanwhile()
            await asyncio.wait([living], timeout=0.3)
        await living
        await asyncio.gather(*among.watching)
        true = await require_agreement(lobby, among)
        await require_rules(among, true)
        assert among.surprises == []
        assert [violation for client in among.clients for violation in client.violations] == []
        for client in among.clients:
            require_sound_history(client)


@settings(max_examples=3, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32))
def test_whatever_people_do_the_rules_hold_and_everybody_agrees(
    lobby: Deployment, seed: int
) -> None:
    asyncio.run(play(lobby, seed))


def test_a_bus_that_is_cut_again_and_again_leaves_nobody_wrong(
    pair: Deployment, redis_server: RedisServer
) -> None:
    cuts: list[bytes] = []

    def cut() -> None:
        cuts.append(redis_server.ask("CLIENT", "KILL", "TYPE", "pubsub"))

    asyncio.run(play(pair, 20_261_121, meanwhile=cut))
    assert any(cut != b":0\r\n" for cut in cuts)
