"""Two processes that both match, parties that change while they are matched, and processes that are
killed: stopped before every call to the store while the other acts, or never to go on again.
Whatever happens, nobody is in two matches, and nobody is forgotten.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lobby.actions import matchmaking, returning
from lobby.domain.errors import LobbyError, NotFound
from lobby.domain.seats import SeatStatus
from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Live, Store
from persistence.urls import open_store
from tests.actions.halls import Hall, Party, hall, held, made
from tests.patience import PATIENCE

MOST_CALLS = 120
COUNTED: ContextVar[bool] = ContextVar("counted", default=False)

Deed = Callable[[Hall, list[Party]], Awaitable[object]]


class Stopping:
    """A store that stops whoever is counted, and the tasks that they have begun, before their n-th
    call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.stop(before=0)

    def stop(self, *, before: int) -> None:
        self._left = before
        self.stopped, self.go = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._store, name)

        async def stopping(*args: Any, **options: Any) -> Any:
            if COUNTED.get():
                self._left -= 1
                if self._left == 0:
                    self.stopped.set()
                if self._left <= 0:
                    await self.go.wait()
            return await call(*args, **options)

        return stopping


@dataclass
class Pair:
    """Two processes; the calls of `here` can be stopped."""

    here: Hall
    there: Hall
    store: Stopping

    async def clear(self) -> None:
        lobby = self.there.lobby
        for session in await lobby.sessions.all("live", "yes"):
            await lobby.sessions.remove(str(session.id))
        for ticket in await self.there.tickets():
            await lobby.tickets.remove(ticket.id)
        for proposal in await self.there.proposals():
            await lobby.proposals.remove(proposal.id)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    store = await open_store("sqlite::memory:")
    bus = MemoryBus()
    live = Live(bus, MemoryLeases(bus))
    stopping = Stopping(store)
    first: Any = stopping
    async with hall(tmp_path, first, live) as here, hall(tmp_path, store, live) as there:
        there.house.clock = here.house.clock
        object.__setattr__(there.lobby, "clock", here.house.clock)
        yield Pair(here, there, stopping)
        for home in (here, there):
            await home.lobby.notices.close()
    await live.bus.close()
    await live.leases.close()
    await store.close()


async def counted(deed: Awaitable[object]) -> None:
    COUNTED.set(True)
    with suppress(LobbyError):
        await deed


async def interrupted(
    pair: Pair, verb: Deed, other: Deed, *, before: int, kill: bool, queue: str
) -> bool:
    """False: the verb makes fewer calls. At the end everything that is to be seen to has been."""
    parties = await pair.there.waiting(queue)
    pair.store.stop(before=before)
    task = asyncio.create_task(counted(verb(pair.here, parties)))
    stopped = asyncio.create_task(pair.store.stopped.wait())
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
        reached = stopped.done()
        stopped.cancel()
        with suppress(LobbyError):
            await other(pair.there, parties)
        if kill:
            task.cancel()
        pair.store.go.set()
        await asyncio.gather(task, return_exceptions=True)
    await require_sound(pair.there, parties)
    await pair.clear()
    return reached


async def require_sound(there: Hall, parties: list[Party]) -> None:
    """Once whoever matches has had the time to see to all that was left."""
    there.house.clock.advance(6)
    for _ in range(2):
        await returning.recover(there.lobby)
        await matchmaking.tick(there.lobby)
    seats = Counter(p for one in await there.matches() for p in held(one, SeatStatus.RESERVED))
    assert set(seats.values()) <= {1}, "somebody is in two matches"
    open = {one.session for one in await there.proposals()}
    assert {one.id for one in await there.matches()} <= open, "a session that nobody sees to"
    for party in parties:
        with suppress(NotFound):
            waits = await there.in_queue(party)
            matched = any(seats[uuid] for uuid in party.uuids)
            assert not (waits and matched), "in the queue, and in a match"
            asked = (await there.session(party.session)).matched is not None
            assert matched or waits or not asked, "taken, and forgotten"


async def at_every_call(
    pair: Pair, verb: Deed, other: Deed, *, kill: bool = False, queue: str = "duel"
) -> int:
    for before in range(1, MOST_CALLS):
        if not await interrupted(pair, verb, other, before=before, kill=kill, queue=queue):
            return before - 1
    raise AssertionError("it never ends")


async def tick(hall: Hall, parties: list[Party]) -> None:
    await hall.tick()


async def late_tick(hall: Hall, parties: list[Party]) -> None:
    """By one who believes that the other has stopped."""
    hall.house.clock.advance(6)
    await returning.recover(hall.lobby)
    await hall.tick()


async def leave_queue(hall: Hall, parties: list[Party]) -> None:
    await hall.leave(parties[0])


async def leave(hall: Hall, parties: list[Party]) -> None:
    await hall.go(parties[0].session, parties[0].leader)


async def come(hall: Hall, parties: list[Party]) -> None:
    await hall.come(parties[0].session, await hall.player())


async def queue_again(hall: Hall, parties: list[Party]) -> None:
    await hall.leave(parties[0])
    await hall.queue(parties[0])


async def nothing(hall: Hall, parties: list[Party]) -> None:
    pass


async def all_ready(hall: Hall, parties: list[Party]) -> None:
    await hall.tick()
    for ticket in await hall.tickets():
        player = next(one.leader for one in parties if one.session == ticket.session)
        await hall.answer(player, ticket, True)
    await hall.tick()


@pytest.mark.parametrize(
    "other", [tick, late_tick, leave_queue, leave, come, queue_again], ids=lambda f: f.__name__
)
async def test_at_any_moment_of_a_tick(pair: Pair, other: Deed) -> None:
    assert await at_every_call(pair, tick, other) > 15


@pytest.mark.parametrize("other", [leave_queue, queue_again, come], ids=lambda f: f.__name__)
async def test_a_tick_at_any_moment_of_what_a_party_does(pair: Pair, other: Deed) -> None:
    assert await at_every_call(pair, other, tick) >= 3


@pytest.mark.parametrize("other", [nothing, leave_queue], ids=lambda f: f.__name__)
async def test_a_process_that_is_killed_at_any_moment_of_a_tick(pair: Pair, other: Deed) -> None:
    assert await at_every_call(pair, tick, other, kill=True) > 15


@pytest.mark.parametrize("other", [late_tick, leave_queue], ids=lambda f: f.__name__)
@pytest.mark.parametrize("kill", [False, True])
async def test_at_any_moment_of_a_ready_check(pair: Pair, other: Deed, kill: bool) -> None:
    assert await at_every_call(pair, all_ready, other, kill=kill, queue="asked") > 25


async def test_a_killed_process_leaves_everybody_matched_by_the_next(pair: Pair) -> None:
    """Not only unharmed: those who can play do."""

    async def last(hall: Hall, parties: list[Party]) -> None:
        for _ in range(3):
            await late_tick(hall, parties)
        (session,) = await hall.matches()
        assert made(session)
        players = {uuid for party in parties for uuid in party.uuids}
        assert held(session, SeatStatus.RESERVED) == players

    assert await at_every_call(pair, tick, last, kill=True) > 15
