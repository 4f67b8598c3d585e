"""Two views of one document: nobody outside ever receives a byte of the inner one."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.hub import Known
from protocol.events import SignalSent
from tests.support.hub import Frame, HubWorld, Recorder, hub_world
from tests.support.waiting import until

TOPIC = "session:1"


def views(version: int) -> tuple[Frame, Frame]:
    """What everybody sees, and what insiders see. Not every version shows in both."""
    outer = {"n": version // 2}
    return outer, {**outer, "secret": f"secret-{version}"}


async def test_who_comes_in_or_goes_out_gets_the_whole_of_the_other_view(world: HubWorld) -> None:
    world.put(TOPIC, 2, *views(2), {"ann"})
    ann, bob = await world.watch(TOPIC, "ann"), await world.watch(TOPIC, "bob")
    assert (ann.states[TOPIC], bob.states[TOPIC]) == (views(2)[1], views(2)[0])
    world.change(TOPIC, 3, *views(3), {"bob"})
    await until(lambda: bob.states[TOPIC] == views(3)[1] and ann.states[TOPIC] == views(3)[0])
    assert (ann.types, bob.types) == (["state", "state"], ["state", "state"])
    assert all(b"secret" not in raw for raw in (*ann.raw[1:], *bob.raw[:1]))


async def test_who_moved_while_away_is_not_patched_from_the_other_view(world: HubWorld) -> None:
    world.put(TOPIC, 2, *views(2), {"ann"})
    ann, bob = await world.watch(TOPIC, "ann"), await world.watch(TOPIC, "bob")
    known = {"ann": ann.known[TOPIC], "bob": bob.known[TOPIC]}
    stayed = await world.watch(TOPIC, "host")
    for gone in (ann, bob):
        world.hub.leave(gone)
    world.change(TOPIC, 4, *views(4), {"bob"})
    await until(lambda: stayed.known[TOPIC].version == 4)
    for who, seen in (("ann", views(4)[0]), ("bob", views(4)[1])):
        back = await world.watch(TOPIC, who, known=known[who])
        assert back.types == ["state"]
        assert back.states[TOPIC] == seen


@pytest.mark.parametrize("version", [2, 3])
async def test_the_same_version_of_the_other_view_is_not_unchanged(
    world: HubWorld, version: int
) -> None:
    world.put(TOPIC, version, *views(version), {"ann"})
    outside = await world.watch(TOPIC, "bob")
    inside = await world.watch(TOPIC, "ann", known=outside.known[TOPIC])
    assert inside.types == ["state"]


async def test_signals_reach_insiders_alone(world: HubWorld) -> None:
    world.put(TOPIC, 2, *views(2), {"ann", "bob"})
    ann, bob, eve = [await world.watch(TOPIC, who) for who in ("ann", "bob", "eve")]
    world.tell(TOPIC, SignalSent(author="ann", to=None, body={"secret": 1}))
    world.tell(TOPIC, SignalSent(author="ann", to="bob", body={"secret": 2}))
    world.tell(TOPIC, SignalSent(author="ann", to="eve", body={"secret": 3}))
    await until(lambda: len(bob.raw) == 3)
    await world.heard()
    assert [f["body"]["secret"] for f in bob.frames[1:]] == [1, 2]
    assert [f["body"]["secret"] for f in ann.frames[1:]] == [1]
    assert eve.types == ["state"]


async def test_a_signal_comes_after_the_change_told_before_it(world: HubWorld) -> None:
    world.put(TOPIC, 2, *views(2), {"ann", "bob"})
    ann, bob = await world.watch(TOPIC, "ann"), await world.watch(TOPIC, "bob")
    world.change(TOPIC, 3, *views(3), {"ann", "bob"})
    world.change(TOPIC, 4, *views(4), {"ann"})
    world.tell(TOPIC, SignalSent(author="ann", to=None, body={"secret": 1}))
    await until(lambda: "signal" in ann.types)
    assert ann.states[TOPIC] == views(4)[1]
    assert bob.states[TOPIC] == views(4)[0]
    assert "signal" not in bob.types


PEOPLE = ("ann", "bob", "eve")
INSIDERS = st.sets(st.sampled_from(PEOPLE))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), INSIDERS),
        st.tuples(st.just("late"), INSIDERS),
        st.tuples(st.just("lost"), INSIDERS),
        st.tuples(
            st.sampled_from(["come", "drop", "again", "behind", "caught up"]),
            st.sampled_from(PEOPLE),
        ),
        st.tuples(st.just("settle"), st.none()),
    ),
    max_size=25,
)


class Story:
    """`inside`: who may see the inner view, in the hub's eyes and, while it hears, before."""

    def __init__(self, world: HubWorld) -> None:
        self.stage = world
        self.version = 2
        self.insiders: set[str] = set()
        self.inside: set[str] = set()
        self.here: dict[str, Recorder] = {}
        self.kept: dict[str, tuple[Known, Frame]] = {}
        self.leaks: list[tuple[str, Frame]] = []
        world.put(TOPIC, 2, *views(2))

    async def take(self, step: str, what: str | set[str] | None) -> None:
        if isinstance(what, set):
            await self._change(step, what)
        elif what is None:
            await self.settle()
        elif step == "come" and what not in self.here:
            await self._come(what)
        elif watcher := self.here.get(what or ""):
            await self._do(step, watcher)

    async def _change(self, step: str, insiders: set[str]) -> None:
        self.version += 1
        self.stage.put(TOPIC, self.version, *views(self.version), insiders)
        self.inside |= insiders
        if step == "change":
            self.stage.retell(TOPIC)
        elif step == "late":
            self._tell_late(insiders)
        else:
            self.stage.miss(TOPIC)
        await self.stage.drained()
        while self.stage.hub._resyncs:
            await asyncio.sleep(0)
        if TOPIC in self.stage.hub._topics:
            self.inside = set(insiders)

    def _tell_late(self, insiders: set[str]) -> None:
        """The newest first, then an older one that would let everybody in."""
        self.stage.retell(TOPIC)
        look = self.stage.source.snapshots[TOPIC]
        self.stage.change(TOPIC, self.version - 1, *views(self.version - 1), set(PEOPLE))
        self.stage.source.snapshots[TOPIC] = look

    async def _come(self, who: str) -> None:
        watcher = Recorder(who)
        watcher.write = lambda raw: self._written(watcher, raw)
        known = None
        if who in self.kept:
            known, state = self.kept[who]
            watcher.known[TOPIC], watcher.states[TOPIC] = known, state
        self.here[who] = watcher
        await self.stage.watch(TOPIC, watcher, known=known)

    def _written(self, watcher: Recorder, raw: bytes) -> None:
        if b"secret" in raw and watcher.identity not in self.inside:
            self.leaks.append((watcher.identity, json.loads(raw[raw.index(b"{") :])))
        Recorder._write(watcher, raw)

    async def _do(self, step: str, watcher: Recorder) -> None:
        match step:
            case "drop":
                self.stage.hub.leave(watcher)
                self.kept[watcher.identity] = watcher.known[TOPIC], watcher.states[TOPIC]
                del self.here[watcher.identity]
            case "again":
                await self.stage.watch(TOPIC, watcher, known=watcher.known[TOPIC])
            case "behind":
                watcher.behind = True
            case "caught up" if watcher.behind:
                watcher.behind = False
                self.stage.hub.caught_up(watcher)

    async def settle(self) -> None:
        for watcher in self.here.values():
            await self._do("caught up", watcher)
        look = self.stage.source.snapshots[TOPIC]
        await until(
            lambda: all(
                watcher.states[TOPIC] == (look.inner if who in look.insiders else look.outer)
                for who, watcher in self.here.items()
            )
        )


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_no_order_of_steps_leaks_the_inner_view_or_leaves_anybody_wrong(
    steps: list[tuple[str, str | set[str] | None]],
) -> None:
    async def play() -> None:
        async with hub_world() as world:
            story = Story(world)
            for step, what in steps:
                await story.take(step, what)
            await story.settle()
            assert story.leaks == []
            assert [watcher.gaps for watcher in story.here.values() if watcher.gaps] == []

    asyncio.run(play())
