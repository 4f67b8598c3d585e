"""Open sessions that lack players, filled from those who wait: the oldest first, each where the
mean of those who play is nearest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from lobby.domain.match_clients import Company
from lobby.domain.match_terms import Made, Opening, Profile, Window
from lobby.domain.tickets import Ticket

Place = tuple[float, float, int]
"""The mean rating in a room, since when it lacks players, its session."""


@dataclass
class Room:
    """An opening as it fills. One where nobody plays is no company for anybody: it is left."""

    opening: Opening
    free: list[int]
    ratings: list[list[float]]
    marks: int
    lets_in: int
    joined: list[list[Ticket]]

    @property
    def place(self) -> Place:
        every = [rating for side in self.ratings for rating in side]
        return sum(every) / len(every), self.opening.created, self.opening.session

    def seat(self, ticket: Ticket, rating: float) -> None:
        """Where there is room for all of it and the sides come out most alike."""
        sides = [side for side, free in enumerate(self.free) if free >= ticket.size]
        side = min(sides, key=lambda side: self._gap(side, ticket.size, rating))
        self.free[side] -= ticket.size
        self.ratings[side] += [rating] * ticket.size
        self.joined[side].append(ticket)

    def _gap(self, side: int, size: int, rating: float) -> tuple[float, int]:
        """With somebody on that side; then the emptier one."""
        sides = [list(ratings) for ratings in self.ratings]
        sides[side] += [rating] * size
        means = [sum(ratings) / len(ratings) for ratings in sides if ratings]
        return max(means) - min(means), -self.free[side]


class Rooms:
    """All that lack players, in the order of their rating."""

    def __init__(self, rooms: Sequence[Room], *, now: float, window: Window) -> None:
        self._now, self._window = now, window
        self._rooms = {room.opening.session: room for room in rooms}
        self._line = sorted(room.place for room in rooms)
        self._most = max((max(room.free) for room in rooms), default=0)

    def fill(self, ticket: Ticket, rating: float, marks: int, lets_in: int) -> None:
        if ticket.size <= self._most and (place := self._nearest(ticket, rating, marks, lets_in)):
            room = self._rooms[place[2]]
            room.seat(ticket, rating)
            room.marks |= marks
            room.lets_in &= lets_in
            self._line.remove(place)
            insort(self._line, room.place)
            self._most = max(max(room.free) for room in self._rooms.values())

    def _nearest(self, ticket: Ticket, rating: float, marks: int, lets_in: int) -> Place | None:
        """Of those equally near the one that has lacked players longest."""
        farthest = self._window.max
        first = bisect_left(self._line, (rating - farthest, -inf, 0))
        last = bisect_right(self._line, (rating + farthest, inf, 0))
        return min(
            (
                place
                for place in self._line[first:last]
                if self._takes(place, ticket, rating)
                and not marks & ~self._rooms[place[2]].lets_in
                and not self._rooms[place[2]].marks & ~lets_in
            ),
            key=lambda place: (abs(place[0] - rating), *place[1:]),
            default=None,
        )

    def _takes(self, place: Place, ticket: Ticket, rating: float) -> bool:
        mean, since, session = place
        reach = self._window.reach(self._age(ticket.created), self._age(since))
        return abs(mean - rating) <= reach and max(self._rooms[session].free) >= ticket.size

    def _age(self, created: float) -> float:
        return max(0.0, self._now - created)


def filled(
    openings: Sequence[Opening],
    tickets: Sequence[Ticket],
    profile: Profile,
    *,
    now: float,
    window: Window,
) -> list[Made]:
    """Who joins which of them, given the tickets of one region, the oldest first."""
    openings = [opening for opening in openings if any(side.ratings for side in opening.sides)]
    company = Company(
        [
            *([one.client for one in ticket.players] for ticket in tickets),
            *([one for side in opening.sides for one in side.clients] for opening in openings),
        ]
    )
    rooms = [
        _room(opening, marks, company.lets_in(marks))
        for opening, marks in zip(openings, company.marks[len(tickets) :], strict=True)
    ]
    line = Rooms(rooms, now=now, window=window)
    for ticket, marks in zip(tickets, company.marks, strict=False):
        line.fill(ticket, ticket.rating_in(profile.id), marks, company.lets_in(marks))
    return [
        Made(profile.id, room.joined, room.opening.region, room.opening.session)
        for room in rooms
        if any(room.joined)
    ]


def _room(opening: Opening, marks: int, lets_in: int) -> Room:
    return Room(
        opening,
        free=[side.free for side in opening.sides],
        ratings=[list(side.ratings) for side in opening.sides],
        marks=marks,
        lets_in=lets_in,
        joined=[[] for _ in opening.sides],
    )
