"""Open sessions that lack players, filled from those who wait: the oldest first, each where the
others are nearest to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lobby.domain.match_clients import Company
from lobby.domain.match_terms import Made, Opening, Profile, Window
from lobby.domain.tickets import Ticket


@dataclass
class Room:
    """An opening, who is in it by now, and whom they let in."""

    opening: Opening
    marks: int
    lets_in: int
    free: list[int]
    ratings: list[list[float]]
    joined: list[list[Ticket]] = field(default_factory=list)

    @property
    def rating(self) -> float:
        every = [rating for side in self.ratings for rating in side]
        return sum(every) / len(every)

    @property
    def place(self) -> tuple[float, float, int]:
        return self.rating, self.opening.created, self.opening.session

    def side_for(self, ticket: Ticket, rating: float) -> int:
        """Where there is room, and the sides come out most alike."""
        sides = [side for side, free in enumerate(self.free) if free >= ticket.size]
        return min(sides, key=lambda side: self._gap(side, ticket.size, rating))

    def seat(self, ticket: Ticket, rating: float) -> None:
        side = self.side_for(ticket, rating)
        self.free[side] -= ticket.size
        self.ratings[side] += [rating] * ticket.size
        self.joined[side].append(ticket)

    def _gap(self, side: int, size: int, rating: float) -> tuple[float, int]:
        """With somebody on that side; the emptier one where it is the same."""
        sides = [list(ratings) for ratings in self.ratings]
        sides[side] += [rating] * size
        means = [sum(ratings) / len(ratings) for ratings in sides if ratings]
        return max(means) - min(means), -self.free[side]


class Rooms:
    """In the order of their players' mean rating."""

    def __init__(self, rooms: Iterable[Room], window: Window, now: float) -> None:
        self._window, self._now = window, now
        self._rooms = sorted(rooms, key=lambda room: room.place)
        self._most = max((max(room.free) for room in self._rooms), default=0)

    def nearest(self, ticket: Ticket, rating: float, marks: int, lets_in: int) -> Room | None:
        """Of those equally near the one that has lacked players longest."""
        if ticket.size > self._most:
            return None
        age = self._now - ticket.created
        low, high = rating - self._window.max, rating + self._window.max
        rooms = self._rooms
        return min(
            (
                room
                for room in rooms[
                    bisect_left(rooms, low, key=lambda room: room.rating) : bisect_right(
                        rooms, high, key=lambda room: room.rating
                    )
                ]
            ),
            default=None,
        )
