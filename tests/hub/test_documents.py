"""A watched document: what is told is sent once, in order, together, to everybody alike."""

from __future__ import annotations

import asyncio

from lobby.hub import Known, Snapshot
from lobby.hub.fanout import SLICE
from protocol.events import TopicEnded
from tests.support.hub import HubWorld, healing
from tests.support.waiting import until

TOPIC = "session:1"


async def test_a_watcher_gets_the_state_and_then_every_change(world: HubWorld) -> None:
    world.put(TOPIC, 4, {"a": 1, "b": 1})
    watcher = await world.watch(TOPIC)
    world.change(TOPIC, 5, {"a": 2})
    await until(lambda: len(watcher.raw) == 2)
    assert watcher.frames == [
        {
            "type": "state",
            "topic": TOPIC,
            "epoch": "store",
            "version": 4,
            "state": {"a": 1, "b": 1},
        },
        {"type": "patch", "topic": TOPIC, "since": 4, "version": 5, "patch": {"a": 2, "b": None}},
    ]


async def test_the_first_change_goes_at_once_and_those_of_a_tick_together(world: HubWorld) -> None:
    loop = asyncio.get_running_loop()
    world.put(TOPIC, 1, {"n": 1, "m": 1})
    watcher = await world.watch(TOPIC)
    told = loop.time()
    world.change(TOPIC, 2, {"n": 2, "m": 1})
    await until(lambda: len(watcher.raw) == 2)
    first = loop.time()
    for version in range(3, 10):
        world.change(TOPIC, version, {"n": version, "m": -version})
    await until(lambda: len(watcher.raw) == 3)
    # 1. At once: long before a tick is over.
    assert first - told < 0.015
    # 2. Together: one frame a tick later, in which the last write wins.
    assert loop.time() - first >= 0.015
    assert watcher.frames[2]["patch"] == {"n": 9, "m": -9}
    assert (watcher.frames[2]["since"], watcher.frames[2]["version"]) == (2, 9)


async def test_all_who_see_it_alike_are_written_the_same_bytes(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1}, {"n": 1, "x": 1}, {"ann", "bob"})
    outsiders = [await world.watch(TOPIC) for _ in range(3)]
    insiders = [await world.watch(TOPIC, who) for who in ("ann", "bob", "bob")]
    world.change(TOPIC, 2, {"n": 2}, {"n": 2, "x": 2}, {"ann", "bob"})
    await until(lambda: all(len(w.raw) == 2 for w in outsiders + insiders))
    assert len({id(watcher.raw[1]) for watcher in outsiders}) == 1
    assert len({id(watcher.raw[1]) for watcher in insiders}) == 1
    assert outsiders[0].raw[1] != insiders[0].raw[1]


