"""A watched journal: every entry once and in order, whatever was lost and whoever comes back."""

from __future__ import annotations

import asyncio

from protocol.events import Ended, LookAgain
from tests.hub.shelf import Stage, healing, until

TOPIC = "chat:1"


async def test_a_watcher_hears_what_is_said_from_now_on(stage: Stage) -> None:
    stage.shelf.append(TOPIC, "one", "two")
    watcher = await stage.watch(TOPIC)
    stage.say(TOPIC, "three")
    await until(lambda: watcher.cursors == [3])
    assert watcher.frames == [
        {"type": "entry", "topic": TOPIC, "cursor": 3, "entry": {"text": "three"}}
    ]


async def test_an_inbox_is_shown_without_whose_it_is(stage: Stage) -> None:
    watcher = await stage.watch("inbox:ann", "ann", after=0)
    stage.say("inbox:ann", "hello")
    await until(lambda: watcher.cursors == [1])
    assert watcher.frames[0]["topic"] == "inbox"


async def test_who_names_a_cursor_gets_all_that_followed_it(stage: Stage) -> None:
    stage.shelf.append(TOPIC, *(f"n{n}" for n in range(250)))
    watcher = await stage.watch(TOPIC, after=20)
    assert watcher.cursors == list(range(21, 251))
    assert set(watcher.types) == {"entry"}


async def test_all_who_listen_are_written_the_same_bytes(stage: Stage) -> None:
    first, second = await stage.watch(TOPIC), await stage.watch(TOPIC)
    stage.say(TOPIC, "one")
    await until(lambda: second.cursors == [1])
    assert first.raw[0] is second.raw[0]


async def test_what_is_no_longer_kept_is_said_to_be_trimmed(stage: Stage) -> None:
    stage.shelf.append(TOPIC, *(f"n{n}" for n in range(9)))
    del stage.shelf.entries[TOPIC][:5]
    watcher = await stage.watch(TOPIC, after=2)
    assert watcher.types == ["trimmed"] + ["entry"] * 4
    assert watcher.cursors == [6, 7, 8, 9]


async def test_a_cursor_of_a_stream_that_is_no_more_is_trimmed(stage: Stage) -> None:
    stage.shelf.append(TOPIC, "one")
    watcher = await stage.watch(TOPIC, after=70)
    assert watcher.types == ["trimmed", "entry"]


async def test_a_cursor_that_is_ahead_of_what_was_told_here_is_believed(stage: Stage) -> None:
    stage.shelf.append(TOPIC, "one")
    await stage.watch(TOPIC)
    # Appended, and told to the watcher elsewhere, before it was told here.
    stage.shelf.append(TOPIC, "two")
    back = await stage.watch(TOPIC, after=2)
    assert back.types == []
    stage.retell_entry(TOPIC, 2)
    stage.say(TOPIC, "three")
    await until(lambda: back.cursors == [3])


async def test_a_gap_is_read_and_nothing_is_sent_twice(stage: Stage) -> None:
    watcher = await stage.watch(TOPIC)
    stage.say(TOPIC, "one")
    stage.shelf.append(TOPIC, "two", "three")
    stage.say(TOPIC, "four")
    stage.retell_entry(TOPIC, 3)
    stage.retell_entry(TOPIC, 4)
    stage.say(TOPIC, "five")
    await until(lambda: len(watcher.cursors) == 5)
    await stage.heard()
    assert watcher.cursors == [1, 2, 3, 4, 5]


async def test_entries_while_catching_up_are_sent_once_and_in_order(stage: Stage) -> None:
    watcher = await stage.watch(TOPIC)
    stage.shelf.append(TOPIC, "one", "two")
    gate = stage.shelf.hold(TOPIC)
    stage.miss(TOPIC)
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    stage.retell_entry(TOPIC, 1)
    stage.say(TOPIC, "three")
    await stage.heard()
    gate.set()
    await until(lambda: len(watcher.cursors) == 3)
    await stage.heard()
    assert watcher.cursors == [1, 2, 3]


async def test_what_was_trimmed_during_a_gap_is_said_to_be(stage: Stage) -> None:
    watcher = await stage.watch(TOPIC)
    stage.say(TOPIC, "one")
    await until(lambda: watcher.cursors == [1])
    stage.shelf.append(TOPIC, *(f"n{n}" for n in range(9)))
    del stage.shelf.entries[TOPIC][:6]
    stage.miss(TOPIC)
    await until(lambda: watcher.cursors == [1, 7, 8, 9, 10])
    assert watcher.types == ["entry", "trimmed"] + ["entry"] * 4


