"""Two to six players and their matches: whatever happens, in whatever order, nobody is in two
matches, no age is lost, and whoever is seen to wait can leave. Drawn from a seed, which is told.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lobby.actions.sessions import exclusions
from lobby.domain.errors import LobbyError, SessionNotFound
from lobby.domain.matchmaking.errors import NotInQueue
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.sessions.instances import JoinStatus
from lobby.domain.sessions.seats import SeatStatus
from lobby.domain.sessions.session import Session
from tests.support.lobby import leading
from tests.support.matchmaking import MatchmakingWorld, Party, held, matchmaking_world

SEEDS = range(4)
STEPS = 40


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


@dataclass
class Hall:
    """`entered` when, by ticket; `left`: the tickets of who was answered that they have left."""

    here: MatchmakingWorld
    dice: random.Random
    parties: list[Party] = field(default_factory=list)
    entered: dict[str, float] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    async def open(self) -> None:
        for _ in range(self.dice.randint(2, 6)):
            self.parties.append(await self.here.party())

    async def step(self) -> str:
        deeds = [
            self.enter, self.enter, self.leave, self.answer, self.answer, self.tick, self.tick,
            self.change, self.silence, self.serve, self.fail,
        ]  # fmt: skip
        deed = self.dice.choice(deeds)
        with suppress(LobbyError):
            await deed()
        await self.require_sound()
        return deed.__name__

    async def enter(self) -> None:
        party = self.dice.choice(self.parties)
        ticket = await self.here.queue(party, *self.dice.choice([["asked"], ["duel", "asked"]]))
        self.entered[ticket.id] = ticket.created

    async def leave(self) -> None:
        """Refused exactly where the session shows no ticket."""
        party = self.dice.choice(self.parties)
        ticket = (await self.here.session(party.session)).ticket
        if ticket is None:
            with pytest.raises(NotInQueue):
                await self.here.leave(party)
        else:
            await self.here.leave(party)
            self.left.add(ticket)

    async def answer(self) -> None:
        asked = [one for one in await self.here.tickets() if one.state is TicketState.OFFERED]
        for ticket in asked[: self.dice.randint(0, 2)]:
            party = next(one for one in self.parties if one.session == ticket.session)
            await self.here.answer(party.leader, ticket, self.dice.random() < 0.8)

    async def tick(self) -> None:
        await self.here.tick()

    async def change(self) -> None:
        """Somebody comes and goes: the party waits no more."""
        party, guest = self.dice.choice(self.parties), await self.here.player()
        shown = (await self.here.session(party.session)).ticket
        await self.here.come(party.session, guest)
        await exclusions.kick(
            self.here.lobby, leading(party.leader), id=party.session, player=guest.uuid
        )
        if shown is not None:
            self.left.add(shown)

    async def silence(self) -> None:
        await self.here.pass_time(self.dice.choice([3, 16]), step=4)

    async def serve(self) -> None:
        await self._serve(JoinStatus.JOINABLE)

    async def fail(self) -> None:
        await self._serve(JoinStatus.CLOSED)

    async def _serve(self, status: JoinStatus) -> None:
        id = await self.here.serve(f"host-{self.dice.randint(1, 3)}")
        if id is not None:
            session = await self.here.report(id, status)
            if status is JoinStatus.JOINABLE and session.match is not None:
                invited = {*session.match.tickets}
                assert not self.left & invited, "invited, and was told that they have left"

    async def require_sound(self) -> None:
        for ticket in await self.here.tickets():
            assert ticket.created == self.entered[ticket.id], "it has lost its age"
        whole = [one for one in await self.here.matches() if await self._has_all_tickets(one)]
        players = Counter(player for one in whole for player in held(one, SeatStatus.RESERVED))
        assert set(players.values()) <= {1}, "somebody is in two matches"
        for party in self.parties:
            await self.here.in_queue(party)

    async def _has_all_tickets(self, match: Session) -> bool:
        """Else it is given up by the next tick."""
        tickets = match.match.tickets if match.match else []
        return len(await self.here.lobby.tickets.versions(tickets)) == len(tickets)

    async def settle(self) -> None:
        """In the end whoever waits is matched with whoever else does, unless they are alone."""
        await self.here.pass_time(20, step=4)
        for _ in range(3):
            await self.here.tick()
            await self.require_sound()


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_nobody_is_lost_or_matched_twice(
    here: MatchmakingWorld, seed: int
) -> None:
    hall = Hall(here, random.Random(seed))
    await hall.open()
    done = [await hall.step() for _ in range(STEPS)]
    await hall.settle()
    for party in hall.parties:
        if await here.in_queue(party):
            await here.leave(party)
    assert len(done) == STEPS
    with suppress(SessionNotFound):
        await here.tick()
    assert await here.tickets() == []
