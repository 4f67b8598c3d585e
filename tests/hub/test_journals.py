"""A watched journal: every entry once and in order, whatever was lost and whoever comes back."""

from __future__ import annotations

import asyncio

from persistence.ports import Entry
from protocol.events import Invalidated, TopicEnded
from tests.support.hub import HubWorld, Recorder, healing
from tests.support.waiting import until

TOPIC = "chat:1"


async def test_a_watcher_hears_what_is_said_from_now_on(world: HubWorld) -> None:
    world.source.append(TOPIC, "one", "two")
    watcher = await world.watch(TOPIC)
    world.say(TOPIC, "three")
    await until(lambda: watcher.cursors == [3])
    assert watcher.frames == [
        {"type": "entry", "topic": TOPIC, "cursor": 3, "entry": {"text": "three"}}
    ]


async def test_an_inbox_is_shown_without_whose_it_is(world: HubWorld) -> None:
    watcher = await world.watch("inbox:ann", "ann", after=0)
    world.say("inbox:ann", "hello")
    await until(lambda: watcher.cursors == [1])
    assert watcher.frames[0]["topic"] == "inbox"


async def test_who_names_a_cursor_gets_all_that_followed_it(world: HubWorld) -> None:
    world.source.append(TOPIC, *(f"n{n}" for n in range(250)))
    watcher = await world.watch(TOPIC, after=20)
    assert watcher.cursors == list(range(21, 251))
    assert set(watcher.types) == {"entry"}


async def test_all_who_listen_are_written_the_same_bytes(world: HubWorld) -> None:
    first, second = await world.watch(TOPIC), await world.watch(TOPIC)
    world.say(TOPIC, "one")
    await until(lambda: second.cursors == [1])
    assert first.raw[0] is second.raw[0]


async def test_what_is_no_longer_kept_is_said_to_be_trimmed(world: HubWorld) -> None:
    world.source.append(TOPIC, *(f"n{n}" for n in range(9)))
    del world.source.entries[TOPIC][:5]
    watcher = await world.watch(TOPIC, after=2)
    assert watcher.types == ["trimmed"] + ["entry"] * 4
    assert watcher.cursors == [6, 7, 8, 9]


async def test_a_cursor_of_a_stream_that_is_no_more_is_trimmed(world: HubWorld) -> None:
    world.source.append(TOPIC, "one")
    watcher = await world.watch(TOPIC, after=70)
    assert watcher.types == ["trimmed", "entry"]


async def test_a_cursor_that_is_ahead_of_what_was_told_here_is_believed(world: HubWorld) -> None:
    world.source.append(TOPIC, "one")
    await world.watch(TOPIC)
    # Appended, and told to the watcher elsewhere, before it was told here.
    world.source.append(TOPIC, "two")
    back = await world.watch(TOPIC, after=2)
    assert back.types == []
    world.retell_entry(TOPIC, 2)
    world.say(TOPIC, "three")
    await until(lambda: back.cursors == [3])


async def test_a_gap_is_read_and_nothing_is_sent_twice(world: HubWorld) -> None:
    watcher = await world.watch(TOPIC)
    world.say(TOPIC, "one")
    world.source.append(TOPIC, "two", "three")
    world.say(TOPIC, "four")
    world.retell_entry(TOPIC, 3)
    world.retell_entry(TOPIC, 4)
    world.say(TOPIC, "five")
    await until(lambda: len(watcher.cursors) == 5)
    await world.heard()
    assert watcher.cursors == [1, 2, 3, 4, 5]


async def test_entries_while_catching_up_are_sent_once_and_in_order(world: HubWorld) -> None:
    watcher = await world.watch(TOPIC)
    world.source.append(TOPIC, "one", "two")
    gate = world.source.hold(TOPIC)
    world.miss(TOPIC)
    await until(lambda: world.source.asked[TOPIC] == 2)
    world.retell_entry(TOPIC, 1)
    world.say(TOPIC, "three")
    await world.heard()
    gate.set()
    await until(lambda: len(watcher.cursors) == 3)
    await world.heard()
    assert watcher.cursors == [1, 2, 3]


async def test_what_was_trimmed_during_a_gap_is_said_to_be(world: HubWorld) -> None:
    watcher = await world.watch(TOPIC)
    world.say(TOPIC, "one")
    await until(lambda: watcher.cursors == [1])
    world.source.append(TOPIC, *(f"n{n}" for n in range(9)))
    del world.source.entries[TOPIC][:6]
    world.miss(TOPIC)
    await until(lambda: watcher.cursors == [1, 7, 8, 9, 10])
    assert watcher.types == ["entry", "trimmed"] + ["entry"] * 4


async def test_entries_while_replaying_are_sent_once_and_in_order(world: HubWorld) -> None:
    world.source.append(TOPIC, "one", "two")
    await world.watch(TOPIC)
    gate = world.source.hold(TOPIC)
    joining = asyncio.create_task(world.watch(TOPIC, after=0))
    await until(lambda: world.source.asked[TOPIC] == 2)
    world.say(TOPIC, "three")
    await world.heard()
    gate.set()
    back = await joining
    world.say(TOPIC, "four")
    await until(lambda: len(back.cursors) == 4)
    assert back.cursors == [1, 2, 3, 4]


