"""People on the channel: they do whatever comes to their minds, note it, and come back."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from tests.chaos.history import Frame, History
from tests.chaos.noted import Noted
from tests.stories import random_moderation, random_people
from tests.stories.random_people import Deed, One, own, some
from tests.support.channel_client import JOURNALS, Refused, channel_url
from tests.support.people import Person

LOST = (OSError, TimeoutError, WebSocketException)
OPEN_SECONDS = 2.0
UNDESERVED = {"internal_error", "malformed", "too_many", "id_reused"}
WATCH_AGAIN = "watch_again"
"""How a topic ends that could not be read: its client watches it anew."""
FOR_NOW = {"unavailable", "too_many"}
"""A topic that is refused so is asked for again."""


@dataclass
class Channel(One):
    """Somebody who wants to be connected, at whichever of these addresses.

    `lazy` ones stay away for longer than anybody is waited for, from time to time. `shut`: the
    addresses of processes that nobody else hears of at the moment. `differs`: topics of which they
    held something else than a fresh connection was told, when that was compared last.
    """

    history: History = field(default_factory=History)
    addresses: list[str] = field(default_factory=list)
    at: str = ""
    lazy: bool = False
    shut: set[str] = field(default_factory=set)
    connected: bool = False
    topics: set[str] = field(default_factory=lambda: {"presence", "sessions", "inbox"})
    watched: set[str] = field(default_factory=set)
    unwatched: set[str] = field(default_factory=set)
    differs: set[str] = field(default_factory=set)
    failures: int = 0

    @property
    def noted(self) -> Noted:
        assert isinstance(self.client, Noted)
        return self.client

    @property
    def uuid(self) -> str:
        return self.person.uuid

    async def stay(self, among: Chaos) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.arrive()
                await self.do_something(among)
            except LOST:
                self.note_try()
                await self.leave()
                self.failures += 1
                await asyncio.sleep(self.dice.uniform(0, min(2, 0.5 * 2**self.failures)))

    async def arrive(self) -> None:
        if self.connected:
            return
        self.at = self.dice.choice(self.addresses)
        self.client.url = channel_url(self.at)
        self.noted.said_hello = False
        try:
            await self.client.open(open_timeout=OPEN_SECONDS * self.history.patience)
        except Refused as refused:
            self.noted.said_hello = False
            raise ConnectionError(refused.code) from refused
        self.connected, self.failures = True, 0
        self.watched.clear()
        if self.at not in self.shut:
            self.history.add("served", self.uuid)
        self.history.add("back", self.uuid)

    def note_try(self) -> None:
        """That they said hello and were not answered in time: the process may have heard it, and
        has shown them since."""
        if not self.connected and self.noted.said_hello:
            self.noted.said_hello = False
            self.history.add("tried", self.uuid)

    def gone(self, *, wanted: bool = False) -> None:
        """Noted when the connection ends, not when the next deed finds that it has."""
        if self.connected:
            self.connected = self.noted.said_hello = False
            self.history.add("away", self.uuid)
            if not wanted:
                self.history.add("lost", self.uuid)

    async def leave(self, *, wanted: bool = False) -> None:
        """Without a goodbye, if there is still somebody to say it to."""
        self.gone(wanted=wanted)
        if hasattr(self.client, "socket"):
            await self.client.drop()

    @property
    def settled(self) -> bool:
        return self.connected and not self.unwatched

    @property
    def documents(self) -> set[str]:
        return {topic for topic in self.watched if topic.partition(":")[0] not in JOURNALS}

    async def do_something(self, among: Chaos) -> None:
        await self.watch_all(among)
        if among.over or among.hushed:
            await asyncio.sleep(0.05)
            if self.client.closed is not None:
                raise ConnectionError(self.client.reason)
            return
        deed = self.dice.choice(
            AS_HOST if self in among.people[: random_people.HOSTS] else AS_GUEST
        )
        try:
            await deed(self, among)
        except Refused as refused:
            if (deed.__name__, refused.code) not in random_people.EXPECTED:
                if refused.code in UNDESERVED:
                    among.surprises.append(f"{deed.__name__}: {refused}")
                await asyncio.sleep(refused.retry_after or 0)
        await asyncio.sleep(self.dice.uniform(0, among.pause))
        if self.client.closed is not None:
            raise ConnectionError(self.client.reason)

    async def watch_all(self, among: Chaos) -> None:
        wanted = self.topics | {f"session:{id}" for id in among.sessions[-random_people.HOSTS :]}
        ended, shown = self.client.ended, self.client.states.get("sessions", {})
        # Whoever hid it from them has banned them no more.
        shown_again = {topic for topic in ended if topic.removeprefix("session:") in shown}
        wanted |= shown_again
        self.watched -= shown_again | {t for t, code in ended.items() if code == WATCH_AGAIN}
        self.unwatched = wanted - self.watched
        if self.unwatched:
            await self.watch_each(sorted(self.unwatched))

    async def watch_each(self, topics: list[str]) -> None:
        for topic in topics:
            self.client.ended.pop(topic, None)
            try:
                await self.client.command("watch", **self.wish(topic))
            except Refused as refused:
                await self.note_watched(topic, refused.code)
            else:
                await self.note_watched(topic)

    def wish(self, topic: str) -> Frame:
        """The fields of `watch`, with what they have of the topic."""
        return self.client._have(topic, None)

    async def note_watched(self, topic: str, code: str = "") -> None:
        """`code`: of the refusal."""
        if code in FOR_NOW:
            return
        if code:
            self.client.ended[topic] = code  # hidden from them, perhaps for a time
            if topic in self.client.states:  # it ended while they were away
                await self.client._take({"type": "ended", "topic": topic, "code": code})
        self.watched.add(topic)
        self.unwatched.discard(topic)


@dataclass
class Chaos(random_people.Crowd):
    """`strangers` never connect: friends to be made. `pause`: the longest between two deeds. Once
    it is `over`, and while it is `hushed`, people only watch."""

    strangers: list[str] = field(default_factory=list)
    pause: float = 0.2
    over: bool = False
    hushed: bool = False

    def look_at(self, session: str) -> None:
        self.sessions.append(session)


# Deeds beside those of `random_people`


async def launch(one: One, among: random_people.Crowd) -> None:
    id = uuid.uuid4().hex
    await one.client.command("host.set", only_friends=False, allow_nonames=True)
    result = await one.client.command("session.launch", id, name=id)
    one.session, one.key = result["session"]["id"], result["source_of_truth_key"]
    among.look_at(one.session)
    _listen(one, one.session)


async def join(one: One, among: random_people.Crowd) -> None:
    session = some(one, among)
    await one.client.command("session.join", session=session)
    _listen(one, session)


async def say(one: One, among: random_people.Crowd) -> None:
    id = uuid.uuid4().hex
    session = own(one) if one.session else some(one, among)
    await one.client.command("session.say", id, session=session, text=id)


async def befriend(one: One, among: random_people.Crowd) -> None:
    assert isinstance(among, Chaos)
    await one.client.command("host.befriend", friend=one.dice.choice(among.strangers))


async def rest(one: One, among: random_people.Crowd) -> None:
    assert isinstance(one, Channel)
    assert isinstance(among, Chaos)
    if one.lazy and one.dice.random() < 0.2:
        await one.leave(wanted=True)
        await wait(lambda: among.over, one.dice.uniform(10, 14))
        await one.arrive()


async def wait(over: Callable[[], bool], seconds: float) -> None:
    """Until it is over, and no longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not over():
                await asyncio.sleep(0.05)


def _listen(one: One, session: str) -> None:
    assert isinstance(one, Channel)
    one.topics = {topic for topic in one.topics if not topic.startswith("chat:")}
    one.topics.add(f"chat:{session}")
    one.watched.discard(f"chat:{session}")


AS_HOST: list[Deed] = [
    launch,
    say,
    say,
    befriend,
    random_people.kick,
    random_people.invite,
    random_people.update,
    random_people.push,
    random_people.unban,
    random_people.unban,
    *random_moderation.AS_HOST,
]
AS_GUEST: list[Deed] = [
    *(join, join, join, say, say, say, befriend, random_people.leave, rest),
    *random_moderation.AS_GUEST,
]


def someone(
    person: Person,
    dice: random.Random,
    history: History,
    *,
    addresses: list[str],
    shut: set[str],
    kind: type[Channel] = Channel,
) -> Channel:
    client = Noted("")
    client.history, client.name, client.token = history, person.uuid, person.token
    made = kind(person, client, dice, history=history, addresses=addresses, shut=shut)
    client.lost = made.gone
    return made
