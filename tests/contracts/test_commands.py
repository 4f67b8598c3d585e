"""What Commands promises, over every store: an id is kept with what its command changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from persistence.idempotency import (
    LONGEST_OUTCOME,
    MOST_REMEMBERED,
    REMEMBERED_SECONDS,
    Once,
    Remembered,
    Repeated,
)
from persistence.ports import Document, Index, Stale, Store, Taken
from persistence.urls import open_store

NOW = 1_700_000_000.0
ONCE = Once("ann", "one", "d1", "{}", NOW)
Write = Callable[[Store, Once], Awaitable[object]]

WRITES: dict[str, Write] = {
    "put a new one": lambda store, once: store.put("host", "new", "{}", expected=0, once=once),
    "put": lambda store, once: store.put("host", "a", "{}", expected=1, once=once),
    "put with an index": lambda store, once: store.put(
        "host", "a", "{}", expected=1, index=Index(labels={"l": ["x"]}), once=once
    ),
    "delete": lambda store, once: store.delete("host", "a", expected=1, once=once),
    "append": lambda store, once: store.append("chat", "x", "y", once=once),
    "remember": lambda store, once: store.remember(once),
}
NUMBERS = {
    "put a new one": 1, "put": 2, "put with an index": 2, "delete": 1, "append": 2, "remember": 0,
}  # fmt: skip


async def everything(store: Store) -> object:
    documents = [await store.get("host", key) for key in ("a", "new")]
    return documents, await store.find("host", "l", "x"), await store.read("chat")


async def kept(store: Store, id: str = "one", *, now: float = NOW) -> Remembered | None:
    return await store.remembered("ann", id, now=now)


@pytest.mark.parametrize("name", WRITES)
async def test_an_id_is_kept_with_the_write_and_with_no_other(store: Store, name: str) -> None:
    await store.put("host", "a", "{}", expected=0)
    await WRITES[name](store, ONCE)
    after = await everything(store)
    first = Remembered("d1", "{}", NUMBERS[name])
    assert await kept(store) == first
    for again in WRITES.values():
        with pytest.raises(Repeated) as repeated:
            await again(store, replace(ONCE, digest="d2", outcome="other"))
        assert repeated.value.first == first
    assert await everything(store) == after
    assert await kept(store) == first


async def test_a_write_that_is_refused_keeps_no_id(store: Store) -> None:
    await store.put("user", "a", "{}", expected=0, index=Index(claims={"name": "ada"}))
    taken = Index(claims={"name": "ada"})
    with pytest.raises(Taken):
        await store.put("user", "b", "{}", expected=0, index=taken, once=ONCE)
    with pytest.raises(Stale):
        await store.put("user", "a", "{}", expected=7, once=ONCE)
    with pytest.raises(Stale):
        await store.delete("user", "a", expected=7, once=ONCE)
    assert await kept(store) is None
    assert await store.put("user", "a", "2", expected=1, once=ONCE) == 2


@pytest.mark.parametrize("name", WRITES)
async def test_of_16_who_say_it_at_once_one_does_it(store: Store, name: str) -> None:
    await store.put("host", "a", "{}", expected=0)
    writes = [WRITES[name](store, replace(ONCE, outcome=str(n))) for n in range(16)]
    ends = await asyncio.gather(*writes, return_exceptions=True)
    winner = next(n for n, end in enumerate(ends) if not isinstance(end, Exception))
    others = [end for n, end in enumerate(ends) if n != winner]
    assert all(isinstance(end, Repeated) for end in others)
    assert await kept(store) == Remembered("d1", str(winner), NUMBERS[name])


async def test_ids_are_everybodys_own(store: Store) -> None:
    await store.put("host", "a", "{}", expected=0, once=ONCE)
    await store.put("host", "a", "2", expected=1, once=replace(ONCE, identity="bob"))
    assert await store.get("host", "a") == Document("a", 2, "2")


async def test_the_newest_2000_of_an_identity_are_kept(store: Store) -> None:
    await store.remember(replace(ONCE, identity="bob"))
    for first in range(0, MOST_REMEMBERED + 2, 100):
        numbers = range(first, min(first + 100, MOST_REMEMBERED + 2))
        for n in numbers:
            await store.remember(replace(ONCE, id=str(n)))
    assert [await kept(store, str(n)) is None for n in range(4)] == [True, True, False, False]
    assert await kept(store, str(MOST_REMEMBERED + 1))
    assert await store.remembered("bob", "one", now=NOW)


async def test_an_id_counts_for_a_day(store: Store) -> None:
    await store.remember(ONCE)
    late = NOW + REMEMBERED_SECONDS
    assert await kept(store, now=late - 1)
    assert await kept(store, now=late) is None
    await store.remember(replace(ONCE, digest="d2", at=late))
    assert await kept(store, now=late) == Remembered("d2", "{}", 0)
    await store.remember(replace(ONCE, id="two", at=late + 1))
    assert await store.forget_commands(now=late + REMEMBERED_SECONDS) == 1
    assert await kept(store, now=late) is None
    assert await kept(store, "two", now=late)


async def test_old_ids_are_removed_some_at_a_time(store: Store) -> None:
    for n in range(5):
        await store.remember(replace(ONCE, id=str(n)))
    late = NOW + REMEMBERED_SECONDS
    assert [await store.forget_commands(now=late, most=2) for _ in range(4)] == [2, 2, 1, 0]


async def test_how_a_command_ended_takes_the_place_of_how_it_began(store: Store) -> None:
    await store.put("host", "a", "{}", expected=0, once=ONCE)
    await store.settle("ann", "one", "refused")
    await store.settle("ann", "none", "refused")
    assert await kept(store) == Remembered("d1", "refused", 1)
    assert await kept(store, "none") is None


async def test_an_outcome_is_short() -> None:
    with pytest.raises(ValueError, match="at most"):
        replace(ONCE, outcome="x" * (LONGEST_OUTCOME + 1))


@pytest.mark.parametrize("store_url", ["sqlite-file", "postgres"], indirect=True)
async def test_an_id_is_known_when_the_store_is_opened_again(store_url: str) -> None:
    first = await open_store(store_url)
    await first.put("host", "a", "{}", expected=0, once=ONCE)
    await first.close()
    second = await open_store(store_url)
    with pytest.raises(Repeated):
        await second.append("chat", "x", once=ONCE)
    assert await second.head("chat") == 0
    await second.close()
