"""Backtracking search for the match of one ticket: which tickets play, on which side.

It takes as few of the nearest candidates as fill the sides; of equally near ones the oldest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from lobby.domain.matchmaking.balance import Sizes, fit, split
from lobby.domain.matchmaking.candidates import CandidatePool
from lobby.domain.matchmaking.model import Profile

MOST_RETRIES = 200
"""Backtracking steps for one ticket; only tickets with few compatible partners need them. Each tick
has a limit besides, `CandidatePool.retries`."""
PRECHECKED_PLACES = 24
"""Up to so many players in a match, a check of the party sizes comes before the search."""


class PartialMatch(NamedTuple):
    """A ticket of the group, and the aggregates of it and those before it: sizes, compatibility
    mask, lowest and highest rating, age of the youngest."""

    ticket: int
    sizes: Sizes
    compatible: int
    low: float
    high: float
    youngest: float


class Search:
    """The search for one ticket, the seeker, which has left the pool."""

    def __init__(self, pool: CandidatePool, profile: Profile, seeker: int) -> None:
        self._pool, self._seeker = pool, seeker
        self._size = pool.sizes[seeker]
        self._profile = profile
        self._sides, self._most = profile.num_sides, profile.max_players_per_side
        self._least = profile.least(pool.ages[seeker], pool.window)

    def match(self) -> list[list[int]]:
        """Tickets by side; empty without a match. It prefers full sides, then, as far as the age of
        the seeker allows, the largest sides of equal size, then uneven ones where there may be."""
        if self._can_succeed():
            self._load_candidates()
            for least, most in self._side_sizes():
                company = self._group(least, most)
                if company is not None:
                    return self._split_into_sides(company, least, most)
        return []

    def _can_succeed(self) -> bool:
        needed = self._sides * self._least
        if not self._enough_players(
            needed, self._pool.counts_anywhere(self._seeker), self._least, self._most
        ):
            return False
        counts = self._pool.counts_near(self._seeker, needed)
        return bool(counts) and self._enough_players(needed, counts, self._least, self._most)

    def _load_candidates(self) -> None:
        pool, seeker = self._pool, self._seeker
        self._near = [ticket for _, ticket in pool.near(seeker)]
        sizes = (pool.sizes[ticket] for ticket in self._near)
        self._players = list(accumulate(sizes, initial=self._size))
        rating, age = pool.ratings[seeker], pool.ages[seeker]
        self._first = PartialMatch(
            seeker, (self._size,), pool.compatible[seeker], rating, rating, age
        )
        self._retries = min(MOST_RETRIES, pool.retries)

    def _side_sizes(self) -> Iterator[tuple[int, int]]:
        yield self._most, self._most
        smaller = range(min(self._most - 1, self._players[-1] // self._sides), self._least - 1, -1)
        yield from ((size, size) for size in smaller)
        if self._profile.uneven:
            yield from ((size, self._profile.largest(size)) for size in smaller)

    def _group(self, least: int, most: int) -> list[int] | None:
        """The seeker and others, from the shortest prefix of the candidates that has a match."""
        if fit((self._size,), self._sides, least, most):
            return [self._seeker]
        counts = [0] * most
        for end, ticket in enumerate(self._near):
            size = self._pool.sizes[ticket]
            if size <= most:
                counts[size - 1] += 1
                if self._enough_players(self._players[end + 1], tuple(counts), least, most):
                    company = self._group_with(end, least, most)
                    if company is not None:
                        return company
        return None

    def _enough_players(self, players: int, counts: Sizes, least: int, most: int) -> bool:
        """Necessary condition: so many players, in so many parties by size, can fill the sides."""
        if players < self._sides * least or self._size > most:
            return False
        if self._sides * most > PRECHECKED_PLACES:
            return True
        return possible(counts, self._sides, least, most, self._size)

    def _group_with(self, end: int, least: int, most: int) -> list[int] | None:
        """A group with candidate `end` and others before it; backtracks from dead ends."""
        chosen = [self._first, self._extended(self._first, self._near[end])]
        places: list[int] = []
        place = 0
        while not fit(chosen[-1].sizes, self._sides, least, most):
            found = self._next(chosen, range(place, end), least, most)
            if found is not None:
                place, one = found
                places.append(place)
                chosen.append(one)
            elif places and self._may_retry():
                place = places.pop()
                chosen.pop()
            else:
                return None
            place += 1
        return [one.ticket for one in chosen]

    def _next(
        self, chosen: list[PartialMatch], places: range, least: int, most: int
    ) -> tuple[int, PartialMatch] | None:
        """The next candidate compatible with all chosen, as long as enough players are left."""
        pool, last = self._pool, chosen[-1]
        latest = sum(last.sizes) + self._players[places.stop] - self._sides * least
        for place in places:
            if self._players[place] > latest:
                break
            ticket = self._near[place]
            if not pool.classes[ticket] & ~last.compatible and self._reaches(ticket, chosen):
                joined = self._extended(last, ticket)
                if fit(joined.sizes, self._sides, 0, most):
                    return place, joined
        return None

    def _extended(self, last: PartialMatch, ticket: int) -> PartialMatch:
        pool = self._pool
        rating, age = pool.ratings[ticket], pool.ages[ticket]
        return PartialMatch(
            ticket,
            _with_size(last.sizes, pool.sizes[ticket]),
            last.compatible & pool.compatible[ticket],
            rating if rating < last.low else last.low,
            rating if rating > last.high else last.high,
            age if age < last.youngest else last.youngest,
        )

    def _reaches(self, ticket: int, chosen: list[PartialMatch]) -> bool:
        """Whether it is within the window of all chosen; first a sufficient check on aggregates."""
        pool, last = self._pool, chosen[-1]
        rating = pool.ratings[ticket]
        sure = pool.window.reach(pool.ages[ticket], last.youngest)
        if last.high - rating <= sure and rating - last.low <= sure:
            return True
        return all(pool.fits(ticket, other.ticket) for other in chosen)

    def _may_retry(self) -> bool:
        self._retries -= 1
        self._pool.retries -= 1
        return self._retries >= 0

    def _split_into_sides(self, company: list[int], least: int, most: int) -> list[list[int]]:
        pool = self._pool
        company.sort(key=lambda ticket: (-pool.sizes[ticket], ticket))
        parties = [(pool.sizes[ticket], pool.ratings[ticket]) for ticket in company]
        ways = split(parties, self._sides, least, most)
        return [[company[place] for place in side] for side in ways]


@lru_cache(maxsize=65_536)
def _with_size(sizes: Sizes, size: int) -> Sizes:
    return tuple(sorted((*sizes, size), reverse=True))


@lru_cache(maxsize=65_536)
def possible(counts: Sizes, sides: int, least: int, most: int, held: int) -> bool:
    """Whether parties, `counts` by size, can fill the sides; the first side has `held` players."""
    if held >= least:
        return sides == 1 or possible(counts, sides - 1, least, most, 0)
    for size in range(min(most - held, len(counts)), 0, -1):
        if counts[size - 1]:
            fewer = (*counts[: size - 1], counts[size - 1] - 1, *counts[size:])
            if possible(fewer, sides, least, most, held + size):
                return True
    return False
