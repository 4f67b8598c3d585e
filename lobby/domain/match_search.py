"""The match of one ticket: who plays in it, and on which side.

Its company is sought among as few of the nearest as will do. Where several would, it has the
nearest in it, and of those that are equally near the oldest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from lobby.domain.match_pools import Pool
from lobby.domain.match_sides import Sizes, fit, split
from lobby.domain.match_terms import Profile

RETRIES = 200
"""So often a choice is taken back for one ticket; only those who hardly go together with each
other need it. Each tick has an allowance besides, `Pool.retries`."""
FEW_PLACES = 24
"""Up to so many in a match, sizes alone say beforehand whether there can be one."""


class Chosen(NamedTuple):
    """One of a company, and what it and all before it are together: their sizes, whom they all
    let in, from which rating to which they are, how old the youngest is."""

    ticket: int
    sizes: Sizes
    lets_in: int
    low: float
    high: float
    youngest: float


class Search:
    """For one ticket, the seeker, in a pool that it is not in any more."""

    def __init__(self, pool: Pool, profile: Profile, seeker: int) -> None:
        self._pool, self._seeker = pool, seeker
        self._size = pool.sizes[seeker]
        self._sides, self._most = profile.num_sides, profile.max_players_per_side
        self._least = profile.least(pool.ages[seeker], pool.window)

    def match(self) -> list[list[int]]:
        """Full sides if there can be; else, as far as its age allows, level ones, as many players
        as can be; else sides that are as level as can be. No sides when nobody is found."""
        if self._hopeful():
            self._look_around()
            for least, most in self._shapes():
                company = self._company(least, most)
                if company is not None:
                    return self._placed(company, least, most)
        return []

    def _hopeful(self) -> bool:
        needed = self._sides * self._least
        if not self._may_do(needed, self._pool.anywhere(self._seeker), self._least, self._most):
            return False
        counts = self._pool.about(self._seeker, needed)
        return bool(counts) and self._may_do(needed, counts, self._least, self._most)

    def _look_around(self) -> None:
        pool, seeker = self._pool, self._seeker
        self._near = [ticket for _, ticket in pool.near(seeker)]
        sizes = (pool.sizes[ticket] for ticket in self._near)
        self._players = list(accumulate(sizes, initial=self._size))
        rating, age = pool.ratings[seeker], pool.ages[seeker]
        self._alone = Chosen(seeker, (self._size,), pool.lets_in[seeker], rating, rating, age)
        self._retries = min(RETRIES, pool.retries)

    def _shapes(self) -> Iterator[tuple[int, int]]:
        yield self._most, self._most
        smaller = range(min(self._most - 1, self._players[-1] // self._sides), self._least - 1, -1)
        yield from ((size, size) for size in smaller)
        yield from ((size, self._most) for size in smaller)

    def _company(self, least: int, most: int) -> list[int] | None:
        """Of the first so many of the nearest, the last of them among it."""
        if fit((self._size,), self._sides, least, most):
            return [self._seeker]
        counts = [0] * most
        for end, ticket in enumerate(self._near):
            size = self._pool.sizes[ticket]
            if size <= most:
                counts[size - 1] += 1
                if self._may_do(self._players[end + 1], tuple(counts), least, most):
                    company = self._with(end, least, most)
                    if company is not None:
                        return company
        return None

    def _may_do(self, players: int, counts: Sizes, least: int, most: int) -> bool:
        """With so many players, in so many parties of one, of two and so on beside its own."""
        if players < self._sides * least or self._size > most:
            return False
        if self._sides * most > FEW_PLACES:
            return True
        return possible(counts, self._sides, least, most, self._size)

    def _with(self, end: int, least: int, most: int) -> list[int] | None:
        """Each in turn joins where it can; who leads nowhere is taken back."""
        chosen = [self._alone, self._joined(self._alone, self._near[end])]
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
        self, chosen: list[Chosen], places: range, least: int, most: int
    ) -> tuple[int, Chosen] | None:
        """The next who goes together with all, while there are enough to fill the sides."""
        pool, last = self._pool, chosen[-1]
        latest = sum(last.sizes) + self._players[places.stop] - self._sides * least
        for place in places:
            if self._players[place] > latest:
                break
            ticket = self._near[place]
            if not pool.marks[ticket] & ~last.lets_in and self._reaches(ticket, chosen):
                joined = self._joined(last, ticket)
                if fit(joined.sizes, self._sides, 0, most):
                    return place, joined
        return None

    def _joined(self, last: Chosen, ticket: int) -> Chosen:
        pool = self._pool
        rating, age = pool.ratings[ticket], pool.ages[ticket]
        return Chosen(
            ticket,
            _with_size(last.sizes, pool.sizes[ticket]),
            last.lets_in & pool.lets_in[ticket],
            rating if rating < last.low else last.low,
            rating if rating > last.high else last.high,
            age if age < last.youngest else last.youngest,
        )

    def _reaches(self, ticket: int, chosen: list[Chosen]) -> bool:
        """All of them: surely when the farthest is near enough for the youngest."""
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

    def _placed(self, company: list[int], least: int, most: int) -> list[list[int]]:
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
    """Whether of so many parties of one, of two and so on, some fill the sides; the first has
    `held` players already."""
    if held >= least:
        return sides == 1 or possible(counts, sides - 1, least, most, 0)
    for size in range(min(most - held, len(counts)), 0, -1):
        if counts[size - 1]:
            fewer = (*counts[: size - 1], counts[size - 1] - 1, *counts[size:])
            if possible(fewer, sides, least, most, held + size):
                return True
    return False
