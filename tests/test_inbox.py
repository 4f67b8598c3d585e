"""Writing notifications down: in order, and of what changes quickly only what stands in the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from lobby import inbox
from lobby.inbox import THROTTLE_SECONDS, InboxWriter
from persistence.live.memory import MemoryBus, MemoryLocks
from persistence.ports import Store, Unreachable
from persistence.urls import open_store
from protocol import topics
from protocol.events import InboxEntry
from tests.support.services import PostgresServer
from tests.support.waiting import TIMEOUT, until

ANN, BEN = "ann", "ben"


def entry(text: str, session: str | None = "1") -> InboxEntry:
    kind = "session_updated" if session else "message"
    return InboxEntry(kind=kind, session=session, message=text, at=1.0)  # type: ignore[arg-type]


class Desk:
    """Notices over a real store, and what they have written."""

    def __init__(self, store: Store) -> None:
        self.store, self.bus, self.locks = store, MemoryBus(), MemoryLocks(time.monotonic)
        self.notices = InboxWriter(store, self.bus, self.locks)

    async def written(self, who: str = ANN) -> list[str]:
        page = await self.store.read(topics.inbox(who), limit=500)
        return [json.loads(entry.body)["message"] for entry in page.entries]

    async def has_written(self, *texts: str, who: str = ANN, seconds: float = TIMEOUT) -> None:
        async def wrote() -> bool:
            return await self.written(who) == list(texts)

        await until(wrote, seconds)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    store = await open_store("sqlite::memory:")
    desk = Desk(store)
    yield desk
    await desk.notices.close()
    await desk.bus.close()
    await store.close()


async def test_the_first_word_goes_at_once_and_the_last_one_a_moment_later(desk: Desk) -> None:
    began = time.monotonic()
    desk.notices.put_throttled(ANN, entry("first"))
    await desk.has_written("first", seconds=THROTTLE_SECONDS * 0.8)
    for n in range(20):
        desk.notices.put_throttled(ANN, entry(f"change {n}"))
    await desk.has_written("first", "change 19")
    assert time.monotonic() - began >= THROTTLE_SECONDS


async def test_people_and_sessions_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.notices.put_throttled(ANN, entry("ann 1", "1"))
    desk.notices.put_throttled(BEN, entry("ben 1", "1"))
    await desk.has_written("ann 1", seconds=THROTTLE_SECONDS * 0.8)
    desk.notices.put_throttled(ANN, entry("ann 2", "2"))
    await desk.has_written("ann 1", "ann 2", seconds=THROTTLE_SECONDS * 0.8)
    await desk.has_written("ben 1", who=BEN)


async def test_what_is_said_directly_makes_what_waits_about_it_old(desk: Desk) -> None:
    desk.notices.put_throttled(ANN, entry("first"))
    await desk.has_written("first")
    desk.notices.put_throttled(ANN, entry("never said"))
    desk.notices.put_throttled(ANN, entry("of another", "2"))
    await desk.notices.put(topics.inbox(ANN), entry("you are out"))
    await desk.notices.close()
    assert sorted(await desk.written()) == ["first", "of another", "you are out"]


async def test_what_is_newer_than_what_was_said_directly_is_said(desk: Desk) -> None:
    saying = asyncio.create_task(desk.notices.put(topics.inbox(ANN), entry("direct")))
    await asyncio.sleep(0)
    desk.notices.put_throttled(ANN, entry("newer"))
    await saying
    await desk.has_written("direct", "newer")


async def test_nothing_that_waits_is_lost_at_the_end(desk: Desk) -> None:
    for who in (ANN, BEN):
        desk.notices.put_throttled(who, entry("first"))
        await desk.has_written("first", who=who)
        desk.notices.put_throttled(who, entry("last"))
    await desk.notices.close()
    assert await desk.written(ANN) == await desk.written(BEN) == ["first", "last"]


async def test_no_task_is_left_when_nothing_waits(desk: Desk) -> None:
    before = len(asyncio.all_tasks())
    desk.notices.put_throttled(ANN, entry("first"))
    await desk.has_written("first")
    await until(lambda: len(asyncio.all_tasks()) == before)


async def test_what_waits_is_bounded_and_the_oldest_goes_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_PENDING", 10)
    for n in range(25):
        desk.notices.put_throttled(ANN, entry(f"session {n}", str(n)))
    await desk.notices.close()
    assert sorted(await desk.written()) == sorted(f"session {n}" for n in range(15, 25))


async def test_what_was_ended_is_forgotten_with_what_waits(desk: Desk) -> None:
    desk.notices.put_throttled(ANN, entry("first"))
    await desk.has_written("first")
    desk.notices.put_throttled(ANN, entry("too late"))
    await desk.notices.end(topics.inbox(ANN), code="gone")
    await desk.notices.close()
    assert await desk.written() == []


async def test_while_the_database_is_away_only_the_newest_waits(
    own_postgres: PostgresServer,
) -> None:
    store = await open_store(await own_postgres.new_database())
    desk = Desk(store)
    desk.notices.put_throttled(ANN, entry("before"))
    await desk.has_written("before")
    await asyncio.to_thread(own_postgres.kill)
    for n in range(5):
        desk.notices.put_throttled(ANN, entry(f"change {n}"))
        desk.notices.put_throttled(BEN, entry(f"change {n}"))
        await asyncio.sleep(THROTTLE_SECONDS)
    await asyncio.to_thread(own_postgres.start)
    await desk.has_written("before", "change 4", seconds=15)
    await desk.has_written("change 4", who=BEN)
    await desk.notices.close()
    await desk.bus.close()
    await store.close()


# Several processes


def changed(text: str, version: int) -> InboxEntry:
    return entry(text).model_copy(update={"version": version})


@pytest.fixture
async def other(desk: Desk) -> AsyncIterator[InboxWriter]:
    """Of another process, over the same stores."""
    writer = InboxWriter(desk.store, desk.bus, desk.locks)
    yield writer
    await writer.close()


async def test_two_processes_that_read_the_same_version_anew_tell_it_once(
    desk: Desk, other: InboxWriter
) -> None:
    async def now() -> InboxEntry:
        return changed("now", 9)

    desk.notices.put_throttled(ANN, changed("here", 1))
    await desk.has_written("here")
    other.put_throttled(ANN, changed("there", 2))
    await desk.has_written("here", "there")
    for writer in (desk.notices, other):
        writer.put_throttled(ANN, changed("older", 3), reread=now)
    for writer in (desk.notices, other):
        await writer.close()
    assert await desk.written() == ["here", "there", "now"]


async def test_what_another_process_said_directly_is_not_told_again(
    desk: Desk, other: InboxWriter
) -> None:
    async def now() -> InboxEntry:
        return changed("again", 2)

    desk.notices.put_throttled(ANN, changed("first", 1))
    await desk.has_written("first")
    desk.notices.put_throttled(ANN, changed("older", 1), reread=now)
    await other.put(topics.inbox(ANN), changed("direct", 2))
    await desk.notices.close()
    assert await desk.written() == ["first", "direct"]


async def test_while_nobody_knows_what_was_told_nothing_is_lost(
    desk: Desk, other: InboxWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise Unreachable("redis")

    monkeypatch.setattr(desk.locks, "acquire", away)
    desk.notices.put_throttled(ANN, changed("one", 1))
    await desk.has_written("one")
    other.put_throttled(ANN, changed("two", 1))
    await desk.has_written("one", "two")


async def test_r28_of_what_was_written_at_once_no_trace_stays_in_memory(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions end, one after another, and nothing that is throttled comes meanwhile."""
    monkeypatch.setattr(inbox, "THROTTLE_SECONDS", 0.0)
    for number in range(20):
        await desk.notices.put(topics.inbox(ANN), entry("over", str(number)))
    assert len(desk.notices._throttled) <= 1
