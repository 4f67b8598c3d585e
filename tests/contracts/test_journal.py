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


async def test_entries_of_one_call_follow_each_other(store: Store) -> None:
    await store.append("inbox", "a")
    assert await store.append("inbox", "b", "c", "d") == 4
    page = await store.read("inbox", after=1)
    assert page == Page([Entry(2, "b"), Entry(3, "c"), Entry(4, "d")], False)
    assert await store.append("inbox", "e", "f", "g", keep=2) == 7
    assert await store.read("inbox") == Page([Entry(6, "f"), Entry(7, "g")], trimmed=True)


async def test_16_appenders_of_many_keep_theirs_together(store: Store) -> None:
    lists = [[f"{n} {m}" for m in range(5)] for n in range(16)]
    last = await asyncio.gather(*(store.append("chat", *bodies) for bodies in lists))
    kept = {entry.cursor: entry.body for entry in (await store.read("chat", limit=100)).entries}
    for bodies, cursor in zip(lists, last, strict=True):
        assert [kept[cursor - 4 + n] for n in range(5)] == bodies


async def test_the_heads_of_many_streams_are_told_at_once(store: Store) -> None:
    for stream in ("a", "b", "b"):
        await store.append(stream, "1")
    await store.append("gone", "1")
    await store.forget("gone")
    await store.append("trimmed", "1", keep=0)
    assert await store.heads(["a", "b", "trimmed", "gone", "never"]) == {
        "a": 1,
        "b": 2,
        "trimmed": 1,
    }
    assert await store.heads([]) == {}
    many = [f"none{n}" for n in range(5_000)]
    assert await store.heads([*many, "b"]) == {"b": 2}


async def test_streams_are_found_by_how_their_names_begin(store: Store) -> None:
    for stream in ("events:3", "inbox:1", "events:1", "events_4", "events:2"):
        await store.append(stream, "a")
    assert sorted(await store.streams("events:")) == ["events:1", "events:2", "events:3"]
    assert await store.streams("nothing:") == []


async def test_streams_are_read_in_pages(store: Store) -> None:
    for number in range(5):
        await store.append(f"events:{number}", "a")
    found: list[str] = []
    while page := await store.streams("events:", after=found[-1] if found else "", limit=2):
        found += page
    assert sorted(found) == [f"events:{number}" for number in range(5)]
    assert len(found) == 5
