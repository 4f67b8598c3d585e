"""A proposal: parties that could play together, from being found until their match can be joined.

Whoever makes the match and whoever gives it up change this one document: one of them comes too
late, and so no ticket is ever in two matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.queue_errors import NothingOffered, ProposalNotFound


class Stage(StrEnum):
    OFFERED = "offered"  # its players are asked whether they are ready
    MAKING = "making"  # its tickets are being taken, its session is being made
    MADE = "made"  # the session is there, and waits for somebody to host it
    VOID = "void"  # nothing comes of it: its tickets are to be given back


@dataclass(frozen=True)
class Party:
    """A ticket, the session that waits with it, and who is in that."""

    ticket: str
    session: int
    players: list[str]


@dataclass
class Proposal:
    """`id` is the match's, `session` the one that it becomes or, where it `fills` one, joins.
    `since` is when its stage began, `until` when those who are asked have been silent; `ready` are
    their answers, once they were `asked`. `host` is the player who is to host it. `out`: tickets
    that end with it."""

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
    version: int = 0

    @property
    def parties(self) -> list[Party]:
        return [party for side in self.sides for party in side]

    def players(self) -> Iterator[str]:
        return (player for party in self.parties for player in party.players)

    def holder(self, player: str | None) -> list[str]:
        """The ticket that the player came with, if any."""
        return [party.ticket for party in self.parties if player in party.players]

    # Whether its players are ready

    def note_asked(self) -> None:
        """They have all been told."""
        self.asked = True

    def answer(self, player: str, ready: bool, *, now: float) -> None:
        """Who declines is out of it, and nothing comes of it."""
        asked = self.stage is Stage.OFFERED and player in self.players()
        if not asked or (self.until is not None and now >= self.until):
            raise NothingOffered
        self.ready[player] = ready
        if not ready:
            self.give_up(self.holder(player), now=now)

    @property
    def agreed(self) -> bool:
        return self.stage is Stage.OFFERED and all(map(self.ready.get, self.players()))

    @property
    def silent(self) -> list[str]:
        """The tickets of those who have not answered."""
        return [
            party.ticket
            for party in self.parties
            if any(player not in self.ready for player in party.players)
        ]

    def lapse(self, *, now: float) -> None:
        """The time to answer is over: those who were asked and silent are out."""
        over = self.until is not None and now >= self.until
        if self.stage is Stage.OFFERED and over and not self.agreed:
            self.give_up(self.silent if self.asked else (), now=now)

    # Whether it comes to be

    def begin(self, *, now: float) -> None:
        """By one alone, once all are ready."""
        if not self.agreed:
            raise ProposalNotFound
        self.stage, self.since = Stage.MAKING, now

    def make(self, *, now: float) -> None:
        """Its session is there. Whoever made it is too late where it was given up meanwhile."""
        if self.stage is not Stage.MAKING:
            raise ProposalNotFound
        self.stage, self.since = Stage.MADE, now

    def give_up(self, out: Iterable[str] = (), *, now: float) -> None:
        """What is void stays so: nothing more is lost by it."""
        if self.stage is not Stage.VOID:
            self.stage, self.since, self.out = Stage.VOID, now, [*out]
