"""A watched document: what is told is sent once, in order, together, to everybody alike."""

from __future__ import annotations

import asyncio

from lobby.hub import Known, Look
from lobby.hub.fanout import SLICE
from protocol.events import Ended
from tests.hub.shelf import Recorder, Stage, healing, until

TOPIC = "session:1"


async def test_a_watcher_gets_the_state_and_then_every_change(stage: Stage) -> None:
    stage.put(TOPIC, 4, {"a": 1, "b": 1})
    watcher = await stage.watch(TOPIC)
    stage.change(TOPIC, 5, {"a": 2})
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


async def test_the_first_change_goes_at_once_and_those_of_a_tick_together(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    stage.put(TOPIC, 1, {"n": 1, "m": 1})
    watcher = await stage.watch(TOPIC)
    told = loop.time()
    stage.change(TOPIC, 2, {"n": 2, "m": 1})
    await until(lambda: len(watcher.raw) == 2)
    first = loop.time()
    for version in range(3, 10):
        stage.change(TOPIC, version, {"n": version, "m": -version})
    await until(lambda: len(watcher.raw) == 3)
    # 1. At once: long before a tick is over.
    assert first - told < 0.015
    # 2. Together: one frame a tick later, in which the last write wins.
    assert loop.time() - first >= 0.015
    assert watcher.frames[2]["patch"] == {"n": 9, "m": -9}
    assert (watcher.frames[2]["since"], watcher.frames[2]["version"]) == (2, 9)


async def test_all_who_see_it_alike_are_written_the_same_bytes(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1}, {"n": 1, "x": 1}, {"ann", "bob"})
    outsiders = [await stage.watch(TOPIC) for _ in range(3)]
    insiders = [await stage.watch(TOPIC, who) for who in ("ann", "bob", "bob")]
    stage.change(TOPIC, 2, {"n": 2}, {"n": 2, "x": 2}, {"ann", "bob"})
    await until(lambda: all(len(w.raw) == 2 for w in outsiders + insiders))
    assert len({id(watcher.raw[1]) for watcher in outsiders}) == 1
    assert len({id(watcher.raw[1]) for watcher in insiders}) == 1
    assert outsiders[0].raw[1] != insiders[0].raw[1]


