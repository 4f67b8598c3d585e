"""What processes of matchmaking write, one write at a time: the model of the states' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count

from lobby.domain.errors import Conflict, NotFound
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound, TicketNotFound
from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import Stage, TicketState
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

PARTIES = range(3)
Writes = Iterator[None]
"""A process, which stands still before each of its writes."""


def party_session(id: int) -> Session:
    return Session.launch(id, Template("party", 1, 1), Guest(f"player {id}"), now=0)


@dataclass
class World:
    """What is kept: all that processes share. `left`: the tickets of those who were answered that
    they have left, `invited`: of those who were invited."""

    sessions: list[Session] = field(default_factory=lambda: [*map(party_session, PARTIES)])
    tickets: dict[str, Ticket] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=count)
    left: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)

    def ticket(self, id: str) -> Ticket:
        if id not in self.tickets:
            raise TicketNotFound
        return self.tickets[id]

    def proposal(self, id: str) -> Proposal:
        if id not in self.proposals:
            raise ProposalNotFound
        return self.proposals[id]

    # Entering and leaving

    def enter(self, party: int) -> Writes:
        session, player = self.sessions[party], f"player {party}"
        for old in [one.id for one in self.tickets.values() if one.session == party]:
            if session.ticket == old:
                return  # the store keeps one ticket for each session
            yield from self.withdraw(old)
        id = f"ticket {next(self.ids)}"
        made = Ticket(
            id, party, player, "q", "t", ["p"], [RatedPlayer(player, 1, 25, 8)], 25, created=0
        )
        party_sessions.enter(session, made)
        yield
        if any(one.session == party for one in self.tickets.values()):
            party_sessions.drop(session, id)
            return
        self.tickets[id] = made
        yield
        if session.ticket != id:
            yield from self.withdraw(id)

    def leave(self, party: int) -> Writes:
        session = self.sessions[party]
        id = str(session.ticket)
        party_sessions.leave(session)
        self.left.add(id)
        yield
        yield from self.withdraw(id)

    def withdraw(self, id: str) -> Writes:
        gone = self.tickets.pop(id, None)
        yield
        if gone is not None and gone.match in self.proposals:
            self.proposals[gone.match].withdraw(id, TicketReason.LEFT_QUEUE, now=1)

    # Making a match

    def propose(self, parties: Sequence[int], *, asks: bool) -> Writes:
        held = [one for one in self.tickets.values() if one.session in parties]
        held = [one for one in held if one.state is TicketState.WAITING]
        if len(held) < len(parties):
            return
        made = Proposal(f"match {next(self.ids)}", "p", 0, [[*map(Party.of, held)]], 0, 0)
        made.stage = Stage.OFFERED if asks else Stage.MAKING
        made.asked = asks
        self.proposals[made.id] = made
        try:
            yield from self.make(made)
        except (NotFound, Conflict):
            yield from self.give_up(made.id, made)

    def make(self, made: Proposal) -> Writes:
        asks = made.stage is Stage.OFFERED
        for party in made.parties:
            yield
            made.hold(self.ticket(party.ticket))
            yield
            party_sessions.require_shows(self.sessions[party.session], party.ticket)
        for player in made.players() if asks else ():
            yield
            self.proposal(made.id).answer(player, True, now=0)
        if asks:
            yield
            self.proposal(made.id).begin(now=0)
        for party in made.parties:
            if asks:
                yield
                self.ticket(party.ticket).take(made.id)
        yield
        self.proposal(made.id).make(now=0)

    # Inviting its players

    def invite_one(self, number: int) -> Writes:
        """Its host reports that it is joinable."""
        made = [one for one in self.proposals.values() if one.stage in (Stage.MADE, Stage.INVITED)]
        if made:
            yield from self.invite(made[number % len(made)])

    def invite(self, made: Proposal) -> Writes:
        yield
        if self.lacks_tickets(made):
            self.proposal(made.id).give_up(TicketReason.PARTY_CHANGED, now=1)
            return
        yield
        self.proposal(made.id).invite(now=1)
        for party in made.parties:
            yield
            session = self.sessions[party.session]
            party_sessions.invite(session, party.ticket, made.id)
            if not party_sessions.invited(session, made.id):
                yield
                self.proposal(made.id).give_up(TicketReason.PARTY_CHANGED, now=1)
                return
        yield
        if self.proposal(made.id).stage is Stage.INVITED:  # else its session has ended
            self.announce(made)
        yield from self.finish(made)

    def announce(self, made: Proposal) -> None:
        assert not self.left & {*made.tickets}, "invited, and was told that they have left"
        self.invited.update(made.tickets)

    def lacks_tickets(self, made: Proposal) -> bool:
        return made.stage is not Stage.INVITED and not self.tickets.keys() >= {*made.tickets}

    # Giving it up

    def give_up(self, id: str, made: Proposal) -> Writes:
        """Also where it is gone already: what was done since is undone."""
        yield
        if id in self.proposals:
            self.proposals[id].give_up(TicketReason.SERVER_FAILED, now=1)
        for party in made.parties:
            yield
            held = self.tickets.get(party.ticket)
            if held is not None and held.match == id:
                yield from self.give_back(held, id)
        yield
        self.proposals.pop(id, None)

    def give_back(self, held: Ticket, match: str) -> Writes:
        session = self.sessions[held.session]
        gone = {session.matched} - {None, *self.proposals}
        try:
            yield
            party_sessions.give_back(session, held.id, {match, *map(str, gone)})
            yield
        except TicketTaken:
            yield from self.withdraw(held.id)
        else:
            if held.id in self.tickets:
                held.give_back(match)
            else:
                party_sessions.drop(session, held.id)

    def give_up_one(self, number: int) -> Writes:
        """By somebody who believes that whoever makes it has stopped."""
        failing = [one for one in self.proposals.values() if not self.is_played(one)]
        if failing:
            made = failing[number % len(failing)]
            yield from self.give_up(made.id, deepcopy(made))

    def is_played(self, made: Proposal) -> bool:
        """Its players were invited: it does not fail any more."""
        return made.stage is Stage.INVITED and bool(self.invited & {*made.tickets})

    # What happens

    def heal(self) -> None:
        """Whoever matches sees to all that stands, one tick after another. A host that was about to
        have players invited, and was killed, has failed."""
        for held in [*self.tickets.values()]:
            holder = self.proposals.get(str(held.match))
            shown = self.sessions[held.session].ticket == held.id
            if holder is not None and holder.stage is not Stage.INVITED and not shown:
                deque(self.withdraw(held.id))
        for made in [*self.proposals.values()]:
            if self.is_played(made):
                deque(self.finish(made))
            elif made.stage is not Stage.MADE or self.lacks_tickets(made):
                deque(self.give_up(made.id, deepcopy(made)))
        self.heal_tickets()
        for session in self.sessions:
            if session.ticket not in {None, *self.tickets}:
                party_sessions.drop(session, str(session.ticket))  # its timer

    def finish(self, made: Proposal) -> Writes:
        for id in made.tickets:
            yield
            self.tickets.pop(id, None)
        yield
        self.proposals.pop(made.id, None)

    def heal_tickets(self) -> None:
        """Those of matches that are no more, and those that no session shows."""
        for held in [*self.tickets.values()]:
            if held.match is not None and held.match not in self.proposals:
                deque(self.give_back(held, held.match))
        for lost in [*self.tickets.values()]:
            if lost.match is None and self.sessions[lost.session].ticket != lost.id:
                deque(self.propose((lost.session,), asks=False))  # the next match to hold it
