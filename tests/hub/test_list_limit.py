"""A list that is too long is not sent whole, and ends for those who watch it."""

from __future__ import annotations

import pytest

from lobby.domain.list_errors import ListTooLarge
from lobby.hub import Snapshot
from lobby.hub.list_limit import LARGEST_AVERAGE, SLACK
from tests.support.hub import Frame, HubWorld, healing
from tests.support.waiting import until

TOPIC = "sessions"
MOST = HubWorld.LIST_LIMIT


def listed(many: int, *, size: int = 0) -> Frame:
    return {str(n): {"version": 1, "name": "x" * size} for n in range(many)}


def stand(world: HubWorld, entries: Frame) -> None:
    world.source.snapshots[TOPIC] = Snapshot(entries, entries=True)


async def is_refused(world: HubWorld, topic: str = TOPIC) -> bool:
    await world.hub.open(topic)
    try:
        await world.hub.list_limit.require_short(topic)
    except ListTooLarge:
        return True
    return False


async def test_the_refusal_says_what_to_do_instead(world: HubWorld) -> None:
    stand(world, listed(MOST + 1))
    await world.hub.open(TOPIC)
    with pytest.raises(ListTooLarge, match=rf"more than {MOST} .* `limit`"):
        await world.hub.list_limit.require_short(TOPIC)


@pytest.mark.parametrize(("many", "refused"), [(0, False), (MOST, False), (MOST + 1, True)])
async def test_so_many_sessions_and_no_more(world: HubWorld, many: int, refused: bool) -> None:
    stand(world, listed(many))
    assert await is_refused(world) is refused


@pytest.mark.parametrize(("part", "refused"), [(0.9, False), (1.1, True)])
async def test_so_many_bytes_and_no_more(world: HubWorld, part: float, refused: bool) -> None:
    stand(world, listed(MOST, size=int(part * LARGEST_AVERAGE)))
    assert await is_refused(world) is refused


async def test_other_topics_have_no_such_limit(world: HubWorld) -> None:
    world.source.snapshots["host:1"] = Snapshot(listed(MOST + 1))
    assert not await is_refused(world, "host:1")


async def test_who_watches_stays_a_while_and_is_told(world: HubWorld) -> None:
    stand(world, listed(MOST))
    watcher = await world.watch(TOPIC)
    most = int(MOST * SLACK)
    stand(world, listed(most))
    async with healing(world):
        await until(lambda: len(watcher.states[TOPIC]) == most)
        assert await is_refused(world)
        stand(world, listed(most + 1))
        await until(lambda: watcher.types[-1] == "ended")
    assert watcher.frames[-1]["code"] == "list_too_large"
    assert world.hub.watching(watcher) == set()
    # Once it is short enough it is sent again.
    stand(world, listed(1))
    async with healing(world):
        await until(lambda: len(world.hub.current(TOPIC)) == 1)
    assert not await is_refused(world)


async def test_who_watches_is_told_of_a_list_of_too_many_bytes(world: HubWorld) -> None:
    stand(world, listed(2))
    watcher = await world.watch(TOPIC)
    large = {
        key: entry | {"version": 2} for key, entry in listed(2, size=MOST * LARGEST_AVERAGE).items()
    }
    stand(world, large)
    async with healing(world):
        await until(lambda: watcher.types[-1] == "ended")
