"""Lists of people show nobody who is offline, invisible, unknown or bans the viewer, and do not
tell one from another: whatever the viewer watches and asks, on one process or another."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from tests.support.channel_client import Client
from tests.support.deployments import Deployment, two_processes
from tests.support.people import Person, call, new_user
from tests.support.server_thread import serving

NOT_SHOWN = ("offline", "invisible", "banning", "unknown")
KNOWN = NOT_SHOWN[:3]
CHANGING = re.compile(r'"(epoch|since|at|version)": ?("[^"]*"|[0-9.]+)')


@dataclass
class Urls:
    here: str
    there: str


@pytest.fixture(scope="module", params=["memory", "redis"])
def urls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Urls]:
    """One process over memory; or two, of which the viewer is on one, and all others on the
    other."""
    if request.param == "memory":
        with serving(grace_seconds=1) as served:
            yield Urls(served.url, served.url)
        return
    pairs: Iterator[Deployment] = two_processes(request, tmp_path_factory)
    for pair in pairs:
        yield Urls(pair.here.url, pair.there.url)


@dataclass
class Scene:
    """`other` is not shown to the viewer, for this reason; a friend is, who marks the time. The
    questions are about these three."""

    why: str
    tag: str
    viewer: Person
    watching: Client
    friend: Person
    showing: Client
    other: Person
    topics: dict[str, str] = field(default_factory=dict)
    theirs: Client | None = None
    told: list[Any] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> str:
        """As the sample of players names the other."""
        return f'"login":"{self.other.name}"'

    async def begin(self) -> None:
        if self.why in ("invisible", "banning"):
            self.theirs = await self.other.connect()
        if self.why == "invisible":
            await self.set("invisible")
        elif self.why == "banning":
            await self.ban("host.ban")

    async def set(self, status: str) -> None:
        assert self.theirs
        await self.theirs.command("presence.set", status=status)

    async def ban(self, command: str) -> None:
        assert self.theirs
        await self.theirs.command(command, guest=self.viewer.uuid)

    async def live(self) -> None:
        """All that they may do without being shown."""
        if self.theirs is not None:
            if self.why == "banning":
                await self.set("busy")
                await self.set("online")
            await self.theirs.drop()
            self.theirs = await self.other.connect()
        await self.mark()

    async def appear(self) -> None:
        if self.why == "offline":
            self.theirs = await self.other.connect()
        elif self.why == "invisible":
            await self.set("online")
        else:
            await self.ban("host.unban")
        for name in self.topics:
            await self.watching.until(partial(self.shows, name))

    async def vanish(self) -> None:
        assert self.theirs
        if self.why == "offline":
            await self.theirs.close()
            self.theirs = None
        elif self.why == "invisible":
            await self.set("invisible")
        else:
            await self.ban("host.ban")
        for name in self.topics:
            await self.watching.until(partial(self.hides, name))

    def people(self, name: str) -> dict[str, Any]:
        state = self.watching.states[self.topics[name]]
        found: dict[str, Any] = state if name == "presence" else state["people"]
        return found

    def shows(self, name: str) -> bool:
        return self.other.uuid in self.people(name)

    def hides(self, name: str) -> bool:
        return not self.shows(name)

    def marks(self, name: str, status: str) -> bool:
        return bool(self.people(name)[self.friend.uuid]["status"] == status)

    async def mark(self) -> None:
        """The friend shows something new in each list: what was told before is over."""
        before = self.people("presence")[self.friend.uuid]["status"]
        status = "busy" if before != "busy" else "away"
        await self.showing.command("presence.set", status=status)
        for name in ("presence", "named"):
            await self.watching.until(partial(self.marks, name, status))

    async def watch(self, name: str, *, again: bool = False, **asked: Any) -> None:
        if again:
            asked["known"] = self.watching.known[self.topics[name]]
        said = await self.watching.command("watch", **asked)
        self.topics[name] = said["topic"]
        await self.watching.until(lambda: self.topics[name] in self.watching.states)

    async def watch_all(self, *, again: bool = False) -> None:
        await self.watch("presence", again=again, topic="presence")
        named = {"topic": "people", "filter": {"name": self.tag}}
        await self.watch("named", again=again, **named)
        alone = {"topic": "people", "filter": {"name": f"{self.tag}o"}, "limit": 1}
        await self.watch("alone", again=again, **alone)

    async def ask(self) -> None:
        """Over HTTP: as many as there are doors that name people."""
        paths = ["/server", "/server/players", "/server/players/sample"]
        if self.why != "unknown":
            paths += [f"/users/{self.other.name}{part}" for part in ("", "/online", "/is-online")]
        for path in paths:
            said = await call(self.viewer.url, "GET", f"/api{path}", headers=self.headers)
            assert said.status_code == 200, said.text
            word = self.names if "/server" in path else '"isOnline":true'
            shown = word in said.text
            self.told.append((path.replace(self.tag, ""), shown))
        said = await self.viewer.call("GET", f"/presence/{self.other.uuid}")
        self.told.append(("one", said.status_code, said.json()))

    def transcript(self) -> dict[str, Any]:
        """What was told of the one who is not shown, and what might tell of them: all frames of a
        list but those that are of the friend alone."""
        told: dict[str, Any] = {"http": self._named(self.told)}
        for name, topic in self.topics.items():
            frames = [one for one in self.watching.frames if one.get("topic") == topic]
            _count_on(frames)
            seen = [self._without_others(name, one) for one in frames]
            told[name] = self._named([one for one in seen if not self._of_others(name, one)])
        return told

    def _without_others(self, name: str, frame: dict[str, Any]) -> dict[str, Any]:
        """Of what changes, whether the other comes or goes, and how many there are: what else is
        told with it, or later, depends on the moment."""
        kind = frame["type"]
        if kind == "unchanged" or (kind == "state" and name != "presence"):
            return frame
        told = frame[kind]
        people = told if name == "presence" else told.get("people", {})
        other = people.get(self.other.uuid, {})
        content: dict[str, Any] = (
            {} if name == "presence" or "total" not in told else {"total": told["total"]}
        )
        if other is None or "since" in other:
            content["other"] = other is not None
        return frame | {kind: content}

    def _of_others(self, name: str, frame: dict[str, Any]) -> bool:
        """Whether it tells of others alone, or only that nothing is told of them."""
        if frame["type"] == "patch":
            return not frame["patch"]
        return name == "presence" and frame["type"] == "unchanged"

    def _named(self, said: Any) -> str:
        found = re.sub(r'"topic": "people:\w+"', '"topic": "people"', json.dumps(said))
        for id, name in (
            (self.other.uuid, "other"),
            (self.friend.uuid, "friend"),
            (self.viewer.uuid, "viewer"),
            (self.tag, "tag"),
        ):
            found = found.replace(id, name)
        found = re.sub(r'"status": "(busy|away)"', '"status": 0', found)
        return json.dumps(json.loads(CHANGING.sub(r'"\1": 0', found)), sort_keys=True)


def _count_on(frames: list[dict[str, Any]]) -> None:
    """What is hidden leaves no gap in the numbers."""
    version = None
    for one in frames:
        if one["type"] == "patch":
            assert (one["since"], one["version"]) == (version, one["since"] + 1)
        version = one["version"]


@asynccontextmanager
async def scene(urls: Urls, why: str) -> AsyncIterator[Scene]:
    tag = f"t{uuid.uuid4().hex[:8]}"
    async with AsyncExitStack() as stack:
        viewer, friend = await new_user(urls.here, f"{tag}v"), await new_user(urls.there, f"{tag}f")
        watching = await stack.enter_async_context(await viewer.connect())
        showing = await stack.enter_async_context(await friend.connect())
        other = Person(urls.there, str(uuid.uuid4()), "")
        if why != "unknown":
            other = await new_user(urls.there, f"{tag}o")
        made = Scene(why, tag, viewer, watching, friend, showing, other)
        try:
            await made.begin()
            made.headers = await viewer.at_server_status()
            await watching.watch("presence")
            await watching.until(lambda: friend.uuid in watching.states["presence"])
            await watching.until(lambda: other.uuid not in watching.states["presence"])
            await watching.command("unwatch", topic="presence")
            watching.frames.clear()
            yield made
        finally:
            if made.theirs is not None:
                await made.theirs.close()


async def out_of_sight(one: Scene) -> dict[str, Any]:
    await one.watch_all()
    await one.ask()
    await one.live()
    await one.ask()
    for topic in one.topics.values():
        await one.watching.command("unwatch", topic=topic)
    await one.watch_all(again=True)
    await one.live()
    return one.transcript()


async def test_who_is_not_shown_leaves_no_trace_in_any_list(urls: Urls) -> None:
    told = {}
    for why in NOT_SHOWN:
        async with scene(urls, why) as one:
            told[why] = await out_of_sight(one)
            assert one.watching.violations == []
    asked = told["unknown"].pop("http")
    assert asked.count("true") == 0
    for why in KNOWN:
        assert told[why].pop("http").count("true") == 0
        assert told[why] == told["unknown"], why


async def come_and_go(one: Scene) -> dict[str, Any]:
    await one.watch_all()
    for _ in range(2):
        await one.live()
        await one.appear()
        await one.ask()
        await one.vanish()
        await one.ask()
        await one.mark()
    return one.transcript()


async def test_who_appears_came_or_unbanned_and_who_vanishes_went_or_banned(urls: Urls) -> None:
    told = {}
    for why in KNOWN:
        async with scene(urls, why) as one:
            told[why] = await come_and_go(one)
    for name, frames in told["offline"].items():
        assert told["invisible"][name] == frames, name
        assert told["banning"][name] == frames, name


async def test_a_list_for_nobody_in_particular_hides_nobody(urls: Urls) -> None:
    async with scene(urls, "banning") as one, await Client.connect(urls.here) as spectator:
        await spectator.watch("presence")
        await spectator.until(lambda: one.other.uuid in spectator.states["presence"])
