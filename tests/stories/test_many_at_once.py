"""Many people do whatever comes to their minds, all at once, on every process. The rules hold at
every version that anybody saw, and at the end everybody sees what is true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.stories import random_moderation, random_people
from tests.stories.random_people import HOSTS, SEATS, Crowd, Frame, crowd, live
from tests.support.channel_client import Client, merged
from tests.support.deployments import Deployment
from tests.support.services import RedisServer

CONVERGENCE_SECONDS = 30.0
AS_HOST = random_people.AS_HOST + random_moderation.AS_HOST
AS_GUEST = random_people.AS_GUEST + random_moderation.AS_GUEST


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
    assert session["host"] in players


@dataclass(frozen=True)
class Truth:
    """What stands, read anew: the list, each session as outsiders and as insiders see it, whom it
    keeps out, and whom each host has banned."""

    listed: Frame
    outer: dict[str, Frame]
    inner: dict[str, Frame]
    excluded: dict[str, set[str]]
    banned: dict[str, set[str]]

    def listed_for(self, client: Client) -> Frame:
        """Without those that are hidden from whom their leader has banned."""
        return {
            id: session
            for id, session in self.listed.items()
            if client.uuid not in self.banned[session["host"]]
        }

    def seen_by(self, client: Client, topic: str) -> Frame | None:
        """None: it is hidden from them."""
        inner = self.inner[topic]
        if client.uuid in self.banned[inner["host"]]:
            return None
        seated = (seat for seat in inner["seats"].values() if seat["status"] == "taken")
        players = {seat["player"] for seat in seated} | {inner["host"]}
        return inner if client.uuid in players else self.outer[topic]


async def truth(lobby: Deployment, among: Crowd) -> Truth:
    by_uuid = {one.person.uuid: one.person for one in among.people}
    outsider = Client(lobby.here.url)
    outsider.token = among.onlookers[0].token
    await outsider.open()
    listed = among.own(await outsider.watch("sessions"))
    outer, inner, excluded = {}, {}, {}
    for id, session in listed.items():
        outer[f"session:{id}"] = await outsider.watch(f"session:{id}")
        async with await by_uuid[session["host"]].connect(lobby.there.url) as leader:
            inner[f"session:{id}"] = await leader.watch(f"session:{id}")
            told = await leader.command("session.excluded", session=id)
            excluded[f"session:{id}"] = set(told["excluded"])
    await outsider.close()
    return Truth(listed, outer, inner, excluded, await bans(among))


async def bans(among: Crowd) -> dict[str, set[str]]:
    """By host, whom they have banned."""
    found = {}
    for person in (one.person for one in among.people[:HOSTS]):
        host = (await person.call("GET", f"/hosts/{person.uuid}")).json()
        found[person.uuid] = {uuid.lower() for uuid in host["banlist"]}
    return found


def differences(client: Client, among: Crowd, true: Truth) -> list[str]:
    wrong = []
    if among.own(client.states["sessions"]) != true.listed_for(client):
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


def require_rules(true: Truth) -> None:
    hosts = [session["host"] for session in true.listed.values()]
    assert len(hosts) == len(set(hosts))
    for topic, session in true.inner.items():
        seated = {seat.get("player") for seat in session["seats"].values()}
        assert seated.isdisjoint(true.banned[session["host"]] | true.excluded[topic])


async def play(
    lobby: Deployment, seed: int, *, meanwhile: Callable[[], None] | None = None
) -> None:
    async with crowd(lobby, seed) as among:
        living = asyncio.gather(*(live(one, among, AS_HOST, AS_GUEST) for one in among.people))
        while not living.done() and meanwhile:
            meanwhile()
            await asyncio.wait([living], timeout=0.3)
        await living
        await asyncio.gather(*among.watching)
        true = await require_agreement(lobby, among)
        require_rules(true)
        assert among.surprises == []
        assert [violation for client in among.clients for violation in client.violations] == []
        for client in among.clients:
            require_sound_history(client)


@settings(max_examples=2, deadline=None, phases=(Phase.explicit, Phase.generate))
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