async def test_who_watches_again_hears_nothing_twice(world: HubWorld) -> None:
    watcher = await world.watch(TOPIC)
    world.say(TOPIC, "one")
    await until(lambda: watcher.cursors == [1])
    world.source.append(TOPIC, "two")
    world.retell_entry(TOPIC, 2)
    await until(lambda: watcher.cursors == [1, 2])
    gate = world.source.hold(TOPIC)
    again = asyncio.create_task(world.watch(TOPIC, watcher, after=1))
    await until(lambda: world.source.asked[TOPIC] == 2)
    world.say(TOPIC, "three")
    await world.heard()
    gate.set()
    await again
    # It asked for the second once more; the third is new and comes once.
    assert watcher.cursors == [1, 2, 2, 3]


async def test_who_leaves_while_replaying_is_no_member_afterwards(world: HubWorld) -> None:
    world.source.append(TOPIC, "one")
    other = await world.watch(TOPIC)
    gate = world.source.hold(TOPIC)
    joining = asyncio.create_task(world.watch(TOPIC, "ann", after=0))
    await until(lambda: world.source.asked[TOPIC] == 2)
    [leaving] = [w for w in world.hub.watchers() if w.identity == "ann"]
    world.hub.leave(leaving)
    gate.set()
    left = await joining
    before = len(left.raw)
    world.say(TOPIC, "two")
    await until(lambda: other.cursors == [2])
    assert len(left.raw) == before


async def test_who_unwatches_while_replaying_is_no_member_afterwards(world: HubWorld) -> None:
    world.source.append(TOPIC, "one")
    other = await world.watch(TOPIC)
    gate = world.source.hold(TOPIC)
    joining = asyncio.create_task(world.watch(TOPIC, "ann", after=0))
    await until(lambda: world.source.asked[TOPIC] == 2)
    [leaving] = [w for w in world.hub.watchers() if w.identity == "ann"]
    world.hub.unwatch(TOPIC, leaving)
    gate.set()
    left = await joining
    before = len(left.raw)
    world.say(TOPIC, "two")
    await until(lambda: other.cursors == [2])
    assert len(left.raw) == before


async def test_an_ended_journal_says_so_also_to_who_is_behind(world: HubWorld) -> None:
    watcher, slow = await world.watch(TOPIC), await world.watch(TOPIC)
    slow.behind = True
    world.tell(TOPIC, TopicEnded(code="session_closed"))
    await until(lambda: watcher.types == ["ended"])
    assert slow.types == ["ended"]


async def test_a_lost_last_entry_heals(world: HubWorld) -> None:
    watcher = await world.watch(TOPIC)
    world.source.append(TOPIC, "one")
    async with healing(world):
        await until(lambda: watcher.cursors == [1])


async def test_told_to_look_it_reads_what_is_new(world: HubWorld) -> None:
    watcher = await world.watch(TOPIC)
    world.source.append(TOPIC, *(f"n{n}" for n in range(230)))
    world.tell(TOPIC, Invalidated())
    await until(lambda: watcher.cursors == list(range(1, 231)))


async def test_a_replay_that_the_store_interrupts_goes_on_where_it_was(world: HubWorld) -> None:
    world.source.append(TOPIC, *(f"n{n}" for n in range(150)))
    first, second = await world.watch(TOPIC), Recorder("late")
    # 1. The second page cannot be read.
    taken, first_page = world.source.asked[TOPIC], world.source.hold(TOPIC)
    watching = asyncio.create_task(world.watch(TOPIC, second, after=0))
    await world.looked(TOPIC, taken + 1)
    second_page = world.source.hold(TOPIC)
    first_page.set()
    await world.looked(TOPIC, taken + 2)
    world.source.away = True
    second_page.set()
    await watching
    assert second.cursors == list(range(1, 101))
    # 2. What is said meanwhile comes in its place.
    world.say(TOPIC, "after")
    await until(lambda: first.cursors == [151])
    world.source.away = False
    await until(lambda: second.cursors == list(range(1, 152)))


async def test_a_journal_that_cannot_be_served_ends_for_who_asked(world: HubWorld) -> None:
    world.source.append(TOPIC, "one")
    world.source.entries[TOPIC][0] = Entry(1, None)  # type: ignore[arg-type]
    watcher = await world.watch(TOPIC, after=0)
    assert watcher.frames == [{"type": "ended", "topic": TOPIC, "code": "watch_again"}]
    world.source.entries[TOPIC][0] = Entry(1, "{}")
    await world.watch(TOPIC, watcher, after=0)
    assert watcher.cursors == [1]


async def test_a_cursor_of_another_epoch_is_told_everything_that_is_kept(world: HubWorld) -> None:
    world.source.append(TOPIC, "one", "two", "three")
    back = await world.watch(TOPIC, after=2, epoch="before the restore")
    assert (back.types, back.cursors) == (["trimmed"] + ["entry"] * 3, [1, 2, 3])
    same = await world.watch(TOPIC, after=2, epoch="store")
    assert (same.types, same.cursors) == (["entry"], [3])
    new = await world.watch(TOPIC, epoch="before the restore")
    assert new.frames == []
