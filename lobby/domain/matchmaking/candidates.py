"""Candidate index: for a waiting ticket, the compatible tickets nearest in rating.

Tickets are numbered by age, the oldest first. They are kept in buckets, one for each party size and
compatibility class, sorted by rating, so that the nearest are found without scanning the others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf

from lobby.domain.matchmaking.compatibility import Compatibility
from lobby.domain.matchmaking.model import Profile, Window, waited
from lobby.domain.matchmaking.tickets import Ticket

Near = tuple[float, int]
"""Distance in rating to the seeker, and the ticket's number: sorts by distance, then by age."""
Asked = tuple[float, float, float]
"""The seeker's rating, its age in seconds, and the widest distance that its window allows."""
MOST_RETRIES = 4000
"""Backtracking steps allowed in one tick."""
FAR, ROUNDING = 1e300, 1e-9
"""A finite bound beyond any rating; and a relative tolerance for rounding errors."""
BUCKET_COST = 4
"""Cost of one bucket lookup, in tickets that could be scanned instead."""
MOST_PASSED_OVER = 64
"""Tickets skipped in one scan because they have not waited long enough for their distance."""


class CandidatePool:
    """All tickets of one tick, the oldest first. `taken[n]`: ticket n has left the pool."""

    def __init__(
        self, tickets: Sequence[Ticket], profile: Profile, *, now: float, window: Window
    ) -> None:
        self.tickets = tickets
        self.ratings = [ticket.rating_in(profile.id) for ticket in self.tickets]
        self.sizes = [len(ticket.players) for ticket in self.tickets]
        self.ages = [waited(ticket.created, now) for ticket in self.tickets]
        self.taken = bytearray(len(self.tickets))
        self.retries = MOST_RETRIES
        self.window = window
        compatibility = Compatibility(
            [one.client for one in ticket.players] for ticket in self.tickets
        )
        self.classes = compatibility.classes
        self.compatible = [compatibility.compatible(classes) for classes in self.classes]
        self._most = profile.max_players_per_side
        self._places = profile.num_sides * profile.max_players_per_side
        self._buckets = {key: Bucket(self, group) for key, group in self._sorted().items()}
        self._compatible: dict[int, list[Bucket]] = {}
        self._anywhere: dict[tuple[int, int], tuple[int, ...]] = {}
        self._order = sorted(range(len(self.tickets)), key=self.ratings.__getitem__)
        self._line = [self.ratings[ticket] for ticket in self._order]
        self._players = list(accumulate((self.sizes[t] for t in self._order), initial=0))

    def near(self, seeker: int) -> list[Near]:
        """Candidates for the seeker, nearest first: from each bucket as many on either side as
        could be in one match with it."""
        found: list[Near] = []
        asked = self.ratings[seeker], self.ages[seeker], self._farthest(seeker)
        places = self._places - self.sizes[seeker]
        for bucket in self._compatible_buckets(self.compatible[seeker]):
            bucket.near(asked, places // bucket.size, found)
        found.sort()
        return found

    def counts_anywhere(self, seeker: int) -> tuple[int, ...]:
        """Upper bounds, by party size, on the parties compatible with it at any rating. Cached, as
        they are the same for its whole bucket."""
        own = self.compatible[seeker], self.sizes[seeker]
        if (counts := self._anywhere.get(own)) is None:
            counts = self._anywhere[own] = self._counts(seeker, -FAR, FAR)
        return counts

    def counts_near(self, seeker: int, needed: int) -> tuple[int, ...]:
        """Upper bounds, by party size, on the compatible parties within its window; empty when
        they have fewer players than `needed`. Cheaper than `near`."""
        rating, farthest = self.ratings[seeker], self._farthest(seeker)
        farthest += ROUNDING * (farthest + abs(rating))
        lowest, highest = rating - farthest, rating + farthest
        first, last = bisect_left(self._line, lowest), bisect_right(self._line, highest)
        if self._players[last] - self._players[first] < needed:
            return ()
        if last - first <= BUCKET_COST * len(self._compatible_buckets(self.compatible[seeker])):
            return self._counted(seeker, self._order[first:last])
        return self._counts(seeker, lowest, highest)

    def _counted(self, seeker: int, near: Sequence[int]) -> tuple[int, ...]:
        """The same counted one by one, which is faster than the buckets where they are few."""
        counts, others = [0] * self._most, ~self.compatible[seeker]
        places = self._places - self.sizes[seeker]
        for ticket in near:
            if not (self.classes[ticket] & others or self.taken[ticket]):
                counts[self.sizes[ticket] - 1] += 1
        return tuple(min(count, places // (n + 1)) for n, count in enumerate(counts))

    def _counts(self, seeker: int, lowest: float, highest: float) -> tuple[int, ...]:
        counts = [0] * self._most
        places = self._places - self.sizes[seeker]
        own = self._buckets[self.compatible[seeker], self.sizes[seeker]]
        for bucket in self._compatible_buckets(self.compatible[seeker]):
            count = (
                counts[bucket.size - 1] + bucket.count_between(lowest, highest) - (bucket is own)
            )
            enough = places // bucket.size
            counts[bucket.size - 1] = count if count < enough else enough
        return tuple(counts)

    def fits(self, one: int, other: int) -> bool:
        """Their ratings are within reach of each other."""
        reach = self.window.reach(self.ages[one], self.ages[other])
        return abs(self.ratings[one] - self.ratings[other]) <= reach

    def _sorted(self) -> dict[tuple[int, int], list[int]]:
        """Ticket numbers by compatibility mask and party size."""
        groups: dict[tuple[int, int], list[int]] = {}
        for ticket, key in enumerate(zip(self.compatible, self.sizes, strict=True)):
            groups.setdefault(key, []).append(ticket)
        return groups

    def _farthest(self, seeker: int) -> float:
        """Upper bound of the distance: every ticket that is left is younger than the seeker."""
        return min(FAR, self.window.reach(self.ages[seeker], self.ages[seeker]))

    def _compatible_buckets(self, compatible: int) -> list[Bucket]:
        if (beside := self._compatible.get(compatible)) is None:
            beside = self._compatible[compatible] = [
                bucket for bucket in self._buckets.values() if not bucket.classes & ~compatible
            ]
        return beside


class Bucket:
    """Tickets of one party size and one compatibility class, sorted by rating. A place holds all of
    one rating, the oldest last. `_up` and `_down` link an empty place to the next that is not, as a
    union-find with path compression; the ends are sentinels at an infinite distance."""

    def __init__(self, pool: CandidatePool, tickets: list[int]) -> None:
        self.classes, self.size = pool.classes[tickets[0]], pool.sizes[tickets[0]]
        self._taken, self._ages, self._window = pool.taken, pool.ages, pool.window
        places: dict[float, list[int]] = {}
        for ticket in reversed(tickets):
            places.setdefault(pool.ratings[ticket], []).append(ticket)
        self._ratings = [-inf, *sorted(places), inf]
        self._places = [places.get(rating, []) for rating in self._ratings]
        self._up_to = list(accumulate(map(len, self._places), initial=0))
        self._up = list(range(len(self._places)))
        self._down = list(self._up)

    def count_between(self, lowest: float, highest: float) -> int:
        """How many have a rating in this range, those taken already included: an upper bound."""
        up_to, ratings = self._up_to, self._ratings
        return up_to[bisect_right(ratings, highest)] - up_to[bisect_left(ratings, lowest)]

    def near(self, asked: Asked, enough: int, found: list[Near]) -> None:
        """Append those within the window to `found`, at most `enough` on either side."""
        if enough:
            here = bisect_left(self._ratings, asked[0])
            self._scan(here, 1, self._up, asked, enough, found)
            self._scan(here - 1, -1, self._down, asked, enough, found)

    def _scan(
        self, place: int, step: int, ways: list[int], asked: Asked, enough: int, found: list[Near]
    ) -> None:
        """Scan in one direction. When the oldest of a rating is not within reach yet, neither are
        the others of that rating, who are younger."""
        rating, age, farthest = asked
        start, grow, ages = self._window.start, self._window.grow_per_s, self._ages
        sure = start + grow * age
        stop, looks = len(found) + enough, MOST_PASSED_OVER
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
                if not self._taken[ticket]:
                    found.append((distance, ticket))
                    if len(found) == stop:
                        return
            place += step

    def _left(self, place: int) -> Iterable[int]:
        """The tickets left in the place, the oldest first; unlinks the place when it is empty."""
        tickets = self._places[place]
        while tickets and self._taken[tickets[-1]]:
            tickets.pop()
        if not tickets:
            self._up[place], self._down[place] = place + 1, place - 1
        return reversed(tickets)


def _next(ways: list[int], place: int) -> int:
    """The next place that is not empty, with path compression."""
    while ways[place] != place:
        ways[place] = ways[ways[place]]
        place = ways[place]
    return place
