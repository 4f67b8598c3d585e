"""Backfill: waiting tickets are assigned to open sessions that lack players.

The oldest ticket goes first, each to the session whose mean rating is nearest within the window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from lobby.domain.matchmaking.compatibility import Compatibility
from lobby.domain.matchmaking.model import (
    ANY_DIFFERENCE,
    FoundMatch,
    Opening,
    Profile,
    Window,
    waited,
)
from lobby.domain.matchmaking.tickets import Ticket

Place = tuple[float, float, int]
"""Sort key of a session: its mean rating, since when it lacks players, its id."""


@dataclass
class FilledSession:
    """An open session while tickets are assigned to it. `free`, `players`, `ratings` and `joined`
    are by side; `classes` and `compatible` are bit masks (see `compatibility`)."""

    opening: Opening
    free: list[int]
    players: list[int]
    ratings: list[list[float]]
    classes: int
    compatible: int
    joined: list[list[Ticket]]

    @property
    def place(self) -> Place:
        every = [rating for side in self.ratings for rating in side]
        return sum(every) / len(every), self.opening.created, self.opening.session

    def sides_for(self, size: int) -> list[int]:
        """The sides that have room for a party, and may become so much larger than the others."""
        return [
            side
            for side, free in enumerate(self.free)
            if free >= size and self._may_differ(self._difference(side, size))
        ]

    def _may_differ(self, difference: int) -> bool:
        """Sides that differ by more already may be brought closer."""
        uneven = self.opening.uneven
        return uneven == ANY_DIFFERENCE or difference <= uneven or difference < self._difference()

    def _difference(self, side: int = 0, size: int = 0) -> int:
        """The largest difference in players between the sides, with so many more on that one."""
        players = [held + size * (n == side) for n, held in enumerate(self.players)]
        return max(players) - min(players)

    def seat(self, ticket: Ticket, rating: float) -> None:
        """Put the whole party on the side with the fewest players; of several, on the one that
        leaves the means of the sides closest."""
        side = min(
            self.sides_for(ticket.size),
            key=lambda side: (self.players[side], self._gap(side, ticket.size, rating)),
        )
        self.free[side] -= ticket.size
        self.players[side] += ticket.size
        self.ratings[side] += [rating] * ticket.size
        self.joined[side].append(ticket)

    def _gap(self, side: int, size: int, rating: float) -> tuple[float, int]:
        """Difference of the means with the party on that side; ties go to the emptier side."""
        sides = [list(ratings) for ratings in self.ratings]
        sides[side] += [rating] * size
        means = [sum(ratings) / len(ratings) for ratings in sides if ratings]
        return max(means) - min(means), -self.free[side]


class FilledSessions:
    """All open sessions, sorted by mean rating."""

    def __init__(self, sessions: Sequence[FilledSession], *, now: float, window: Window) -> None:
        self._now, self._window = now, window
        self._sessions = {session.opening.session: session for session in sessions}
        self._line = sorted(session.place for session in sessions)
        self._most = max((max(session.free) for session in sessions), default=0)

    def fill(self, ticket: Ticket, rating: float, classes: int, compatible: int) -> None:
        if ticket.size <= self._most and (
            place := self._nearest(ticket, rating, classes, compatible)
        ):
            session = self._sessions[place[2]]
            session.seat(ticket, rating)
            session.classes |= classes
            session.compatible &= compatible
            self._line.remove(place)
            insort(self._line, session.place)
            self._most = max(max(session.free) for session in self._sessions.values())

    def _nearest(
        self, ticket: Ticket, rating: float, classes: int, compatible: int
    ) -> Place | None:
        """The nearest session that takes the ticket; ties go to the one that has waited longest."""
        farthest = self._window.max
        first = bisect_left(self._line, (rating - farthest, -inf, 0))
        last = bisect_right(self._line, (rating + farthest, inf, 0))
        return min(
            (
                place
                for place in self._line[first:last]
                if self._takes(place, ticket, rating)
                and not classes & ~self._sessions[place[2]].compatible
                and not self._sessions[place[2]].classes & ~compatible
            ),
            key=lambda place: (abs(place[0] - rating), *place[1:]),
            default=None,
        )

    def _takes(self, place: Place, ticket: Ticket, rating: float) -> bool:
        mean, since, session = place
        if not self._sessions[session].opening.takes(ticket):
            return False
        reach = self._window.reach(self._age(ticket.created), self._age(since))
        return abs(mean - rating) <= reach and bool(self._sessions[session].sides_for(ticket.size))

    def _age(self, created: float) -> float:
        return waited(created, self._now)


def backfill(
    openings: Sequence[Opening],
    tickets: Sequence[Ticket],
    profile: Profile,
    *,
    now: float,
    window: Window,
) -> list[FoundMatch]:
    """Assign tickets of one region, sorted by age, to openings; those that do not want to come late
    are passed over. Sessions without players are skipped: they have no mean rating."""
    tickets = [ticket for ticket in tickets if ticket.backfill]
    openings = [opening for opening in openings if any(side.ratings for side in opening.sides)]
    compatibility = Compatibility(
        [
            *([one.client for one in ticket.players] for ticket in tickets),
            *([one for side in opening.sides for one in side.clients] for opening in openings),
        ]
    )
    sessions = [
        _filled_session(opening, classes, compatibility.compatible(classes))
        for opening, classes in zip(openings, compatibility.classes[len(tickets) :], strict=True)
    ]
    line = FilledSessions(sessions, now=now, window=window)
    for ticket, classes in zip(tickets, compatibility.classes, strict=False):
        line.fill(ticket, ticket.rating_in(profile.id), classes, compatibility.compatible(classes))
    return [
        FoundMatch(profile.id, session.joined, session.opening.region, session.opening.session)
        for session in sessions
        if any(session.joined)
    ]


def _filled_session(opening: Opening, classes: int, compatible: int) -> FilledSession:
    return FilledSession(
        opening,
        free=[side.free for side in opening.sides],
        players=[len(side.clients) for side in opening.sides],
        ratings=[list(side.ratings) for side in opening.sides],
        classes=classes,
        compatible=compatible,
        joined=[[] for _ in opening.sides],
    )