async def test_versions_that_show_nothing_leave_no_hole_in_the_chain(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1}, {"x": 1}, {"ann"})
    outside, inside = await world.watch(TOPIC), await world.watch(TOPIC, "ann")
    for version in range(2, 8):
        world.change(TOPIC, version, {"n": version // 3}, {"x": version}, {"ann"})
        await inside.at(TOPIC, version)
    assert (outside.gaps, inside.gaps) == ([], [])
    assert outside.states[TOPIC] == {"n": 2}
    chain = [(f["since"], f["version"]) for f in outside.frames[1:]]
    assert [version for _, version in chain[:-1]] == [since for since, _ in chain[1:]]


async def test_news_that_is_late_or_repeated_is_no_news(world: HubWorld) -> None:
    world.put(TOPIC, 5, {"n": 5})
    watcher = await world.watch(TOPIC)
    world.change(TOPIC, 3, {"n": 3})
    world.change(TOPIC, 7, {"n": 7})
    world.change(TOPIC, 6, {"n": 6})
    world.change(TOPIC, 7, {"n": "repeated"})
    world.change(TOPIC, 8, {"n": 8, "last": True})
    await until(lambda: "last" in watcher.states[TOPIC])
    assert watcher.states[TOPIC] == {"n": 8, "last": True}
    assert all(frame["version"] in (5, 7, 8) for frame in watcher.frames)


async def test_who_comes_back_gets_what_is_missing(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    stayed = await world.watch(TOPIC)
    for version in (2, 3, 4):
        world.change(TOPIC, version, {"n": version})
        await stayed.at(TOPIC, version)
    # 1. Who knows everything is told so; who knows less gets the patches they missed.
    assert (await world.watch(TOPIC, known=Known("store", 4))).types == ["unchanged"]
    back = await world.watch(TOPIC, known=Known("store", 2))
    assert back.raw == stayed.raw[2:]
    assert len(back.raw) == 2
    # 2. Who knows nothing of use gets the state.
    for known in (None, Known("store", 9), Known("other", 4)):
        assert (await world.watch(TOPIC, known=known)).types == ["state"]
    # 3. None of it asked the store again.
    assert world.source.asked[TOPIC] == 1


async def test_what_is_told_during_the_first_look_is_not_lost(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    gate = world.source.hold(TOPIC)
    opening = asyncio.create_task(world.watch(TOPIC))
    await until(lambda: world.source.asked[TOPIC] == 1)
    # The look has seen version 1; version 2 is saved and told before it returns.
    world.change(TOPIC, 2, {"n": 2})
    await world.heard()
    gate.set()
    watcher = await opening
    await until(lambda: watcher.states[TOPIC] == {"n": 2})
    assert watcher.gaps == []


async def test_many_who_open_at_once_look_once(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watchers = await asyncio.gather(*(world.watch(TOPIC) for _ in range(50)))
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: all(w.states[TOPIC] == {"n": 2} for w in watchers))
    assert world.source.asked[TOPIC] == 1


async def test_a_possible_loss_is_looked_at_and_only_the_change_is_sent(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1, "m": 1})
    watcher = await world.watch(TOPIC)
    world.put(TOPIC, 3, {"n": 3, "m": 1})
    world.miss(TOPIC)
    await until(lambda: len(watcher.raw) == 2)
    assert watcher.frames[1]["patch"] == {"n": 3}


async def test_a_loss_during_a_look_is_looked_at_again(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    gate = world.source.hold(TOPIC)
    world.miss(TOPIC)
    await until(lambda: world.source.asked[TOPIC] == 2)
    world.put(TOPIC, 2, {"n": 2})
    world.miss(TOPIC)
    await world.heard()
    gate.set()
    await until(lambda: watcher.states[TOPIC] == {"n": 2})


async def test_a_new_epoch_is_a_new_state_for_everybody(world: HubWorld) -> None:
    world.source.snapshots["presence"] = Snapshot({"ann": {"n": 1}}, epoch="e1", version=7)
    watcher = await world.watch("presence")
    world.source.snapshots["presence"] = Snapshot({"bob": {"n": 1}}, epoch="e2", version=2)
    world.miss("presence")
    await until(lambda: watcher.types == ["state", "state"])
    assert watcher.states["presence"] == {"bob": {"n": 1}}
    assert watcher.known["presence"] == Known("e2", 2)
    # Who comes back with what the old epoch said gets the state, whatever its number.
    assert (await world.watch("presence", known=Known("e1", 2))).types == ["state"]


async def test_a_roster_that_came_back_empty_shows_nobody(world: HubWorld) -> None:
    world.source.snapshots["presence"] = Snapshot({"ghost": {"n": 1}}, epoch="e1", version=7)
    watcher = await world.watch("presence")
    world.source.snapshots["presence"] = Snapshot({}, epoch="e2", version=0)
    world.miss("presence")
    await until(lambda: watcher.states["presence"] == {})
    assert watcher.known["presence"] == Known("e2", 0)


async def test_a_roster_patch_that_does_not_follow_is_looked_at(world: HubWorld) -> None:
    world.source.snapshots["presence"] = Snapshot({}, epoch="e", version=1)
    watcher = await world.watch("presence")
    world.bus.publish("presence", '{"epoch":"e","version":2,"patch":{"ann":{"n":1}}}')
    await until(lambda: "ann" in watcher.states["presence"])
    world.source.snapshots["presence"] = Snapshot({"bob": {"n": 1}}, epoch="e", version=4)
    world.bus.publish("presence", '{"epoch":"e","version":4,"patch":{"bob":{"n":1}}}')
    await until(lambda: watcher.states["presence"] == {"bob": {"n": 1}})
    assert (world.source.asked["presence"], watcher.gaps) == (2, [])


async def test_late_news_of_an_old_roster_does_not_enter_the_new_one(world: HubWorld) -> None:
    world.source.snapshots["presence"] = Snapshot({}, epoch="old", version=1)
    watcher = await world.watch("presence")
    world.bus.publish("presence", '{"epoch":"old","version":2,"patch":{"ann":{"n":1}}}')
    await until(lambda: "ann" in watcher.states["presence"])
    # The tick is not over: the new epoch waits to be sent while an old patch comes in.
    gate = world.source.hold("presence")
    world.source.snapshots["presence"] = Snapshot({"bob": {"n": 1}}, epoch="new", version=2)
    world.miss("presence")
    await until(lambda: world.source.asked["presence"] == 2)
    gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.bus.publish("presence", '{"epoch":"old","version":3,"patch":{"ghost":{"n":1}}}')
    await until(lambda: "bob" in watcher.states["presence"])
    await world.heard()
    assert watcher.states["presence"] == {"bob": {"n": 1}}


async def test_a_command_runs_between_two_slices(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watchers = [await world.watch(TOPIC) for _ in range(3 * SLICE + 1)]
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: len(watchers[0].raw) == 2)
    written = []
    while sum(len(w.raw) - 1 for w in watchers) < len(watchers):
        written.append(sum(len(w.raw) - 1 for w in watchers))
        await asyncio.sleep(0)
    assert written == [SLICE, 2 * SLICE, 3 * SLICE]
    assert all(w.states[TOPIC] == {"n": 2} for w in watchers)


async def test_who_leaves_during_a_sweep_is_written_nothing_more(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watchers = [await world.watch(TOPIC) for _ in range(SLICE + 2)]
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: len(watchers[0].raw) == 2)
    gone, unwatched = watchers[-2:]
    world.hub.leave(gone)
    world.hub.unwatch(TOPIC, unwatched)
    world.change(TOPIC, 3, {"n": 3})
    await until(lambda: watchers[-3].states[TOPIC] == {"n": 3})
    assert len(gone.raw) == len(unwatched.raw) == 1
    assert world.hub.watching(unwatched) == set()
    assert gone not in world.hub.watchers()


async def test_who_is_behind_still_hears_that_it_ended(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher, other = await world.watch(TOPIC), await world.watch(TOPIC)
    watcher.behind = True
    world.tell(TOPIC, TopicEnded(code="session_closed"))
    await until(lambda: other.types == ["state", "ended"])
    watcher.behind = False
    world.hub.caught_up(watcher)
    assert watcher.types == ["state", "ended"]
    assert world.hub.watching(watcher) == set()


async def test_what_the_hub_numbers_itself_is_never_mistaken_for_an_older_opening(
    world: HubWorld,
) -> None:
    topic = "host:ann"
    world.source.snapshots[topic] = Snapshot({"n": "old"})
    first = await world.watch(topic)
    known = first.known[topic]
    world.hub.leave(first)
    async with healing(world):
        await until(lambda: topic not in world.listening())
    world.source.snapshots[topic] = Snapshot({"n": "new"})
    again = await world.watch(topic, known=known)
    assert again.types == ["state"]
    assert again.states[topic] == {"n": "new"}
