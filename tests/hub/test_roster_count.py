"""How many are online is told once a second at most, from what the shards say of themselves."""

from __future__ import annotations

import asyncio

from lobby.hub import Snapshot
from lobby.hub.roster_count import COUNT_SECONDS, together
from protocol.roster import RosterChanged, ShardCounts
from tests.support.hub import Frame, HubWorld, Recorder, hub_world
from tests.support.waiting import until

TOPIC = "presence:count"


def person(status: str = "online") -> Frame:
    return {"status": status, "since": 1.0}


async def counting(world: HubWorld) -> Recorder:
    world.source.snapshots[TOPIC] = Snapshot(await world.people.counts())
    return await world.watch(TOPIC)


def tell(world: HubWorld, shard: int, version: int, counts: ShardCounts | None) -> None:
    changed = RosterChanged(shard=shard, epoch="first", version=version, patch={}, counts=counts)
    world.bus.publish("presence", changed.model_dump_json())


async def test_what_changes_within_a_second_is_one_frame(world: HubWorld) -> None:
    page = await counting(world)
    loop = asyncio.get_running_loop()
    begun, n = loop.time(), 0
    while loop.time() - begun < 2.5 * COUNT_SECONDS:
        n += 1
        world.show({f"p{n}": person()})
        await asyncio.sleep(0.01)
    await until(lambda: page.states[TOPIC]["online"] == n)
    frames = len(page.types) - 1
    assert 2 <= frames <= (loop.time() - begun) / COUNT_SECONDS + 1
    assert n > 10 * frames
    assert page.states[TOPIC]["statuses"] == {
        **{"online": n, "away": 0, "busy": 0},
        **{"playing": 0, "reconnecting": 0},
    }


async def test_counts_that_shards_tell_are_added_and_not_asked_for() -> None:
    async with hub_world(shards=2) as world:
        page = await counting(world)
        tell(world, 0, 1, ShardCounts(online=2, statuses={"busy": 2}, regions={"eu": 2}))
        tell(world, 1, 1, ShardCounts(online=3, statuses={"busy": 1, "away": 2}))
        await until(lambda: page.states[TOPIC]["online"] == 5)
        assert page.states[TOPIC]["statuses"]["busy"] == 3
        assert page.states[TOPIC]["regions"] == {"eu": 2}
        asked = world.people.asked["counts"]
        tell(world, 1, 2, ShardCounts(online=4, statuses={"busy": 2, "away": 2}))
        await until(lambda: page.states[TOPIC]["online"] == 6)
        assert world.people.asked["counts"] == asked


async def test_after_a_gap_they_are_asked_for(world: HubWorld) -> None:
    page = await counting(world)
    world.show({"ann": person()}, quietly=True)
    world.miss("presence")
    await until(lambda: page.states[TOPIC]["online"] == 1)


async def test_what_cannot_be_asked_for_is_asked_for_again(world: HubWorld) -> None:
    page = await counting(world)
    world.people.away = True
    world.show({"ann": person()})
    await until(lambda: world.people.asked["counts"] >= 2)
    world.people.away = False
    await until(lambda: page.states[TOPIC]["online"] == 1)


def test_a_region_that_nobody_is_in_any_more_is_left_out() -> None:
    shards = [ShardCounts(regions={"eu": 0}), ShardCounts()]
    assert "regions" not in together(shards)
