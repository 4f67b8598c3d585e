"""Value types of the matchmaking algorithm: profile, rating window, opening, match, explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.clients import Client

ANY_DIFFERENCE = -1
"""Of `uneven`: sides may differ by any number of players."""
RELAX_SECONDS = 30.0
"""Seconds until the smallest sides are allowed, where the window does not widen."""


def age(ticket: Ticket) -> tuple[float, str]:
    """Sort key: the oldest first, ties by id."""
    return ticket.created, ticket.id


def waited(since: float, now: float) -> float:
    """Seconds since then; none where it was entered by a process whose clock is ahead of ours."""
    return max(0.0, now - since)


@dataclass(frozen=True)
class Window:
    """The rating window: two tickets may be `start` apart, `grow_per_s` more for each second that
    either of them has waited, and never more than `max`."""

    start: float
    grow_per_s: float
    max: float

    def reach(self, age: float, other: float) -> float:
        """Allowed distance for two ages in seconds. They are added, so that an old ticket also
        reaches newcomers."""
        return min(self.max, self.start + self.grow_per_s * (age + other))

    def grown(self, distance: float, age: float, other: float) -> float | None:
        """Seconds until two waiting tickets reach this distance; None: never."""
        lacking = distance - self.reach(age, other)
        if lacking <= 0:
            return 0.0
        if distance > self.max or not self.grow_per_s:
            return None
        return lacking / (2 * self.grow_per_s)

    @property
    def widening_seconds(self) -> float:
        """Seconds of age after which the window is at `max` for any partner."""
        widening = self.max - self.start
        return widening / self.grow_per_s if widening > 0 and self.grow_per_s else RELAX_SECONDS


@dataclass(frozen=True)
class Profile:
    """A kind of match: number and size of its sides. `join_mode`: `normal`, `created_before` (takes
    tickets older than `delay_s`) or `backfill` (fills open sessions). `uneven`: the largest
    difference in players between its sides; -1: any."""

    id: str
    num_sides: int
    min_players_per_side: int
    max_players_per_side: int
    join_mode: str = "normal"
    delay_s: float = 0.0
    uneven: int = ANY_DIFFERENCE

    def takes(self, ticket: Ticket, *, now: float) -> bool:
        """Whether the ticket is eligible now."""
        return (
            self.id in ticket.profiles
            and ticket.state is TicketState.WAITING
            and 0 < len(ticket.players) <= self.max_players_per_side
            and waited(ticket.created, now) >= self.delay_s
        )

    def largest(self, least: int) -> int:
        """Players that a side may have where the smallest has `least`."""
        most = self.max_players_per_side
        return most if self.uneven == ANY_DIFFERENCE else min(most, least + self.uneven)

    def relaxes(self, age: float, window: Window) -> float | None:
        """Seconds until one player less per side is enough; None: it is the minimum already."""
        spared = self.max_players_per_side - self.min_players_per_side
        fewer = self.max_players_per_side - self.least(age, window)
        return window.widening_seconds * (fewer + 1) / spared - age if fewer < spared else None

    def least(self, age: float, window: Window) -> int:
        """Players that a side must have for a ticket of this age: the maximum at first, then one
        less after each equal share of the widening time, down to the minimum."""
        spared = self.max_players_per_side - self.min_players_per_side
        share = min(1.0, age / window.widening_seconds)
        return self.max_players_per_side - int(spared * share)


@dataclass(frozen=True)
class OpeningSide:
    """One side of a session under way: free seats, and the players there."""

    free: int
    ratings: tuple[float, ...] = ()
    clients: tuple[Client | None, ...] = ()


@dataclass(frozen=True)
class Opening:
    """A session open for backfill, since `created` (Unix seconds); it keeps out the `excluded`.
    `uneven`: of the profile that made its match; `version`: of its game server, where known."""

    session: int
    sides: tuple[OpeningSide, ...]
    created: float
    region: str | None = None
    excluded: frozenset[str] = frozenset()
    uneven: int = ANY_DIFFERENCE
    version: str | None = None

    def takes(self, ticket: Ticket) -> bool:
        """Whether it keeps out none of its players, and they have its game server's version."""
        if self.excluded and any(player.uuid in self.excluded for player in ticket.players):
            return False
        return self.version is None or not ticket.misfits(self.version)


@dataclass(frozen=True)
class FoundMatch:
    """A match that the algorithm found: tickets by side. `session`: the one to backfill; None: a
    new one is made."""

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
        """Difference between its highest and lowest ticket rating."""
        ratings = [ticket.rating_in(self.profile) for ticket in self.tickets]
        return max(ratings) - min(ratings)

    @property
    def gap(self) -> float:
        """Difference between the highest and lowest mean rating of its sides."""
        means = [self._mean(side) for side in self.sides if side]
        return max(means) - min(means)

    def _mean(self, side: Sequence[Ticket]) -> float:
        players = sum(ticket.size for ticket in side)
        return sum(ticket.rating_in(self.profile) * ticket.size for ticket in side) / players


@dataclass(frozen=True)
class Explanation:
    """Why a ticket waits for matches of one profile. Times are seconds from now.

    `excluded` counts the other tickets by the first rule that excludes them. `players` counts the
    players left, its own included; a match needs `least` of them now and `full` at best. `openings`
    counts open sessions with room for it (backfill profiles only). `binding`: the rules (see
    `binding`) without which it would be matched.
    """

    opens_in: float
    """Until it is old enough for the profile."""
    excluded: dict[str, int]
    players: int
    least: int
    full: int
    openings: int
    widens_in: float | None
    """Until the window covers the next ticket excluded by rating; None: there is none."""
    relaxes_in: float | None
    """Until smaller sides are allowed; None: they are at the minimum."""
    expected: float | None
    """Estimated remaining wait, from recent matches; None: none of them waited as long."""
    binding: tuple[str, ...] = ()
    next_look: float | None = None
    """Until matches are looked for again, at most; None: a rule binds, so that would not help."""