async def test_versions_that_show_nothing_leave_no_hole_in_the_chain(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1}, {"x": 1}, {"ann"})
    outside, inside = await stage.watch(TOPIC), await stage.watch(TOPIC, "ann")
    for version in range(2, 8):
        stage.change(TOPIC, version, {"n": version // 3}, {"x": version}, {"ann"})
        await inside.at(TOPIC, version)
    assert (outside.gaps, inside.gaps) == ([], [])
    assert outside.states[TOPIC] == {"n": 2}
    chain = [(f["since"], f["version"]) for f in outside.frames[1:]]
    assert [version for _, version in chain[:-1]] == [since for since, _ in chain[1:]]


async def test_news_that_is_late_or_repeated_is_no_news(stage: Stage) -> None:
    stage.put(TOPIC, 5, {"n": 5})
    watcher = await stage.watch(TOPIC)
    stage.change(TOPIC, 3, {"n": 3})
    stage.change(TOPIC, 7, {"n": 7})
    stage.change(TOPIC, 6, {"n": 6})
    stage.change(TOPIC, 7, {"n": "repeated"})
    stage.change(TOPIC, 8, {"n": 8, "last": True})
    await until(lambda: "last" in watcher.states[TOPIC])
    assert watcher.states[TOPIC] == {"n": 8, "last": True}
    assert all(frame["version"] in (5, 7, 8) for frame in watcher.frames)


async def test_who_comes_back_gets_what_is_missing(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    stayed = await stage.watch(TOPIC)
    for version in (2, 3, 4):
        stage.change(TOPIC, version, {"n": version})
        await stayed.at(TOPIC, version)
    # 1. Who knows everything is told so; who knows less gets the patches they missed.
    assert (await stage.watch(TOPIC, known=Known("store", 4))).types == ["unchanged"]
    back = await stage.watch(TOPIC, known=Known("store", 2))
    assert back.raw == stayed.raw[2:]
    assert len(back.raw) == 2
    # 2. Who knows nothing of use gets the state.
    for known in (None, Known("store", 9), Known("other", 4)):
        assert (await stage.watch(TOPIC, known=known)).types == ["state"]
    # 3. None of it asked the store again.
    assert stage.shelf.asked[TOPIC] == 1


async def test_what_is_told_during_the_first_look_is_not_lost(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    gate = stage.shelf.hold(TOPIC)
    opening = asyncio.create_task(stage.watch(TOPIC))
    await until(lambda: stage.shelf.asked[TOPIC] == 1)
    # The look has seen version 1; version 2 is saved and told before it returns.
    stage.change(TOPIC, 2, {"n": 2})
    await stage.heard()
    gate.set()
    watcher = await opening
    await until(lambda: watcher.states[TOPIC] == {"n": 2})
    assert watcher.gaps == []


async def test_many_who_open_at_once_look_once(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watchers = await asyncio.gather(*(stage.watch(TOPIC) for _ in range(50)))
    stage.change(TOPIC, 2, {"n": 2})
    await until(lambda: all(w.states[TOPIC] == {"n": 2} for w in watchers))
    assert stage.shelf.asked[TOPIC] == 1


async def test_a_possible_loss_is_looked_at_and_only_the_change_is_sent(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1, "m": 1})
    watcher = await stage.watch(TOPIC)
    stage.put(TOPIC, 3, {"n": 3, "m": 1})
    stage.miss(TOPIC)
    await until(lambda: len(watcher.raw) == 2)
    assert watcher.frames[1]["patch"] == {"n": 3}


async def test_a_loss_during_a_look_is_looked_at_again(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    gate = stage.shelf.hold(TOPIC)
    stage.miss(TOPIC)
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    stage.put(TOPIC, 2, {"n": 2})
    stage.miss(TOPIC)
    await stage.heard()
    gate.set()
    await until(lambda: watcher.states[TOPIC] == {"n": 2})


async def test_a_new_epoch_is_a_new_state_for_everybody(stage: Stage) -> None:
    stage.shelf.looks["presence"] = Look({"ann": {"n": 1}}, epoch="e1", version=7)
    watcher = await stage.watch("presence")
    stage.shelf.looks["presence"] = Look({"bob": {"n": 1}}, epoch="e2", version=2)
    stage.miss("presence")
    await until(lambda: watcher.types == ["state", "state"])
    assert watcher.states["presence"] == {"bob": {"n": 1}}
    assert watcher.known["presence"] == Known("e2", 2)
    # Who comes back with what the old epoch said gets the state, whatever its number.
    assert (await stage.watch("presence", known=Known("e1", 2))).types == ["state"]


async def test_a_roster_that_came_back_empty_shows_nobody(stage: Stage) -> None:
    stage.shelf.looks["presence"] = Look({"ghost": {"n": 1}}, epoch="e1", version=7)
    watcher = await stage.watch("presence")
    stage.shelf.looks["presence"] = Look({}, epoch="e2", version=0)
    stage.miss("presence")
    await until(lambda: watcher.states["presence"] == {})
    assert watcher.known["presence"] == Known("e2", 0)


async def test_a_roster_patch_that_does_not_follow_is_looked_at(stage: Stage) -> None:
    stage.shelf.looks["presence"] = Look({}, epoch="e", version=1)
    watcher = await stage.watch("presence")
    stage.bus.publish("presence", '{"epoch":"e","version":2,"patch":{"ann":{"n":1}}}')
    await until(lambda: "ann" in watcher.states["presence"])
    stage.shelf.looks["presence"] = Look({"bob": {"n": 1}}, epoch="e", version=4)
    stage.bus.publish("presence", '{"epoch":"e","version":4,"patch":{"bob":{"n":1}}}')
    await until(lambda: watcher.states["presence"] == {"bob": {"n": 1}})
    assert (stage.shelf.asked["presence"], watcher.gaps) == (2, [])


async def test_late_news_of_an_old_roster_does_not_enter_the_new_one(stage: Stage) -> None:
    stage.shelf.looks["presence"] = Look({}, epoch="old", version=1)
    watcher = await stage.watch("presence")
    stage.bus.publish("presence", '{"epoch":"old","version":2,"patch":{"ann":{"n":1}}}')
    await until(lambda: "ann" in watcher.states["presence"])
    # The tick is not over: the new epoch waits to be sent while an old patch comes in.
    gate = stage.shelf.hold("presence")
    stage.shelf.looks["presence"] = Look({"bob": {"n": 1}}, epoch="new", version=2)
    stage.miss("presence")
    await until(lambda: stage.shelf.asked["presence"] == 2)
    gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stage.bus.publish("presence", '{"epoch":"old","version":3,"patch":{"ghost":{"n":1}}}')
    await until(lambda: "bob" in watcher.states["presence"])
    await stage.heard()
    assert watcher.states["presence"] == {"bob": {"n": 1}}


async def test_a_command_runs_between_two_slices(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watchers = [await stage.watch(TOPIC) for _ in range(3 * SLICE + 1)]
    stage.change(TOPIC, 2, {"n": 2})
    await until(lambda: len(watchers[0].raw) == 2)
    written = []
    while sum(len(w.raw) - 1 for w in watchers) < len(watchers):
        written.append(sum(len(w.raw) - 1 for w in watchers))
        await asyncio.sleep(0)
    assert written == [SLICE, 2 * SLICE, 3 * SLICE]
    assert all(w.states[TOPIC] == {"n": 2} for w in watchers)


async def test_who_leaves_during_a_sweep_is_written_nothing_more(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watchers = [await stage.watch(TOPIC) for _ in range(SLICE + 2)]
    stage.change(TOPIC, 2, {"n": 2})
    await until(lambda: len(watchers[0].raw) == 2)
    gone, unwatched = watchers[-2:]
    stage.hub.leave(gone)
    stage.hub.unwatch(TOPIC, unwatched)
    stage.change(TOPIC, 3, {"n": 3})
    await until(lambda: watchers[-3].states[TOPIC] == {"n": 3})
    assert len(gone.raw) == len(unwatched.raw) == 1
    assert stage.hub.watching(unwatched) == set()
    assert gone not in stage.hub.watchers()


async def test_who_is_behind_is_written_nothing_until_they_caught_up(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher, other = Recorder(), await stage.watch(TOPIC)
    await stage.watch(TOPIC, watcher)
    watcher.behind = True
    for version in (2, 3, 4):
        stage.change(TOPIC, version, {"n": version})
        await other.at(TOPIC, version)
    assert watcher.types == ["state"]
    watcher.behind = False
    stage.hub.caught_up(watcher)
    assert watcher.types == ["state", "state"]
    stage.change(TOPIC, 5, {"n": 5})
    await until(lambda: watcher.states[TOPIC] == {"n": 5})
    assert watcher.gaps == []


async def test_who_is_behind_still_hears_that_it_ended(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher, other = await stage.watch(TOPIC), await stage.watch(TOPIC)
    watcher.behind = True
    stage.tell(TOPIC, Ended(code="session_closed"))
    await until(lambda: other.types == ["state", "ended"])
    watcher.behind = False
    stage.hub.caught_up(watcher)
    assert watcher.types == ["state", "ended"]
    assert stage.hub.watching(watcher) == set()


async def test_what_the_hub_numbers_itself_is_never_mistaken_for_an_older_opening(
    stage: Stage,
) -> None:
    topic = "host:ann"
    stage.shelf.looks[topic] = Look({"n": "old"})
    first = await stage.watch(topic)
    known = first.known[topic]
    stage.hub.leave(first)
    async with healing(stage):
        await until(lambda: topic not in stage.listening())
    stage.shelf.looks[topic] = Look({"n": "new"})
    again = await stage.watch(topic, known=known)
    assert again.types == ["state"]
    assert again.states[topic] == {"n": "new"}
