"""Those who wait, by age and by rating: who stands near whom.

Tickets are known here by their number in the order of age. They stand on shelves, one for each
size and each kind of company, in the order of rating, so that the nearest are found without
looking at the others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf

from lobby.domain.match_clients import Company
from lobby.domain.match_terms import Profile, Window
from lobby.domain.tickets import Ticket

Near = tuple[float, int]
"""How far from the one who asks, and who. In this order the nearest comes first, and of those
that are equally near the oldest."""
Asked = tuple[float, float, float]
"""The rating of who asks, how long they have waited, and how far anybody can be."""
RETRIES = 4000
"""So often a choice may be taken back in one tick."""
FAR, ROUNDING = 1e300, 1e-9
"""Farther than any rating, yet not infinitely; and more than what rounding takes away."""
LIKE_A_SHELF = 4
"""To ask a shelf takes as long as to look at so many tickets."""
LOOKS = 64
"""So many who are near enough, but not for the time they have waited, are passed over."""


class Pool:
    """Tickets, the oldest first; `gone` are those who are not here any more."""

    def __init__(
        self, tickets: Sequence[Ticket], profile: Profile, *, now: float, window: Window
    ) -> None:
        self.tickets = tickets
        self.ratings = [ticket.rating_in(profile.id) for ticket in self.tickets]
        self.sizes = [len(ticket.players) for ticket in self.tickets]
        self.ages = [max(0.0, now - ticket.created) for ticket in self.tickets]
        self.gone = bytearray(len(self.tickets))
        self.retries = RETRIES
        self.window = window
        company = Company([one.client for one in ticket.players] for ticket in self.tickets)
        self.marks = company.marks
        self.lets_in = [company.lets_in(marks) for marks in self.marks]
        self._most = profile.max_players_per_side
        self._places = profile.num_sides * profile.max_players_per_side
        self._shelves = {key: Shelf(self, group) for key, group in self._sorted().items()}
        self._beside: dict[int, list[Shelf]] = {}
        self._anywhere: dict[tuple[int, int], tuple[int, ...]] = {}
        self._order = sorted(range(len(self.tickets)), key=self.ratings.__getitem__)
        self._line = [self.ratings[ticket] for ticket in self._order]
        self._players = list(accumulate((self.sizes[t] for t in self._order), initial=0))

    def near(self, seeker: int) -> list[Near]:
        """Who might play with the seeker, the nearest first. Of each shelf as many to either side
        as could be in one match with it."""
        found: list[Near] = []
        asked = self.ratings[seeker], self.ages[seeker], self._farthest(seeker)
        places = self._places - self.sizes[seeker]
        for shelf in self._shelves_beside(self.lets_in[seeker]):
            shelf.near(asked, places // shelf.size, found)
        found.sort()
        return found

    def anywhere(self, seeker: int) -> tuple[int, ...]:
        """No more parties of one, of two and so on go together with it, wherever they stand. Alike
        for all of its shelf, and said once."""
        own = self.lets_in[seeker], self.sizes[seeker]
        if (counts := self._anywhere.get(own)) is None:
            counts = self._anywhere[own] = self._counts(seeker, -FAR, FAR)
        return counts

    def about(self, seeker: int, needed: int) -> tuple[int, ...]:
        """No more parties of one, of two and so on than these are near it; quickly said, and none
        when they are fewer players than are needed with it."""
        rating, farthest = self.ratings[seeker], self._farthest(seeker)
        farthest += ROUNDING * (farthest + abs(rating))
        lowest, highest = rating - farthest, rating + farthest
        first, last = bisect_left(self._line, lowest), bisect_right(self._line, highest)
        if self._players[last] - self._players[first] < needed:
            return ()
        if last - first <= LIKE_A_SHELF * len(self._shelves_beside(self.lets_in[seeker])):
            return self._counted(seeker, self._order[first:last])
        return self._counts(seeker, lowest, highest)

    def _counted(self, seeker: int, near: Sequence[int]) -> tuple[int, ...]:
        """Of these, one by one: where they are few, that is quicker than to ask each shelf."""
        counts, others = [0] * self._most, ~self.lets_in[seeker]
        places = self._places - self.sizes[seeker]
        for ticket in near:
            if not (self.marks[ticket] & others or self.gone[ticket]):
                counts[self.sizes[ticket] - 1] += 1
        return tuple(min(count, places // (n + 1)) for n, count in enumerate(counts))

    def _counts(self, seeker: int, lowest: float, highest: float) -> tuple[int, ...]:
        counts = [0] * self._most
        places = self._places - self.sizes[seeker]
        own = self._shelves[self.lets_in[seeker], self.sizes[seeker]]
        for shelf in self._shelves_beside(self.lets_in[seeker]):
            count = counts[shelf.size - 1] + shelf.about(lowest, highest) - (shelf is own)
            enough = places // shelf.size
            counts[shelf.size - 1] = count if count < enough else enough
        return tuple(counts)

    def fits(self, one: int, other: int) -> bool:
        """Their ratings are within reach of each other."""
        reach = self.window.reach(self.ages[one], self.ages[other])
        return abs(self.ratings[one] - self.ratings[other]) <= reach

    def _sorted(self) -> dict[tuple[int, int], list[int]]:
        """By whom they let in, and by size."""
        groups: dict[tuple[int, int], list[int]] = {}
        for ticket, key in enumerate(zip(self.lets_in, self.sizes, strict=True)):
            groups.setdefault(key, []).append(ticket)
        return groups

    def _farthest(self, seeker: int) -> float:
        """Nobody who reaches it is farther: those who are left are younger."""
        return min(FAR, self.window.reach(self.ages[seeker], self.ages[seeker]))

    def _shelves_beside(self, lets_in: int) -> list[Shelf]:
        if (beside := self._beside.get(lets_in)) is None:
            beside = self._beside[lets_in] = [
                shelf for shelf in self._shelves.values() if not shelf.marks & ~lets_in
            ]
        return beside


class Shelf:
    """Tickets that are alike but for rating and age. All of one rating stand in one place, the
    oldest last. `_up` and `_down` lead from an empty place towards the next that is not; both
    ends are never empty, and infinitely far."""

    def __init__(self, pool: Pool, tickets: list[int]) -> None:
        self.marks, self.size = pool.marks[tickets[0]], pool.sizes[tickets[0]]
        self._gone, self._ages, self._window = pool.gone, pool.ages, pool.window
        places: dict[float, list[int]] = {}
        for ticket in reversed(tickets):
            places.setdefault(pool.ratings[ticket], []).append(ticket)
        self._ratings = [-inf, *sorted(places), inf]
        self._places = [places.get(rating, []) for rating in self._ratings]
        self._up_to = list(accumulate(map(len, self._places), initial=0))
        self._up = list(range(len(self._places)))
        self._down = list(self._up)

    def about(self, lowest: float, highest: float) -> int:
        """How many are between these; those who have gone may be among them."""
        up_to, ratings = self._up_to, self._ratings
        return up_to[bisect_right(ratings, highest)] - up_to[bisect_left(ratings, lowest)]

    def near(self, asked: Asked, enough: int, found: list[Near]) -> None:
        """Add those within reach, `enough` at most to either side."""
        if enough:
            here = bisect_left(self._ratings, asked[0])
            self._look(here, 1, self._up, asked, enough, found)
            self._look(here - 1, -1, self._down, asked, enough, found)

    def _look(
        self, place: int, step: int, ways: list[int], asked: Asked, enough: int, found: list[Near]
    ) -> None:
        """Of one rating only the first is passed over: those behind it are younger."""
        rating, age, farthest = asked
        start, grow, ages = self._window.start, self._window.grow_per_s, self._ages
        sure = start + grow * age
        stop, looks = len(found) + enough, LOOKS
        while looks:
            if ways[place] != place:
                place = _next(ways, place)
            distance = abs(self._ratings[place] - rating)
            if distance > farthest:
                return
            for ticket in self._left(place):
                if distance > sure and distance > start + grow * (age + ages[ticket]):
                    looks -= 1
                    break
                if not self._gone[ticket]:
                    found.append((distance, ticket))
                    if len(found) == stop:
                        return
            place += step

    def _left(self, place: int) -> Iterable[int]:
        """Who is still in the place, the oldest first."""
        tickets = self._places[place]
        while tickets and self._gone[tickets[-1]]:
            tickets.pop()
        if not tickets:
            self._up[place], self._down[place] = place + 1, place - 1
        return reversed(tickets)


def _next(ways: list[int], place: int) -> int:
    """The next that is not empty; the way there becomes shorter."""
    while ways[place] != place:
        ways[place] = ways[ways[place]]
        place = ways[place]
    return place
