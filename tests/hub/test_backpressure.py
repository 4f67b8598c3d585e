"""Who reads slowly: made up for what was skipped meanwhile, and for nothing else."""

from __future__ import annotations

import asyncio

from lobby.hub import Known, Snapshot
from lobby.hub.audiences import KEPT_PATCHES
from tests.support.hub import HubWorld, Recorder, healing
from tests.support.waiting import until

TOPIC = "session:1"
CHAT = "chat:1"
BUFFER = 64 * 1024


class Slow(Recorder):
    """Behind while more than a buffer is unread, as a connection is."""

    def __init__(self, world: HubWorld) -> None:
        super().__init__()
        self.stage, self.unread, self.most_unread = world, 0, 0

    def _write(self, frame: bytes) -> None:
        super()._write(frame)
        self.unread += len(frame)
        self.most_unread = max(self.most_unread, self.unread)
        self.behind = self.behind or self.unread > BUFFER

    def reads(self) -> None:
        """Everything that was written until now."""
        self.unread = 0
        if self.behind:
            self.behind = False
            self.stage.hub.caught_up(self)


def people(many: int, version: int = 1) -> Snapshot:
    roster = {f"{n:032x}": {"name": "x" * 40, "status": "online"} for n in range(many)}
    return Snapshot(roster, epoch="leases", version=version)


async def behind(world: HubWorld, topic: str) -> tuple[Recorder, Recorder]:
    """Two who watch it: one has fallen behind."""
    slow, other = await world.watch(topic), await world.watch(topic)
    slow.behind = True
    return slow, other


async def has(slow: Recorder, cursor: int) -> None:
    await until(lambda: cursor in slow.cursors)


def catch_up(world: HubWorld, slow: Recorder) -> None:
    slow.behind = False
    world.hub.caught_up(slow)


async def test_a_large_state_is_sent_once(world: HubWorld) -> None:
    world.source.snapshots["presence"] = people(4_000)
    slow = Slow(world)
    await world.watch("presence", slow)
    for _ in range(5):
        slow.reads()
    assert slow.types == ["state"]
    assert len(slow.states["presence"]) == 4_000


