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
from typing import Any, TypeVar

import pytest

from lobby.actions.matchmaking import requeue
from lobby.actions.matchmaking import tick as matchmaking_tick
from lobby.domain.errors import LobbyError, NotFound
from lobby.domain.sessions.seats import SeatStatus
from persistence.live.memory import open_memory
from persistence.ports import Store
from persistence.urls import open_store
from tests.support.matchmaking import MatchmakingWorld, Party, held, made, matchmaking_world
from tests.support.waiting import TIMEOUT

T = TypeVar("T")
MOST_CALLS = 120
COUNTED: ContextVar[bool] = ContextVar("counted", default=False)

Deed = Callable[[MatchmakingWorld, list[Party]], Awaitable[object]]


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

    here: MatchmakingWorld
    there: MatchmakingWorld
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
    live = open_memory()
    stopping = Stopping(store)
    first: Any = stopping
    async with (
        matchmaking_world(tmp_path, first, live) as here,
        matchmaking_world(tmp_path, store, live) as there,
    ):
        there.local.clock = here.local.clock
        object.__setattr__(there.lobby, "clock", here.local.clock)
        yield Pair(here, there, stopping)
        for local in (here, there):
            await local.lobby.inbox.close()
    await live.close()
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
    async with asyncio.timeout(TIMEOUT):
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


async def require_sound(there: MatchmakingWorld, parties: list[Party]) -> None:
    """Once whoever matches has had the time to see to all that was left."""
    there.local.clock.advance(6)
    for _ in range(2):
        await requeue.recover(there.lobby)
        await matchmaking_tick.tick(there.lobby)
    seats = Counter(p for one in await there.matches() for p in held(one, SeatStatus.RESERVED))
    assert set(seats.values()) <= {1}, "somebody is in two matches"
    open = {one.session for one in await there.proposals()}
    assert {one.id for one in await there.matches()} <= open, "a session that nobody sees to"
    for party in parties:
        with suppress(NotFound):
            seated = any(seats[uuid] for uuid in party.uuids)
            taken = await there.in_queue(party) and await there.has_match(party)
            assert seated is taken, "in a match without a ticket, or the other way round"


async def at_every_call(
    pair: Pair, verb: Deed, other: Deed, *, kill: bool = False, queue: str = "duel"
) -> int:
    for before in range(1, MOST_CALLS):
        if not await interrupted(pair, verb, other, before=before, kill=kill, queue=queue):
            return before - 1
    raise AssertionError("it never ends")


async def tick(world: MatchmakingWorld, parties: list[Party]) -> None:
    await world.tick()


async def late_tick(world: MatchmakingWorld, parties: list[Party]) -> None:
    """By one who believes that the other has stopped."""
    world.local.clock.advance(6)
    await requeue.recover(world.lobby)
    await world.tick()


async def leave_queue(world: MatchmakingWorld, parties: list[Party]) -> None:
    await world.leave(parties[0])


async def leave(world: MatchmakingWorld, parties: list[Party]) -> None:
    await world.go(parties[0].session, parties[0].leader)


async def come(world: MatchmakingWorld, parties: list[Party]) -> None:
    await world.come(parties[0].session, await world.player())


async def queue_again(world: MatchmakingWorld, parties: list[Party]) -> None:
    await world.leave(parties[0])
    await world.queue(parties[0])


async def nothing(world: MatchmakingWorld, parties: list[Party]) -> None:
    pass


async def all_ready(world: MatchmakingWorld, parties: list[Party]) -> None:
    await world.tick()
    for ticket in await world.tickets():
        player = next(one.leader for one in parties if one.session == ticket.session)
        await world.answer(player, ticket, True)
    await world.tick()


@pytest.mark.parametrize(
    "other", [tick, late_tick, leave_queue, leave, come, queue_again], ids=lambda f: f.__name__
)
async def test_at_any_moment_of_a_tick(pair: Pair, other: Deed) -> None:
    assert await at_every_call(pair, tick, other) > 15


@pytest.mark.parametrize("other", [leave_queue, queue_again, come], ids=lambda f: f.__name__)
async def test_a_tick_at_any_moment_of_what_a_party_does(pair: Pair, other: Deed) -> None:
    assert await at_every_call(pair, other, tick) >= 3


async def test_who_is_matched_at_any_moment_of_entering_has_entered(pair: Pair) -> None:
    for before in range(1, MOST_CALLS):
        (waiting,) = await pair.there.waiting(sizes=[1])
        party = await pair.there.party()
        pair.store.stop(before=before)
        entering = asyncio.create_task(as_counted(pair.here.queue(party)))
        stopped = asyncio.create_task(pair.store.stopped.wait())
        async with asyncio.timeout(TIMEOUT):
            await asyncio.wait([entering, stopped], return_when=asyncio.FIRST_COMPLETED)
            reached = stopped.done()
            stopped.cancel()
            await pair.there.tick()
            pair.store.go.set()
            ticket = await entering
        await pair.there.tick()
        (match,) = await pair.there.matches()
        assert match.match is not None
        assert ticket.id in match.match.tickets, f"before call {before}"
        await require_sound(pair.there, [waiting, party])
        await pair.clear()
        if not reached:
            return
    raise AssertionError("it never ends")


async def as_counted(deed: Awaitable[T]) -> T:
    COUNTED.set(True)
    return await deed


@pytest.mark.parametrize("other", [nothing, leave_queue], ids=lambda f: f.__name__)
async def test_a_process_that_is_killed_at_any_moment_of_a_tick(pair: Pair, other: Deed) -> None:
    assert await at_every_call(pair, tick, other, kill=True) > 15


@pytest.mark.parametrize("verb", [leave_queue, leave, come], ids=lambda f: f.__name__)
async def test_a_process_that_is_killed_while_a_party_leaves(pair: Pair, verb: Deed) -> None:
    """A ticket that no session shows is found by the next match that would have it."""
    assert await at_every_call(pair, verb, nothing, kill=True) >= 3


@pytest.mark.parametrize("other", [late_tick, leave_queue], ids=lambda f: f.__name__)
@pytest.mark.parametrize("kill", [False, True])
async def test_at_any_moment_of_a_ready_check(pair: Pair, other: Deed, kill: bool) -> None:
    assert await at_every_call(pair, all_ready, other, kill=kill, queue="asked") > 25


async def test_a_killed_process_leaves_everybody_matched_by_the_next(pair: Pair) -> None:
    """Not only unharmed: those who can play do."""

    async def last(world: MatchmakingWorld, parties: list[Party]) -> None:
        for _ in range(3):
            await late_tick(world, parties)
        (session,) = await world.matches()
        assert made(session)
        players = {uuid for party in parties for uuid in party.uuids}
        assert held(session, SeatStatus.RESERVED) == players

    assert await at_every_call(pair, tick, last, kill=True) > 15
