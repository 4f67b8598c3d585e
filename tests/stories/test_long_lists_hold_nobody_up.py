"""Whatever is asked of long lists, and however they are healed, no turn of the loop is long; and
nothing is read or encoded for all of them that nobody needs whole."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.topics import SLICE
from lobby.live_queries import Query
from protocol.topics import PRESENCE
from tests.support.crowd import account
from tests.support.long_lists import LongLists, long_lists
from tests.support.long_runs import long_run, whole_only
from tests.support.loop_turns import collector_as_served
from tests.support.queries import asked
from tests.support.slowness import slowness
from tests.support.waiting import until

LONGEST_MS = 20.0
"""Of one turn, on the usual machine, pauses of the garbage collector included."""
SESSIONS, PEOPLE = 4_000, 20_000
DIFFERENT = 500
"""Sessions that really differ from what is known here."""

Work = Callable[[], Coroutine[Any, Any, object]]


@pytest.fixture
async def lists(tmp_path: Path) -> AsyncIterator[LongLists]:
    async with long_lists(tmp_path, sessions=SESSIONS, people=PEOPLE) as lists:
        with collector_as_served():
            yield lists


async def no_turn_is_long(lists: LongLists, name: str, work: Work) -> None:
    before = slowness(time.thread_time)
    turns = await lists.measured(work)
    slower = max(before, slowness(time.thread_time))
    noted = sorted(turns.noted, reverse=True)[:3]
    assert turns.longest <= LONGEST_MS * slower, (name, slower, noted)


def session_questions(many: int) -> list[Query]:
    return [
        asked(
            "sessions",
            filter={
                "free": {"min": n % 4},
                "attributes": {"map": ["old town", f"m{n}"], f"k{n % 16}": {"not": n}},
            },
        )
        for n in range(many)
    ]


def people_questions(many: int) -> list[Query]:
    return [
        asked("people", filter={"name": f"{n}", "status": ["away", "busy"]}) for n in range(many)
    ]


async def sessions_by_query(lists: LongLists, many: int) -> None:
    held = partial(no_turn_is_long, lists)
    await held("the first question", partial(lists.ask, asked("sessions")))
    await held("another sort", partial(lists.ask, asked("sessions", sort="name")))
    assert lists.encoded("sessions") == 0
    lists.read.clear()
    await held("a look", lists.look)
    assert not lists.read, "versions agree"
    await held(f"{many:,} questions", partial(lists.learn, session_questions(many)))
    await held("a page", partial(lists.search, asked("sessions", sort="name", limit=1_000)))
    await lists.rename(DIFFERENT)
    lists.read.clear()
    await held(f"a look with {DIFFERENT} that differ", lists.look)
    assert lists.read["pages"] == 0
    assert lists.read["get"] == 0, "they are read together"
    assert lists.read["many"] <= DIFFERENT // SLICE + 1
    engine = lists.hub.queries.lists["sessions"].windows.engine
    await until(
        lambda: sum("renamed" in _name(engine.state(id)) for id in engine.ids()) == DIFFERENT
    )


def _name(state: Any) -> str:
    return str(state.get("name", ""))


async def people_by_query(lists: LongLists, people: int, many: int) -> None:
    held = partial(no_turn_is_long, lists)
    await held("the first question", partial(lists.ask, asked("people")))
    await held("another sort", partial(lists.ask, asked("people", sort="-since")))
    assert not lists.opened(PRESENCE)
    lists.read.clear()
    await held("a look", lists.look)
    assert not lists.read, "versions agree"
    await held(f"{many:,} questions", partial(lists.learn, people_questions(many)))
    await held(f"{PEOPLE:,} change at once", partial(all_play, lists))
    engine = lists.hub.queries.lists["people"].windows.engine
    playing = [id for id in engine.ids() if (engine.state(id) or {})["status"] == "playing"]
    assert len(playing) == PEOPLE
    await held("a gap on the bus", lists.miss_roster)
    assert len(engine) == people
    assert not lists.opened(PRESENCE)


async def all_play(lists: LongLists) -> None:
    """One burst: nobody waits for what is made of it."""
    engine, last = lists.hub.queries.lists["people"].windows.engine, account(PEOPLE).uuid
    await lists.enter(1, PEOPLE + 1, "playing")
    await until(lambda: (engine.state(last) or {})["status"] == "playing")


async def test_sessions_by_query(lists: LongLists) -> None:
    await sessions_by_query(lists, 200)


async def test_people_by_query(lists: LongLists) -> None:
    await people_by_query(lists, PEOPLE, 100)


@long_run
@whole_only
async def test_20_000_sessions_by_query(tmp_path: Path) -> None:
    async with long_lists(tmp_path, sessions=20_000, people=0) as lists:
        with collector_as_served():
            await sessions_by_query(lists, 1_000)


@long_run
@whole_only
async def test_100_000_people_by_query(tmp_path: Path) -> None:
    async with long_lists(tmp_path, sessions=0, people=100_000) as lists:
        with collector_as_served():
            await people_by_query(lists, 100_000, 200)