async def test_who_skipped_patches_is_sent_those_patches(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    slow, other = await behind(world, TOPIC)
    for version in (2, 3, 4):
        world.change(TOPIC, version, {"n": version})
        await other.at(TOPIC, version)
    assert slow.types == ["state"]
    catch_up(world, slow)
    assert slow.types == ["state", "patch", "patch", "patch"]
    assert slow.raw[1:] == other.raw[1:]
    world.change(TOPIC, 5, {"n": 5})
    await until(lambda: slow.states[TOPIC] == {"n": 5})
    assert slow.gaps == []


async def test_who_skipped_more_than_is_kept_is_sent_one_state(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    slow, other = await behind(world, TOPIC)
    last = KEPT_PATCHES + 2
    for version in range(2, last + 1):
        world.change(TOPIC, version, {"n": version})
        await other.at(TOPIC, version)
    catch_up(world, slow)
    assert slow.types == ["state", "state"]
    assert slow.states[TOPIC] == {"n": last}


async def test_who_skipped_nothing_is_sent_nothing(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    world.source.append(CHAT, "one")
    slow, _ = await behind(world, TOPIC)
    await world.watch(CHAT, slow)
    catch_up(world, slow)
    assert slow.types == ["state"]
    assert world.hub.watching(slow) == {TOPIC, CHAT}


async def test_a_new_epoch_that_was_skipped_is_made_up_for_by_its_state(world: HubWorld) -> None:
    world.source.snapshots["presence"] = people(1)
    slow, other = await behind(world, "presence")
    world.source.snapshots["presence"] = Snapshot({"bob": {"n": 1}}, epoch="new", version=1)
    world.miss("presence")
    await until(lambda: "bob" in other.states["presence"])
    catch_up(world, slow)
    assert slow.types == ["state", "state"]
    assert slow.known["presence"] == Known("new", 1)


async def test_what_is_watched_while_behind_waits(world: HubWorld) -> None:
    world.source.snapshots["presence"] = people(4_000)
    world.put(TOPIC, 1, {"n": 1})
    slow = Slow(world)
    await world.watch("presence", slow)
    await world.watch(TOPIC, slow)
    assert slow.types == ["state"]
    slow.reads()
    assert slow.states[TOPIC] == {"n": 1}


async def test_watching_large_states_again_and_again_leaves_one_of_them_unread(
    world: HubWorld,
) -> None:
    topics = [f"session:{n}" for n in range(10)]
    for topic in topics:
        world.put(topic, 1, {"filling": "x" * 2 * BUFFER})
    slow = Slow(world)
    for _ in range(5):
        for topic in topics:
            await world.watch(topic, slow)
            world.hub.unwatch(topic, slow)
            await world.watch(topic, slow)
    assert slow.types == ["state"]
    for _ in topics:
        slow.reads()
    assert slow.most_unread < 3 * BUFFER
    assert sorted(slow.states) == topics


async def test_a_topic_that_changes_without_end_does_not_keep_others_waiting(
    world: HubWorld,
) -> None:
    filling = "x" * 2 * BUFFER
    world.put(TOPIC, 1, {"filling": filling})
    world.put("session:2", 1, {"n": 1})
    slow, other = Slow(world), await world.watch(TOPIC)
    await world.watch(TOPIC, slow)
    await world.watch("session:2", slow)
    for version in range(2, 5):
        world.change(TOPIC, version, {"filling": f"{version}{filling}"})
        await other.at(TOPIC, version)
        slow.reads()
    assert slow.states["session:2"] == {"n": 1}


async def test_who_unwatches_while_behind_is_sent_nothing_of_it(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    slow, other = await behind(world, TOPIC)
    world.change(TOPIC, 2, {"n": 2})
    await other.at(TOPIC, 2)
    world.hub.unwatch(TOPIC, slow)
    catch_up(world, slow)
    assert slow.types == ["state"]


async def test_entries_that_were_skipped_are_replayed(world: HubWorld) -> None:
    slow, other = await behind(world, CHAT)
    world.say(CHAT, "one")
    world.say(CHAT, "two")
    await until(lambda: other.cursors == [1, 2])
    assert slow.cursors == []
    catch_up(world, slow)
    world.say(CHAT, "three")
    await until(lambda: len(slow.cursors) == 3)
    assert slow.cursors == [1, 2, 3]
    assert set(slow.types) == {"entry"}


async def test_a_replay_stops_where_it_makes_the_watcher_fall_behind(world: HubWorld) -> None:
    world.source.append(CHAT, *("x" * BUFFER for _ in range(5)))
    slow = Slow(world)
    await world.watch(CHAT, slow, after=0)
    assert slow.cursors == [1]
    for last in range(2, 6):
        slow.reads()
        await has(slow, last)
    world.say(CHAT, "six")
    slow.reads()
    await until(lambda: len(slow.cursors) == 6)
    assert slow.cursors == [1, 2, 3, 4, 5, 6]
    assert slow.most_unread < 2 * BUFFER


async def test_a_replay_waits_until_the_store_can_be_read(world: HubWorld) -> None:
    slow, other = await behind(world, CHAT)
    world.say(CHAT, "one")
    await until(lambda: other.cursors == [1])
    world.source.away = True
    asked = world.source.asked[CHAT]
    catch_up(world, slow)
    await world.looked(CHAT, asked + 1)
    world.source.away = False
    await until(lambda: slow.cursors == [1])


async def test_a_journal_with_nobody_but_a_replay_is_not_forgotten(world: HubWorld) -> None:
    slow, other = await behind(world, CHAT)
    world.say(CHAT, "one")
    await until(lambda: other.cursors == [1])
    world.hub.leave(other)
    gate = world.source.hold(CHAT)
    catch_up(world, slow)
    async with healing(world):
        await world.looked("heads", world.source.asked["heads"] + 4)
    gate.set()
    await until(lambda: slow.cursors == [1])


async def test_who_watches_again_during_a_replay_hears_nothing_twice(world: HubWorld) -> None:
    slow, other = await behind(world, CHAT)
    world.say(CHAT, "one")
    await until(lambda: other.cursors == [1])
    gate = world.source.hold(CHAT)
    asked = world.source.asked[CHAT]
    catch_up(world, slow)
    await world.looked(CHAT, asked + 1)
    again = asyncio.create_task(world.watch(CHAT, slow, after=0))
    await world.looked(CHAT, asked + 2)
    gate.set()
    await again
    world.say(CHAT, "two")
    await until(lambda: len(slow.cursors) == 2)
    assert slow.cursors == [1, 2]
