"""Whoever is offline, invisible, unknown or bans the viewer looks the same to them: whatever they
watch and ask, while those people come, go, are renamed, ban and unban."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import profiles
from lobby.domain.permissions import SYSTEM
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import PLAIN
from tests.support.people import Person, new_user
from tests.support.server_thread import Served, serving

NOT_SHOWN = ("offline", "invisible", "banning", "unknown")
KNOWN = NOT_SHOWN[:3]
CHANGING = re.compile(r'"(epoch|re|at|since)": ?("[^"]*"|[0-9.]+)')


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as one:
        yield one


@dataclass
class Scene:
    """`other` is not shown to the viewer, for this reason; a friend is, who marks the time."""

    why: str
    served: Served
    viewer: Person
    watching: Client
    friend: Person
    showing: Client
    other: Person
    theirs: Client | None = None
    told: list[Any] = field(default_factory=list)

    @property
    def topic(self) -> str:
        return f"presence:{self.other.uuid}"

    async def connect(self) -> Client:
        self.theirs = await self.other.connect()
        return self.theirs

    async def begin(self) -> None:
        """Out of the viewer's sight before they look for the first time."""
        if self.why == "invisible":
            await (await self.connect()).command("presence.set", status="invisible")
        elif self.why == "banning":
            await (await self.connect()).command("host.ban", guest=self.viewer.uuid)

    async def live(self) -> None:
        """All that they may do without being shown."""
        if self.theirs is not None:
            for status in ("busy", "away") if self.why == "banning" else ():
                await self.theirs.command("presence.set", status=status)
                await self.mark()
            await self.theirs.close()
            await self.connect()
            await self.theirs.drop()
            await self.connect()
            if self.why == "banning":
                await self.theirs.command("presence.set", status="online")
        await self.mark()

    async def rename(self) -> None:
        if self.why != "unknown":
            added = f"n{uuid.uuid4().hex[:8]}"
            self.served.do(
                profiles.add_nickname(
                    self.served.lobby, SYSTEM, account=self.other.uuid, nickname=added
                )
            )

    async def appear(self) -> None:
        if self.why == "offline":
            await self.connect()
        elif self.why == "invisible" and self.theirs:
            await self.theirs.command("presence.set", status="online")
        elif self.theirs:
            await self.theirs.command("host.unban", guest=self.viewer.uuid)

    async def vanish(self) -> None:
        assert self.theirs
        if self.why == "offline":
            await self.theirs.close()
        elif self.why == "invisible":
            await self.theirs.command("presence.set", status="invisible")
        else:
            await self.theirs.command("host.ban", guest=self.viewer.uuid)

    async def mark(self) -> None:
        """The friend shows something new, and the viewer has seen it: what was before is over."""
        topic, seen = f"presence:{self.friend.uuid}", self.watching.states
        status = "busy" if seen[topic]["status"] != "busy" else "away"
        await self.showing.command("presence.set", status=status)
        await self.watching.until(lambda: seen[topic]["status"] == status)

    async def say(self, type: str, **fields: Any) -> None:
        try:
            self.told.append((type, await self.watching.command(type, **fields)))
        except Refused as no:
            self.told.append((type, no.code, no.message, no.retry_after))

    async def ask(self, path: str) -> None:
        """Once more with the tag of the answer, as a client does."""
        first = await self.viewer.call("GET", path)
        tag = first.headers.get("ETag", "")
        headers = self.viewer.headers | {"If-None-Match": tag}
        async with httpx2.AsyncClient(base_url=self.served.url, **PLAIN) as http:
            again = await http.get(path, headers=headers)
        kept = {k: v for k, v in first.headers.items() if k not in ("date", "x-request-id", "etag")}
        kept["content-length"] = "" if "since" in first.text else kept["content-length"]
        self.told.append((first.status_code, kept, first.json(), again.status_code, again.text))

    def heard(self, topic: str) -> list[Any]:
        return [frame for frame in self.watching.frames if frame.get("topic") == topic]

    def transcript(self, topic: str) -> str:
        """What was told, with a name in place of what differs from person to person."""
        text = json.dumps([self.told, self.heard(topic)], sort_keys=True)
        for id, name in (
            (self.other.uuid, "other"),
            (str(self.other.name), "other's login"),
            (self.friend.uuid, "friend"),
            (str(self.friend.name), "friend's login"),
        ):
            text = text.replace(id, name)
        text = re.sub(r'"n[0-9a-f]{8}"', '"nickname"', text)
        text = re.sub(r'"content-length": "\d*"', '"content-length": ""', text)
        return CHANGING.sub(r'"\1": 0', text)


