"""The pool knows who waits, without reading everybody each time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.storage import ticket_cache as module
from lobby.storage.kinds import TICKETS
from lobby.storage.repository import Repository
from lobby.storage.ticket_cache import TicketCache
from persistence.urls import open_store

FEW = 10


@pytest.fixture
async def tickets(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Repository[Ticket]]:
    monkeypatch.setattr(module, "PAGE", FEW)
    store = await open_store("sqlite::memory:")
    yield TICKETS.repository(store)
    await store.close()


def ticket(n: int) -> Ticket:
    players = [RatedPlayer(f"player {n}", n, 25.0, 8.0)]
    return Ticket(f"{n:04}", n, f"player {n}", "duel", "way", ["duel"], players, 25.0, float(n))


def ids(pool: TicketCache) -> list[int]:
    return [int(one.id) for one in pool.waiting()]


@pytest.mark.parametrize("number", [0, 1, FEW - 1, FEW, FEW + 1, 3 * FEW, 35])
async def test_the_first_look_finds_all_the_oldest_first(
    tickets: Repository[Ticket], number: int
) -> None:
    for n in reversed(range(number)):
        await tickets.add(ticket(n))
    pool = TicketCache(tickets)
    await pool.refresh()
    assert ids(pool) == list(range(number))
    assert len(pool) == number


async def test_newcomers_are_seen_at_once(tickets: Repository[Ticket]) -> None:
    for n in range(35):
        await tickets.add(ticket(n))
    pool = TicketCache(tickets)
    await pool.refresh()
    for n in range(35, 60):
        await tickets.add(ticket(n))
    await pool.refresh()
    assert ids(pool) == list(range(60))


async def test_whatever_else_has_changed_is_seen_in_turn(tickets: Repository[Ticket]) -> None:
    """Some have gone, some wait no more, some wait again."""
    every = [await tickets.add(ticket(n)) for n in range(45) if n != 7]
    taken = await tickets.change(every[20].id, lambda one: one.take("match"))
    pool = TicketCache(tickets)
    await pool.refresh()
    await tickets.remove(every[3].id)
    await tickets.change(every[30].id, lambda one: one.take("match"))
    await tickets.change(taken.id, lambda one: one.give_back("match"))
    await tickets.add(ticket(7))
    for _ in range(6):
        await pool.refresh()
    gone = {int(every[3].id), int(every[30].id)}
    assert ids(pool) == [n for n in range(45) if n not in gone]
    assert next(one for one in pool.waiting() if one.id == taken.id).version == 3


async def test_what_was_dropped_may_be_added_again(tickets: Repository[Ticket]) -> None:
    pool = TicketCache(tickets)
    one = await tickets.add(ticket(1))
    await pool.refresh()
    pool.drop(one)
    assert ids(pool) == []
    pool.add(one)
    assert ids(pool) == [1]


async def test_it_does_not_look_again_before_it_must(tickets: Repository[Ticket]) -> None:
    pool = TicketCache(tickets)
    await pool.refresh()
    await tickets.add(ticket(1))
    await pool.refresh(stale_after=60)
    assert ids(pool) == []
    await pool.refresh()
    assert ids(pool) == [1]


async def test_what_was_worked_out_counts_for_a_while(tickets: Repository[Ticket]) -> None:
    pool, worked_out = TicketCache(tickets), list[int]()

    def work() -> int:
        worked_out.append(1)
        return len(worked_out)

    assert [await pool.computed("this", work, seconds=60) for _ in range(2)] == [1, 1]
    assert await pool.computed("that", work, seconds=60) == 2
    assert await pool.computed("this", work, seconds=0) == 3


async def test_r28_what_was_worked_out_for_those_who_are_gone_is_not_held(
    tickets: Repository[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = TicketCache(tickets)
    for number in range(20):
        await pool.computed(("duel", str(number)), lambda: "why", seconds=0)
    assert len(pool._results) <= 1
    monkeypatch.setattr(module, "MOST_RESULTS", 3)
    for number in range(5):
        await pool.computed(("duel", str(number)), lambda: "why", seconds=60)
    assert list(pool._results) == [("duel", "2"), ("duel", "3"), ("duel", "4")]
