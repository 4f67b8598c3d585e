"""People whom many watch: a change is one frame for all, and the ties of many are one question."""

from __future__ import annotations

from functools import partial

from tests.hub.test_roster_feed import ANN, BOB, CID, DAN, friends_of, online, seen
from tests.support.hub import HubWorld, Recorder, healing
from tests.support.waiting import until


async def test_a_change_of_somebody_whom_many_watch_is_one_frame_for_all(world: HubWorld) -> None:
    world.show({BOB: online()})
    many = [await world.watch(f"presence:{BOB}:{n}", str(n)) for n in range(5)]
    for status in ("busy", "away"):
        world.show({BOB: online(status)})
        await until(partial(all_show, many, status))
    late = await world.watch(f"presence:{BOB}:late", "late")
    world.show({BOB: online("playing")})
    await until(lambda: late.states[f"presence:{BOB}"]["status"] == "playing")
    await until(lambda: all(one.states == late.states for one in many))
    last = {id(one.raw[-1]) for one in (*many, late)}
    assert len(last) == 1, "not even framed again"
    assert [one.gaps for one in many] == [[]] * 5


async def test_the_numbers_of_who_is_not_shown_tell_nothing(world: HubWorld) -> None:
    topic = f"presence:{BOB}"
    for status in ("busy", "away", "online"):
        world.show({BOB: online(status)})
    await world.watch(f"{topic}:{ANN}", ANN)
    world.tie(CID, banned_by=[BOB])
    for status in ("busy", "away", "online"):
        world.show({BOB: online(status)})
    await world.drained()
    banned = await world.watch(f"{topic}:{CID}", CID)
    unknown = await world.watch(f"presence:{DAN}:{CID}", banned)
    assert banned.known[topic].version == unknown.known[f"presence:{DAN}"].version == 0


def all_show(watchers: list[Recorder], status: str) -> bool:
    return all(one.states[f"presence:{BOB}"]["status"] == status for one in watchers)


async def test_ties_are_asked_for_together_and_read_where_they_are_others(
    world: HubWorld,
) -> None:
    watchers = [await friends_of(world, f"viewer{n}", BOB) for n in range(20)]
    world.people.asked.clear()
    world.tie("viewer7", friends=[BOB, CID])
    async with healing(world):
        await until(lambda: CID in seen(watchers[7]))
        looks = world.people.asked["stale"]
        await until(lambda: world.people.asked["stale"] > looks + 2)
    assert world.people.asked["ties"] == 1, "of nobody else"
