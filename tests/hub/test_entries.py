"""A watched collection: entries with versions of their own, and what is gone stays gone."""

from __future__ import annotations

from lobby.hub import Look
from tests.hub.shelf import Frame, Recorder, Stage, healing, until

TOPIC = "sessions"


def entry(version: int, **more: object) -> Frame:
    return {"version": version, **more}


async def listing(stage: Stage, **entries: Frame) -> Recorder:
    stage.shelf.looks[TOPIC] = Look(dict(entries), entries=True)
    return await stage.watch(TOPIC)


def stand(stage: Stage, **entries: Frame) -> None:
    stage.shelf.looks[TOPIC] = Look(dict(entries), entries=True)


async def test_entries_come_change_and_go(stage: Stage) -> None:
    watcher = await listing(stage, a=entry(1))
    stage.tell_entries(TOPIC, {"b": 1}, b=entry(1))
    await until(lambda: watcher.states[TOPIC] == {"a": entry(1), "b": entry(1)})
    stage.tell_entries(TOPIC, {"a": 2, "b": 2}, a=entry(2, name="x"), b=None)
    await until(lambda: watcher.states[TOPIC] == {"a": entry(2, name="x")})
    assert watcher.gaps == []


async def test_each_entry_is_put_in_order_by_its_own_version(stage: Stage) -> None:
    watcher = await listing(stage, a=entry(5), b=entry(1))
    stage.tell_entries(TOPIC, {"a": 4}, a=entry(4, late=True))
    stage.tell_entries(TOPIC, {"a": 5}, a=entry(5, repeated=True))
    stage.tell_entries(TOPIC, {"b": 2}, b=entry(2))
    await until(lambda: watcher.states[TOPIC]["b"] == entry(2))
    assert watcher.states[TOPIC]["a"] == entry(5)


async def test_what_is_gone_does_not_come_back_with_late_news(stage: Stage) -> None:
    watcher = await listing(stage, a=entry(1))
    stage.tell_entries(TOPIC, {"a": 4}, a=None)
    stage.tell_entries(TOPIC, {"a": 3}, a=entry(3))
    # A closing may even be told before the opening.
    stage.tell_entries(TOPIC, {"c": 3}, c=None)
    stage.tell_entries(TOPIC, {"c": 2}, c=entry(2))
    stage.tell_entries(TOPIC, {"b": 1}, b=entry(1))
    await until(lambda: "b" in watcher.states[TOPIC])
    assert watcher.states[TOPIC] == {"b": entry(1)}


async def test_what_a_look_found_gone_does_not_come_back_with_late_news(stage: Stage) -> None:
    watcher = await listing(stage, a=entry(1), b=entry(1))
    stand(stage, b=entry(2))
    stage.miss(TOPIC)
    await until(lambda: watcher.states[TOPIC] == {"b": entry(2)})
    stage.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    stage.tell_entries(TOPIC, {"b": 3}, b=entry(3))
    await until(lambda: watcher.states[TOPIC]["b"] == entry(3))
    assert "a" not in watcher.states[TOPIC]


async def test_what_is_told_during_a_look_is_newer_than_what_it_saw(stage: Stage) -> None:
    watcher = await listing(stage, a=entry(1), b=entry(1))
    gate = stage.shelf.hold(TOPIC)
    stage.miss(TOPIC)
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    # The look has seen a and b. Meanwhile b is closed and c is opened.
    stage.tell_entries(TOPIC, {"b": 2}, b=None)
    stage.tell_entries(TOPIC, {"c": 1}, c=entry(1))
    await until(lambda: set(watcher.states[TOPIC]) == {"a", "c"})
    gate.set()
    stage.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    await until(lambda: watcher.states[TOPIC]["a"] == entry(2))
    await stage.heard()
    assert set(watcher.states[TOPIC]) == {"a", "c"}


async def test_a_lost_last_event_heals(stage: Stage) -> None:
    watcher = await listing(stage, a=entry(1), b=entry(1))
    stand(stage, b=entry(2), c=entry(1))
    async with healing(stage):
        await until(lambda: watcher.states[TOPIC] == {"b": entry(2), "c": entry(1)})
    assert watcher.types == ["state", "patch"]


async def test_many_changes_of_a_tick_are_one_frame_for_all(stage: Stage) -> None:
    first, second = await listing(stage), await stage.watch(TOPIC)
    stage.tell_entries(TOPIC, {"a": 1}, a=entry(1))
    await until(lambda: len(first.raw) == 2)
    for version in range(2, 20):
        stage.tell_entries(TOPIC, {"a": version, "b": version}, a=entry(version), b=entry(version))
    await until(lambda: "b" in second.states[TOPIC])
    assert second.states[TOPIC] == {"a": entry(19), "b": entry(19)}
    assert len(second.raw) == 3
    assert first.raw[2] is second.raw[2]
