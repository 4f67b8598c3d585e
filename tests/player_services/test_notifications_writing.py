"""Writing notifications down: in order, and of what changes quickly only what stands in the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from lobby import notices
from lobby.notices import QUIET_SECONDS, Notices
from persistence.live.memory import MemoryBus
from persistence.ports import Store
from persistence.urls import open_store
from protocol import topics
from protocol.events import InboxEntry
from tests.patience import PATIENCE
from tests.player_services.polling import until
from tests.services import PostgresServer

ANN, BEN = "ann", "ben"


def entry(text: str, session: str | None = "1") -> InboxEntry:
    kind = "session_updated" if session else "message"
    return InboxEntry(kind=kind, session=session, message=text, at=1.0)  # type: ignore[arg-type]


class Desk:
    """Notices over a real store, and what they have written."""

    def __init__(self, store: Store) -> None:
        self.store, self.bus = store, MemoryBus()
        self.notices = Notices(store, self.bus)

    async def written(self, who: str = ANN) -> list[str]:
        page = await self.store.read(topics.inbox(who), limit=500)
        return [json.loads(entry.body)["message"] for entry in page.entries]

    async def has_written(self, *texts: str, who: str = ANN, seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds):
            while await self.written(who) != list(texts):
                await asyncio.sleep(0.005)


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
    desk.notices.soon(ANN, entry("first"))
    await desk.has_written("first", seconds=QUIET_SECONDS * 0.8)
    for n in range(20):
        desk.notices.soon(ANN, entry(f"change {n}"))
    await desk.has_written("first", "change 19")
    assert time.monotonic() - began >= QUIET_SECONDS


async def test_people_and_sessions_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.notices.soon(ANN, entry("ann 1", "1"))
    desk.notices.soon(BEN, entry("ben 1", "1"))
    await desk.has_written("ann 1", seconds=QUIET_SECONDS * 0.8)
    desk.notices.soon(ANN, entry("ann 2", "2"))
    await desk.has_written("ann 1", "ann 2", seconds=QUIET_SECONDS * 0.8)
    await desk.has_written("ben 1", who=BEN)


async def test_what_is_said_directly_makes_what_waits_about_it_old(desk: Desk) -> None:
    desk.notices.soon(ANN, entry("first"))
    await desk.has_written("first")
    desk.notices.soon(ANN, entry("never said"))
    desk.notices.soon(ANN, entry("of another", "2"))
    await desk.notices.put(topics.inbox(ANN), entry("you are out"))
    await desk.notices.close()
    assert sorted(await desk.written()) == ["first", "of another", "you are out"]


async def test_what_is_newer_than_what_was_said_directly_is_said(desk: Desk) -> None:
    saying = asyncio.create_task(desk.notices.put(topics.inbox(ANN), entry("direct")))
    await asyncio.sleep(0)
    desk.notices.soon(ANN, entry("newer"))
    await saying
    await desk.has_written("direct", "newer")


async def test_nothing_that_waits_is_lost_at_the_end(desk: Desk) -> None:
    for who in (ANN, BEN):
        desk.notices.soon(who, entry("first"))
        await desk.has_written("first", who=who)
        desk.notices.soon(who, entry("last"))
    await desk.notices.close()
    assert await desk.written(ANN) == await desk.written(BEN) == ["first", "last"]


async def test_no_task_is_left_when_nothing_waits(desk: Desk) -> None:
    before = len(asyncio.all_tasks())
    desk.notices.soon(ANN, entry("first"))
    await desk.has_written("first")
    await until(lambda: len(asyncio.all_tasks()) == before)


async def test_what_waits_is_bounded_and_the_oldest_goes_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MOST", 10)
    for n in range(25):
        desk.notices.soon(ANN, entry(f"session {n}", str(n)))
    await desk.notices.close()
    assert sorted(await desk.written()) == sorted(f"session {n}" for n in range(15, 25))


async def test_what_was_ended_is_forgotten_with_what_waits(desk: Desk) -> None:
    desk.notices.soon(ANN, entry("first"))
    await desk.has_written("first")
    desk.notices.soon(ANN, entry("too late"))
    await desk.notices.end(topics.inbox(ANN), code="gone")
    await desk.notices.close()
    assert await desk.written() == []


async def test_while_the_database_is_away_only_the_newest_waits(
    own_postgres: PostgresServer,
) -> None:
    store = await open_store(await own_postgres.new_database())
    desk = Desk(store)
    desk.notices.soon(ANN, entry("before"))
    await desk.has_written("before")
    await asyncio.to_thread(own_postgres.kill)
    for n in range(5):
        desk.notices.soon(ANN, entry(f"change {n}"))
        desk.notices.soon(BEN, entry(f"change {n}"))
        await asyncio.sleep(QUIET_SECONDS)
    await asyncio.to_thread(own_postgres.start)
    await desk.has_written("before", "change 4", seconds=15)
    await desk.has_written("change 4", who=BEN)
    await desk.notices.close()
    await desk.bus.close()
    await store.close()