@asynccontextmanager
async def scene(served: Served, why: str) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        viewer, friend = await new_user(served.url), await new_user(served.url)
        watching = await stack.enter_async_context(await viewer.connect())
        showing = await stack.enter_async_context(await friend.connect())
        other = Person(served.url, str(uuid.uuid4()), "")
        if why != "unknown":
            other = await new_user(served.url)
        made = Scene(why, served, viewer, watching, friend, showing, other)
        await watching.watch(f"presence:{friend.uuid}")
        try:
            await made.begin()
            yield made
        finally:
            if made.theirs is not None:
                await made.theirs.close()


async def everything_about(one: Scene) -> str:
    """The viewer watches and asks for one person, who lives meanwhile."""
    await one.say("watch", topic=one.topic)
    await one.ask(f"/presence/{one.other.uuid}")
    await one.live()
    await one.rename()
    await one.live()
    await one.say("unwatch", topic=one.topic)
    known = one.watching.known[one.topic]
    await one.say("watch", topic=one.topic.upper().replace("PRESENCE", "presence"), known=known)
    await one.ask(f"/presence/{one.other.uuid.upper()}")
    await one.live()
    await one.say("watch", topic=one.topic)
    await one.mark()
    return one.transcript(one.topic)


async def test_whoever_is_not_shown_looks_the_same_whatever_they_do(served: Served) -> None:
    told = {}
    for why in NOT_SHOWN:
        async with scene(served, why) as one:
            told[why] = await everything_about(one)
    assert told["unknown"].count('"state": {}') == 2, told["unknown"]
    assert '"patch"' not in told["unknown"]
    for why in NOT_SHOWN:
        assert told[why] == told["unknown"], why


async def come_and_go(one: Scene) -> str:
    """They are shown twice, and are not again."""
    await one.say("watch", topic=one.topic)
    for shown in (2, 4):
        await one.rename()
        await one.live()
        await one.appear()
        await one.watching.until(lambda: one.watching.states[one.topic].get("status") == "online")
        await one.ask(f"/presence/{one.other.uuid}")
        await one.vanish()
        await one.watching.until(lambda: one.watching.states[one.topic] == {})
        await one.ask(f"/presence/{one.other.uuid}")
        await one.mark()
        assert one.watching.known[one.topic]["version"] == shown
        if one.theirs and one.why == "offline":
            one.theirs = None
    return one.transcript(one.topic)


async def test_who_appears_came_or_unbanned_and_who_vanishes_went_or_banned(
    served: Served,
) -> None:
    told = {}
    for why in KNOWN:
        async with scene(served, why) as one:
            told[why] = await come_and_go(one)
    assert told["invisible"] == told["offline"]
    assert told["banning"] == told["offline"]


async def friends_about(one: Scene) -> str:
    await one.watching.command("host.befriend", friend=one.other.uuid)
    await one.say("watch", topic="friends")
    people = one.watching.states
    await one.ask("/friends/presence")
    await one.live()
    await one.rename()
    await one.watching.until(lambda: "nickname" in people["friends"]["people"][one.other.uuid])
    await one.live()
    await one.ask("/friends/presence")
    await one.appear()
    await one.watching.until(lambda: "status" in people["friends"]["people"][one.other.uuid])
    await one.vanish()
    await one.watching.until(lambda: "status" not in people["friends"]["people"][one.other.uuid])
    await one.ask("/friends/presence")
    await one.mark()
    return one.transcript("friends")


async def test_a_list_of_friends_does_not_tell_who_bans_from_who_is_offline(served: Served) -> None:
    told = {}
    for why in KNOWN:
        async with scene(served, why) as one:
            told[why] = await friends_about(one)
    assert told["invisible"] == told["offline"]
    assert told["banning"] == told["offline"]


async def test_what_is_no_name_of_a_person_is_refused_alike(served: Served) -> None:
    async with scene(served, "unknown") as one:
        someone = str(uuid.uuid4())
        bare = someone.replace("-", "")
        refused = "topic_not_found|malformed"
        for wrong in ("x", someone[:-1], f"{someone}:x", bare, "counts", ""):
            with pytest.raises(Refused, match=refused):
                await one.watching.command("watch", topic=f"presence:{wrong}")
        for wrong in (f"friends:{one.viewer.uuid}", f"friends:{someone}", "friend", "friends:"):
            with pytest.raises(Refused, match=refused):
                await one.watching.command("watch", topic=wrong)
        for wrong in ("x", someone[:-1], "count"):
            said = await one.viewer.call("GET", f"/presence/{wrong}")
            assert said.status_code == 422
            assert "path.uuid" in said.json()["message"]


async def test_who_has_no_identity_is_shown_how_many_alone(served: Served) -> None:
    async with await Client.connect(served.url) as spectator:
        assert (await spectator.watch("presence:count"))["online"] >= 0
        for topic in ("friends", f"presence:{uuid.uuid4()}"):
            with pytest.raises(Refused, match="forbidden"):
                await spectator.command("watch", topic=topic)
