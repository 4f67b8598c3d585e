"""A watched collection: entries with versions of their own, and what is gone stays gone."""

from __future__ import annotations

from lobby.hub import Snapshot
from tests.support.hub import Frame, HubWorld, Recorder, healing
from tests.support.waiting import until

TOPIC = "sessions"


def entry(version: int, **more: object) -> Frame:
    return {"version": version, **more}


async def listing(world: HubWorld, **entries: Frame) -> Recorder:
    world.source.snapshots[TOPIC] = Snapshot(dict(entries), entries=True)
    return await world.watch(TOPIC)


def stand(world: HubWorld, **entries: Frame) -> None:
    world.source.snapshots[TOPIC] = Snapshot(dict(entries), entries=True)


async def test_entries_come_change_and_go(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1))
    world.tell_entries(TOPIC, {"b": 1}, b=entry(1))
    await until(lambda: watcher.states[TOPIC] == {"a": entry(1), "b": entry(1)})
    world.tell_entries(TOPIC, {"a": 2, "b": 2}, a=entry(2, name="x"), b=None)
    await until(lambda: watcher.states[TOPIC] == {"a": entry(2, name="x")})
    assert watcher.gaps == []


async def test_each_entry_is_put_in_order_by_its_own_version(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(5), b=entry(1))
    world.tell_entries(TOPIC, {"a": 4}, a=entry(4, late=True))
    world.tell_entries(TOPIC, {"a": 5}, a=entry(5, repeated=True))
    world.tell_entries(TOPIC, {"b": 2}, b=entry(2))
    await until(lambda: watcher.states[TOPIC]["b"] == entry(2))
    assert watcher.states[TOPIC]["a"] == entry(5)


async def test_what_is_gone_does_not_come_back_with_late_news(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1))
    world.tell_entries(TOPIC, {"a": 4}, a=None)
    world.tell_entries(TOPIC, {"a": 3}, a=entry(3))
    # A closing may even be told before the opening.
    world.tell_entries(TOPIC, {"c": 3}, c=None)
    world.tell_entries(TOPIC, {"c": 2}, c=entry(2))
    world.tell_entries(TOPIC, {"b": 1}, b=entry(1))
    await until(lambda: "b" in watcher.states[TOPIC])
    assert watcher.states[TOPIC] == {"b": entry(1)}


async def test_what_a_look_found_gone_does_not_come_back_with_late_news(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1), b=entry(1))
    stand(world, b=entry(2))
    world.miss(TOPIC)
    await until(lambda: watcher.states[TOPIC] == {"b": entry(2)})
    world.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    world.tell_entries(TOPIC, {"b": 3}, b=entry(3))
    await until(lambda: watcher.states[TOPIC]["b"] == entry(3))
    assert "a" not in watcher.states[TOPIC]


async def test_what_is_told_during_a_look_is_newer_than_what_it_saw(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1), b=entry(1))
    gate = world.source.hold(TOPIC)
    world.miss(TOPIC)
    await until(lambda: world.source.asked[TOPIC] == 2)
    # The look has seen a and b. Meanwhile b is closed and c is opened.
    world.tell_entries(TOPIC, {"b": 2}, b=None)
    world.tell_entries(TOPIC, {"c": 1}, c=entry(1))
    await until(lambda: set(watcher.states[TOPIC]) == {"a", "c"})
    gate.set()
    world.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    await until(lambda: watcher.states[TOPIC]["a"] == entry(2))
    await world.heard()
    assert set(watcher.states[TOPIC]) == {"a", "c"}


async def test_a_lost_last_event_heals(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1), b=entry(1))
    stand(world, b=entry(2), c=entry(1))
    async with healing(world):
        await until(lambda: watcher.states[TOPIC] == {"b": entry(2), "c": entry(1)})
    assert watcher.types == ["state", "patch"]


async def test_many_changes_of_a_tick_are_one_frame_for_all(world: HubWorld) -> None:
    first, second = await listing(world), await world.watch(TOPIC)
    world.tell_entries(TOPIC, {"a": 1}, a=entry(1))
    await until(lambda: len(first.raw) == 2)
    for version in range(2, 20):
        world.tell_entries(TOPIC, {"b": version, "c": version}, b=entry(version), c=entry(version))
    await until(lambda: "b" in second.states[TOPIC])
    assert second.states[TOPIC] == {"a": entry(1), "b": entry(19), "c": entry(19)}
    assert len(second.raw) == 3
    assert first.raw[2] is second.raw[2]


async def test_what_came_back_to_the_list_is_shown_again(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1), b=entry(1))
    world.tell_entries(TOPIC, {"a": 2}, a=None)
    await until(lambda: "a" not in watcher.states[TOPIC])
    stand(world, a=entry(3), b=entry(1))
    async with healing(world):
        await until(lambda: watcher.states[TOPIC] == {"a": entry(3), "b": entry(1)})


async def test_an_entry_that_changes_often_is_sent_at_its_pace_and_the_others_do_not_wait(
    world: HubWorld,
) -> None:
    watcher = await listing(world, a=entry(1), b=entry(1))
    world.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    await until(lambda: watcher.states[TOPIC]["a"] == entry(2))
    for version in range(3, 20):
        world.tell_entries(TOPIC, {"a": version}, a=entry(version))
    world.tell_entries(TOPIC, {"b": 2}, b=entry(2))
    await until(lambda: watcher.states[TOPIC]["b"] == entry(2))
    assert watcher.states[TOPIC]["a"] == entry(2)
    late = await world.watch(TOPIC)
    assert late.states[TOPIC] == {"a": entry(2), "b": entry(2)}
    await until(lambda: late.states[TOPIC]["a"] == entry(19))
    assert watcher.types == ["state", "patch", "patch", "patch"]
    assert watcher.gaps == late.gaps == []


async def test_what_is_gone_is_said_at_once_and_comes_back_at_its_pace(world: HubWorld) -> None:
    watcher = await listing(world, a=entry(1))
    world.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    await until(lambda: watcher.states[TOPIC] == {"a": entry(2)})
    world.tell_entries(TOPIC, {"a": 3, "b": 1}, a=None, b=entry(1))
    await until(lambda: watcher.states[TOPIC] == {"b": entry(1)})
    world.tell_entries(TOPIC, {"a": 4, "b": 2, "c": 1}, a=entry(4), b=None, c=entry(1))
    await until(lambda: "c" in watcher.states[TOPIC])
    assert watcher.states[TOPIC] == {"c": entry(1)}
    await until(lambda: watcher.states[TOPIC] == {"a": entry(4), "c": entry(1)})
