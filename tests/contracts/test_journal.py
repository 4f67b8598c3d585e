"""What Journal promises, over every store."""

from __future__ import annotations

import asyncio

from persistence.ports import Entry, Page, Store


async def test_entries_are_read_in_the_order_they_were_appended(store: Store) -> None:
    assert [await store.append("inbox", body) for body in "abc"] == [1, 2, 3]
    assert await store.read("inbox") == Page([Entry(1, "a"), Entry(2, "b"), Entry(3, "c")], False)


async def test_reading_goes_on_behind_a_cursor(store: Store) -> None:
    for body in "abcde":
        await store.append("inbox", body)
    assert await store.read("inbox", after=1, limit=2) == Page(
        [Entry(2, "b"), Entry(3, "c")], False
    )
    assert await store.read("inbox", after=3, limit=9) == Page(
        [Entry(4, "d"), Entry(5, "e")], False
    )
    assert await store.read("inbox", after=5) == Page([], False)


async def test_streams_are_numbered_each_for_itself(store: Store) -> None:
    await store.append("a", "1")
    assert await store.append("b", "1") == 1
    assert await store.head("a") == 1


async def test_an_unknown_stream_is_empty(store: Store) -> None:
    assert await store.read("none") == Page([], False)
    assert await store.head("none") == 0


async def test_64_appenders_leave_no_gap_and_no_double(store: Store) -> None:
    cursors = await asyncio.gather(*(store.append("chat", str(n)) for n in range(64)))
    assert sorted(cursors) == list(range(1, 65))
    page = await store.read("chat", limit=100)
    assert [entry.cursor for entry in page.entries] == list(range(1, 65))
    assert all(cursors[int(entry.body)] == entry.cursor for entry in page.entries)


async def test_only_the_newest_are_kept_and_a_reader_of_older_ones_is_told(store: Store) -> None:
    for n in range(1, 11):
        await store.append("chat", str(n), keep=3)
    kept = [Entry(8, "8"), Entry(9, "9"), Entry(10, "10")]
    assert await store.read("chat") == Page(kept, trimmed=True)
    assert await store.read("chat", after=6) == Page(kept, trimmed=True)
    assert await store.read("chat", after=7) == Page(kept, trimmed=False)
    assert await store.read("chat", after=6, limit=1) == Page(kept[:1], trimmed=True)


async def test_the_head_is_remembered_after_everything_was_trimmed(store: Store) -> None:
    await store.append("chat", "a")
    await store.append("chat", "b", keep=0)
    assert await store.head("chat") == 2
    assert await store.read("chat", after=1) == Page([], trimmed=True)
    assert await store.read("chat", after=2) == Page([], trimmed=False)
    assert await store.append("chat", "c") == 3


async def test_a_forgotten_stream_is_gone_whole(store: Store) -> None:
    await store.append("chat", "a")
    await store.append("other", "b")
    await store.forget("chat")
    assert await store.read("chat") == Page([], False)
    assert await store.head("chat") == 0
    assert await store.head("other") == 1
    assert await store.append("chat", "c") == 1
