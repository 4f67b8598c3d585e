"""Proposal: a match that was found, from the ready check until its session can be joined.

Making the match and giving it up both change this one document (optimistic concurrency), so only
one of them succeeds and no ticket is in two matches. Its state machine is in `states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lobby.domain.matchmaking.errors import NothingOffered, ProposalNotFound
from lobby.domain.matchmaking.model import FoundMatch
from lobby.domain.matchmaking.states import PROPOSAL, Event, Stage, transition
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import Ticket


@dataclass(frozen=True)
class Party:
    """A ticket, its session, and the uuids of its players."""

    ticket: str
    session: int
    players: list[str]

    @classmethod
    def of(cls, ticket: Ticket) -> Party:
        return cls(ticket.id, ticket.session, [one.uuid for one in ticket.players])


@dataclass
class Proposal:
    """`id` is the match id. `session` is the one that is made for it or, if it `fills` one
    (backfill), that one. `since`: start of its stage; `until`: deadline of the ready check;
    `ready`: answers by player; `asked`: all players were notified. `host`: the player who is to
    host. `out`: tickets that end with it, `why` it was given up. Times are Unix seconds."""

    id: str
    profile: str
    session: int
    sides: list[list[Party]]
    created: float
    since: float
    stage: Stage = Stage.MAKING
    region: str | None = None
    fills: bool = False
    host: str | None = None
    until: float | None = None
    asked: bool = False
    ready: dict[str, bool] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    why: TicketReason | None = None
    version: int = 0

    @classmethod
    def of(
        cls,
        made: FoundMatch,
        *,
        id: str,
        session: int,
        now: float,
        asks: float | None,
        hosted: bool,
    ) -> Proposal:
        """`session`: id for a new session, unused for backfill. `asks`: seconds of the ready check;
        None: no check. `hosted`: by a player, the leader of the oldest ticket."""
        return cls(
            id=id,
            profile=made.profile,
            session=session if made.session is None else made.session,
            sides=[[Party.of(ticket) for ticket in side] for side in made.sides],
            created=now,
            since=now,
            stage=Stage.MAKING if asks is None else Stage.OFFERED,
            region=made.region,
            fills=made.session is not None,
            host=made.tickets[0].leader if hosted and made.session is None else None,
            until=None if asks is None else round(now + asks, 3),
        )

    @property
    def parties(self) -> list[Party]:
        return [party for side in self.sides for party in side]

    @property
    def tickets(self) -> list[str]:
        return [party.ticket for party in self.parties]

    def players(self) -> Iterator[str]:
        return (player for party in self.parties for player in party.players)

    def holder(self, player: str | None) -> list[str]:
        """The ticket of the player, if any."""
        return [party.ticket for party in self.parties if player in party.players]

    def hold(self, ticket: Ticket) -> None:
        """Reserve the ticket for this proposal: offered during a ready check, else taken."""
        if self.stage is Stage.OFFERED:
            ticket.offer(self.id)
        else:
            ticket.take(self.id)

    # Ready check

    def note_asked(self) -> None:
        """All players were notified of the ready check."""
        self.asked = True

    def answer(self, player: str, ready: bool, *, now: float) -> None:
        """Record an answer; a decline voids the proposal. Raises NothingOffered if too late."""
        if player not in self.players() or self._expired_at(now):
            raise NothingOffered
        if ready:
            self._apply(Event.ACCEPT, now=now)
        else:
            self._apply(Event.DECLINE, now=now, out=self.holder(player), why=TicketReason.DECLINED)
        self.ready[player] = ready

    @property
    def agreed(self) -> bool:
        """Whether all players are ready."""
        return self.stage is Stage.OFFERED and all(map(self.ready.get, self.players()))

    @property
    def silent(self) -> list[str]:
        """Tickets with players who have not answered."""
        return [
            party.ticket
            for party in self.parties
            if any(player not in self.ready for player in party.players)
        ]

    def lapse(self, *, now: float) -> None:
        """Void it if the deadline is over; tickets end whose players were notified and silent."""
        if self._expired_at(now) and not self.agreed:
            out = self.silent if self.asked else ()
            self._apply(Event.LAPSE, now=now, out=out, why=TicketReason.TIMEOUT)

    def _expired_at(self, now: float) -> bool:
        return self.until is not None and now >= self.until

    def withdraw(self, ticket: str, why: TicketReason, *, now: float) -> None:
        """A party has left: void it, unless its players are being invited already."""
        self._apply(Event.WITHDRAW, now=now, out=[ticket], why=why)

    # Making the match

    def begin(self, *, now: float) -> None:
        """Start to make the match, once, when all are ready; else raises ProposalNotFound."""
        if not self.agreed:
            raise ProposalNotFound
        self._apply(Event.BEGIN, now=now)

    def make(self, *, now: float) -> None:
        """Its session exists. Raises ProposalNotFound if it was given up meanwhile."""
        self._apply(Event.MAKE, now=now)

    def invite(self, *, now: float) -> None:
        """Its players are about to be invited; idempotent. Raises ProposalNotFound if it was given
        up meanwhile."""
        self._apply(Event.INVITE, now=now)

    def give_up(self, why: TicketReason, out: Iterable[str] = (), *, now: float) -> None:
        """Void it; idempotent, and `why` and `out` of the first call stay."""
        self._apply(Event.GIVE_UP, now=now, out=out, why=why)

    def exclude(self, player: str, *, now: float) -> None:
        """The player is put out: void it, and their ticket ends, unless all are invited already."""
        if self.stage is not Stage.INVITED:
            self.give_up(TicketReason.PARTY_CHANGED, self.holder(player), now=now)

    def _apply(
        self,
        event: Event,
        *,
        now: float,
        out: Iterable[str] = (),
        why: TicketReason | None = None,
    ) -> None:
        """`out`: tickets that end with the proposal, if the event changes its stage."""
        stage = transition(PROPOSAL, self.stage, event)
        if stage is not self.stage:
            self.stage, self.since, self.out, self.why = stage, now, [*out], why
