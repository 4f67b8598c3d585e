"""What is hidden from whom is read when they watch, and again when somebody's bans have changed."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from lobby.hub import Known, Snapshot
from lobby.hub.source import Hides
from protocol.events import BansChanged
from tests.support.hub import Frame, HubWorld, Recorder, healing, hub_world
from tests.support.waiting import until

TOPIC = "sessions"


def hides_a(key: str, entry: object) -> bool:
    return key == "a"


def entry(version: int, **more: object) -> Frame:
    return {"version": version, **more}


async def listing(world: HubWorld, *watching: str) -> list[Recorder]:
    entries = {"a": entry(1), "b": entry(1)}
    world.source.snapshots[TOPIC] = Snapshot(entries, entries=True)
    return [await world.watch(TOPIC, who) for who in watching]


def ban(world: HubWorld, who: str, hides: Hides | None) -> None:
    world.source.hidden.pop((TOPIC, who), None)
    if hides is not None:
        world.source.hidden[TOPIC, who] = hides
    world.tell("accounts", BansChanged(accounts=["nobody", who]))


async def test_who_is_banned_sees_the_session_end_and_nobody_else_hears(world: HubWorld) -> None:
    ann, eve = await listing(world, "ann", "eve")
    ban(world, "eve", hides_a)
    await until(lambda: eve.states[TOPIC] == {"b": entry(1)})
    assert eve.types == ["state", "patch"]
    world.tell_entries(TOPIC, {"a": 2, "b": 2}, a=entry(2), b=entry(2))
    await until(lambda: eve.states[TOPIC] == {"b": entry(2)})
    assert ann.states[TOPIC] == {"a": entry(2), "b": entry(2)}
    assert ann.types == ["state", "patch"]
    assert (ann.gaps, eve.gaps) == ([], [])


async def test_it_appears_again_once_the_ban_is_over(world: HubWorld) -> None:
    world.source.hidden[TOPIC, "eve"] = hides_a
    (eve,) = await listing(world, "eve")
    assert eve.states[TOPIC] == {"b": entry(1)}
    before = eve.known[TOPIC].epoch
    ban(world, "eve", None)
    await until(lambda: eve.states[TOPIC] == {"a": entry(1), "b": entry(1)})
    assert eve.types == ["state", "patch"]
    assert (eve.known[TOPIC].epoch, eve.gaps) == (before, []), "as if it had just begun"


async def test_one_that_ends_for_all_is_no_news_to_whom_it_was_hidden_from(
    world: HubWorld,
) -> None:
    world.source.hidden[TOPIC, "eve"] = hides_a
    (eve,) = await listing(world, "eve")
    world.tell_entries(TOPIC, {"a": 2}, a=None)
    world.tell_entries(TOPIC, {"c": 1}, c=entry(1))
    await until(lambda: "c" in eve.states[TOPIC])
    assert eve.frames[1]["patch"] == {"c": entry(1)}


async def test_a_ban_while_somebody_comes_is_seen(world: HubWorld) -> None:
    (ann,) = await listing(world, "ann")
    gate = world.source.hold("hides")
    eve = Recorder("eve")
    coming = asyncio.create_task(world.watch(TOPIC, eve))
    await world.looked("hides", 2)
    ban(world, "eve", hides_a)
    await world.drained()
    gate.set()
    await coming
    assert eve.states[TOPIC] == {"b": entry(1)}
    assert ann.types == ["state"]


async def test_who_goes_while_it_is_read_is_sent_nothing(world: HubWorld) -> None:
    await listing(world)
    gate = world.source.hold("hides")
    eve = Recorder("eve")
    coming = asyncio.create_task(world.watch(TOPIC, eve))
    await world.looked("hides", 1)
    world.hub.unwatch(TOPIC, eve)
    gate.set()
    await coming
    assert eve.frames == []
    assert world.hub.watching(eve) == set()


async def test_a_store_that_is_away_is_asked_again(
    world: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lobby.hub.hiding.RETRY_SECONDS", 0.01)
    (eve,) = await listing(world, "eve")
    world.source.away = True
    ban(world, "eve", hides_a)
    await world.looked("hides", 3)
    world.source.away = False
    await until(lambda: eve.states[TOPIC] == {"b": entry(1)})


async def test_a_lost_end_of_a_ban_heals(world: HubWorld) -> None:
    world.source.hidden[TOPIC, "eve"] = hides_a
    (eve,) = await listing(world, "eve")
    del world.source.hidden[TOPIC, "eve"]
    async with healing(world):
        await until(lambda: "a" in eve.states[TOPIC])


async def test_who_cannot_be_banned_is_asked_nothing_about(world: HubWorld) -> None:
    await listing(world, "", "")
    assert world.source.asked["hides"] == 0


async def test_who_comes_back_to_a_view_of_their_own_is_told_that_nothing_changed(
    world: HubWorld,
) -> None:
    world.source.hidden[TOPIC, "eve"] = hides_a
    (eve,) = await listing(world, "eve")
    world.tell_entries(TOPIC, {"b": 2}, b=entry(2))
    await until(lambda: eve.states[TOPIC] == {"b": entry(2)})
    known = Known(eve.known[TOPIC].epoch, eve.known[TOPIC].version)
    world.hub.leave(eve)
    world.tell_entries(TOPIC, {"a": 2}, a=entry(2))
    await world.heard()
    again = await world.watch(TOPIC, "eve", known)
    assert again.types == ["unchanged"]


async def test_a_slow_reader_is_sent_the_end_once_they_read_again(world: HubWorld) -> None:
    (eve,) = await listing(world, "eve")
    eve.behind = True
    ban(world, "eve", hides_a)
    await until(lambda: TOPIC in {t for t in world.hub._skipped._waiting.get(eve, {})})
    world.tell_entries(TOPIC, {"a": 2, "b": 2}, a=entry(2), b=entry(2))
    await world.heard()
    eve.behind = False
    world.hub.caught_up(eve)
    assert eve.states[TOPIC] == {"b": entry(2)}
    assert eve.gaps == []


def all_show(watching: list[Recorder], n: int) -> bool:
    return all(one.states[TOPIC]["b"] == entry(n) for one in watching)


async def crowd(world: HubWorld, hidden_from: int) -> list[Recorder]:
    """A thousand watchers, the first of whom are banned, and what becomes of the list."""
    for n in range(hidden_from):
        world.source.hidden[TOPIC, f"{n}"] = hides_a
    watching = await listing(world, *map(str, range(1_000)))
    for n in range(2, 5):
        world.tell_entries(TOPIC, {"b": n}, b=entry(n))
        await until(partial(all_show, watching, n))
    world.tell_entries(TOPIC, {"a": 2, "b": 9}, a=entry(2), b=entry(9))
    await until(partial(all_show, watching, 9))
    return watching


async def test_whom_nothing_is_hidden_from_is_sent_the_same_bytes_as_ever(
    world: HubWorld,
) -> None:
    some = await crowd(world, 10)
    async with hub_world() as plain:
        all_see = await crowd(plain, 0)
    assert {b"".join(one.raw) for one in some[10:]} == {b"".join(one.raw) for one in all_see}
    assert len({id(frame) for one in some[10:] for frame in one.raw}) == len(some[10].raw)
    assert all("a" not in one.states[TOPIC] for one in some[:10])
