"""The words of matching: which matches are wanted, how far apart two may be, what was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lobby.domain.platforms import Client
from lobby.domain.tickets import Ticket, TicketState

PATIENCE_S = 30.0
"""How long full sides are insisted on where the window does not widen, which would say it."""


def age(ticket: Ticket) -> tuple[float, str]:
    """In this order the oldest comes first."""
    return ticket.created, ticket.id


@dataclass(frozen=True)
class Window:
    """How far apart two ratings may be: `start` between two who have just come, more for each
    second that either of them has waited, never more than `max`."""

    start: float
    grow_per_s: float
    max: float

    def reach(self, age: float, other: float) -> float:
        """The waiting of both counts together, so that it helps to wait whoever comes."""
        return min(self.max, self.start + self.grow_per_s * (age + other))

    def grown(self, distance: float, age: float, other: float) -> float | None:
        """In how many seconds two who wait will reach so far, from now; None: never."""
        lacking = distance - self.reach(age, other)
        if lacking <= 0:
            return 0.0
        if distance > self.max or not self.grow_per_s:
            return None
        return lacking / (2 * self.grow_per_s)

    @property
    def patience(self) -> float:
        """After how many seconds a ticket reaches as far as it ever will, whoever else comes."""
        widening = self.max - self.start
        return widening / self.grow_per_s if widening > 0 and self.grow_per_s else PATIENCE_S


@dataclass(frozen=True)
class Profile:
    """A kind of match: `join_mode` and `delay_s` say who is taken for it and when."""

    id: str
    num_sides: int
    min_players_per_side: int
    max_players_per_side: int
    join_mode: str = "normal"
    delay_s: float = 0.0

    def takes(self, ticket: Ticket, *, now: float) -> bool:
        return (
            self.id in ticket.profiles
            and ticket.state is TicketState.WAITING
            and 0 < len(ticket.players) <= self.max_players_per_side
            and now - ticket.created >= self.delay_s
        )

    def relaxes(self, age: float, window: Window) -> float | None:
        """In how many seconds fewer are enough; None: they are as few as can be."""
        spared = self.max_players_per_side - self.min_players_per_side
        fewer = self.max_players_per_side - self.least(age, window)
        return window.patience * (fewer + 1) / spared - age if fewer < spared else None

    def least(self, age: float, window: Window) -> int:
        """How many a side must have for a ticket this old: all at first, one fewer with each
        equal share of its patience, and the minimum at the end of it."""
        spared = self.max_players_per_side - self.min_players_per_side
        share = min(1.0, age / window.patience)
        return self.max_players_per_side - int(spared * share)


@dataclass(frozen=True)
class Standing:
    """One side of a session that is played already: how many still fit, and who is there."""

    free: int
    ratings: tuple[float, ...] = ()
    clients: tuple[Client | None, ...] = ()


@dataclass(frozen=True)
class Opening:
    """A session that lacks players since `created` (Unix seconds)."""

    session: int
    sides: tuple[Standing, ...]
    created: float
    region: str | None = None


@dataclass(frozen=True)
class Made:
    """Who plays whom: a list of tickets for each side. `session` is the one that these join;
    None asks for a new one. `rating` is what they were matched by, for each ticket."""

    profile: str
    sides: list[list[Ticket]]
    region: str | None = None
    session: int | None = None

    @property
    def tickets(self) -> list[Ticket]:
        """The oldest first."""
        every = (ticket for side in self.sides for ticket in side)
        return sorted(every, key=age)

    @property
    def spread(self) -> float:
        """Between its best and its worst ticket."""
        ratings = [ticket.rating_in(self.profile) for ticket in self.tickets]
        return max(ratings) - min(ratings)

    @property
    def gap(self) -> float:
        """Between its best and its worst side."""
        means = [self._mean(side) for side in self.sides if side]
        return max(means) - min(means)

    def _mean(self, side: Sequence[Ticket]) -> float:
        players = sum(ticket.size for ticket in side)
        return sum(ticket.rating_in(self.profile) * ticket.size for ticket in side) / players


@dataclass(frozen=True)
class Explanation:
    """Why a ticket waits for matches of one profile. Times are seconds from now.

    `excluded` counts the other tickets that each rule keeps away, under the first that does.
    `players` are those who are left, its own counted; a match needs `least` of them now and
    `full` at best. `openings` are open sessions that have room for it, where only these are filled.
    """

    opens_in: float
    """Until the profile takes it."""
    excluded: dict[str, int]
    players: int
    least: int
    full: int
    openings: int
    widens_in: float | None
    """Until the next of those that are too far by rating are near enough; None: there is none."""
    relaxes_in: float | None
    """Until smaller sides will do; None: they are as small as can be."""
    expected: float | None
    """As those waited who were matched lately; None: nobody waited as long as it has."""