async def test_entries_while_replaying_are_sent_once_and_in_order(stage: Stage) -> None:
    stage.shelf.append(TOPIC, "one", "two")
    await stage.watch(TOPIC)
    gate = stage.shelf.hold(TOPIC)
    joining = asyncio.create_task(stage.watch(TOPIC, after=0))
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    stage.say(TOPIC, "three")
    await stage.heard()
    gate.set()
    back = await joining
    stage.say(TOPIC, "four")
    await until(lambda: len(back.cursors) == 4)
    assert back.cursors == [1, 2, 3, 4]


async def test_who_watches_again_hears_nothing_twice(stage: Stage) -> None:
    watcher = await stage.watch(TOPIC)
    stage.say(TOPIC, "one")
    await until(lambda: watcher.cursors == [1])
    stage.shelf.append(TOPIC, "two")
    stage.retell_entry(TOPIC, 2)
    await until(lambda: watcher.cursors == [1, 2])
    gate = stage.shelf.hold(TOPIC)
    again = asyncio.create_task(stage.watch(TOPIC, watcher, after=1))
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    stage.say(TOPIC, "three")
    await stage.heard()
    gate.set()
    await again
    # It asked for the second once more; the third is new and comes once.
    assert watcher.cursors == [1, 2, 2, 3]


async def test_who_leaves_while_replaying_is_no_member_afterwards(stage: Stage) -> None:
    stage.shelf.append(TOPIC, "one")
    other = await stage.watch(TOPIC)
    gate = stage.shelf.hold(TOPIC)
    joining = asyncio.create_task(stage.watch(TOPIC, "ann", after=0))
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    [leaving] = [w for w in stage.hub.watchers() if w.identity == "ann"]
    stage.hub.leave(leaving)
    gate.set()
    left = await joining
    before = len(left.raw)
    stage.say(TOPIC, "two")
    await until(lambda: other.cursors == [2])
    assert len(left.raw) == before


async def test_who_unwatches_while_replaying_is_no_member_afterwards(stage: Stage) -> None:
    stage.shelf.append(TOPIC, "one")
    other = await stage.watch(TOPIC)
    gate = stage.shelf.hold(TOPIC)
    joining = asyncio.create_task(stage.watch(TOPIC, "ann", after=0))
    await until(lambda: stage.shelf.asked[TOPIC] == 2)
    [leaving] = [w for w in stage.hub.watchers() if w.identity == "ann"]
    stage.hub.unwatch(TOPIC, leaving)
    gate.set()
    left = await joining
    before = len(left.raw)
    stage.say(TOPIC, "two")
    await until(lambda: other.cursors == [2])
    assert len(left.raw) == before


async def test_who_fell_behind_must_watch_again(stage: Stage) -> None:
    watcher, other = await stage.watch(TOPIC), await stage.watch(TOPIC)
    watcher.behind = True
    stage.say(TOPIC, "one")
    await until(lambda: other.cursors == [1])
    watcher.behind = False
    stage.hub.caught_up(watcher)
    assert watcher.frames == [{"type": "ended", "topic": TOPIC, "code": "fell_behind"}]
    assert stage.hub.watching(watcher) == set()
    await stage.watch(TOPIC, watcher, after=0)
    stage.say(TOPIC, "two")
    await until(lambda: watcher.cursors == [1, 2])


async def test_an_ended_journal_says_so_also_to_who_is_behind(stage: Stage) -> None:
    watcher, slow = await stage.watch(TOPIC), await stage.watch(TOPIC)
    slow.behind = True
    stage.tell(TOPIC, Ended(code="session_closed"))
    await until(lambda: watcher.types == ["ended"])
    assert slow.types == ["ended"]


async def test_a_lost_last_entry_heals(stage: Stage) -> None:
    watcher = await stage.watch(TOPIC)
    stage.shelf.append(TOPIC, "one")
    async with healing(stage):
        await until(lambda: watcher.cursors == [1])


async def test_told_to_look_it_reads_what_is_new(stage: Stage) -> None:
    watcher = await stage.watch(TOPIC)
    stage.shelf.append(TOPIC, *(f"n{n}" for n in range(230)))
    stage.tell(TOPIC, LookAgain())
    await until(lambda: watcher.cursors == list(range(1, 231)))
