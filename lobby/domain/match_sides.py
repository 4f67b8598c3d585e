"""Parties onto sides: whether they fit, and how the sides come out even.

A party is never torn apart. For a few parties every way is tried; for many, one way is found and
bettered by exchanges, since trying them all would take for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

Sizes = tuple[int, ...]
Party = tuple[int, float]
"""How many, and how good."""
Split = tuple[tuple[int, ...], ...]
"""For each side, which parties are on it, by their places in the row of parties."""

FEW = 16
"""So many parties are placed by search; more, one by one as they come."""
TRIES = 2000
WAYS = 300
"""Up to so many ways, the best of all is taken: five against five, all single, are 126."""
EXCHANGES = 64


@lru_cache(maxsize=65_536)
def fit(sizes: Sizes, sides: int, least: int, most: int) -> bool:
    """Whether parties of these sizes (the largest first) all find a place, when each side has at
    least and at most so many players."""
    if not sides * least <= sum(sizes) <= sides * most:
        return False
    if least in (0, most) and _surely(sizes, sides, most):
        return True
    return bool(_ways(sizes, sides, least, most, enough=1))


def split(parties: Sequence[Party], sides: int, least: int, most: int) -> Split:
    """The way in which the means of the sides are closest; the parties stand the largest first,
    and do fit. Among equals the first found, so the same each time."""
    sizes = tuple(size for size, _ in parties)
    ways = _ways(sizes, sides, least, most, enough=WAYS + 1)
    if not ways or len(ways) > WAYS or len(parties) > FEW:
        return _bettered(parties, _spread(sizes, sides, least, most))
    return ways[0] if len(ways) == 1 else min(ways, key=lambda way: gap(parties, way))


def gap(parties: Sequence[Party], way: Split) -> float:
    """Between the best side and the worst."""
    means = [mean(parties, side) for side in way]
    return max(means) - min(means)


def mean(parties: Sequence[Party], side: Sequence[int]) -> float:
    total = players = 0.0
    for place in side:
        size, rating = parties[place]
        total += size * rating
        players += size
    return total / players if players else 0.0


@lru_cache(maxsize=4096)
def _ways(sizes: Sizes, sides: int, least: int, most: int, *, enough: int) -> tuple[Split, ...]:
    """`enough` of them, if there are so many."""
    if len(sizes) <= FEW:
        return tuple(_Placing(sizes, sides, least, most, enough=enough).ways())
    dealt = (_dealt(sizes, sides, most, fullest=fullest) for fullest in (False, True))
    return tuple(way for way in dealt if way and min(_players(sizes, way)) >= least)[:1]


def _spread(sizes: Sizes, sides: int, least: int, most: int) -> Split:
    """One way that gives each side large parties and small ones alike, if that is found."""
    if len(sizes) <= FEW:
        evenly = _Placing(sizes, sides, least, most, enough=1, evenly=True).ways()
        if evenly:
            return evenly[0]
    return _ways(sizes, sides, least, most, enough=1)[0]


def _dealt(sizes: Sizes, sides: int, most: int, *, fullest: bool) -> Split | None:
    """Each party to the emptiest side, or to the fullest, that has room for it."""
    levels: dict[int, list[list[int]]] = {0: [[] for _ in range(sides)]}
    for party, size in enumerate(sizes):
        room = [held for held, alike in levels.items() if alike and held + size <= most]
        if not room:
            return None
        held = max(room) if fullest else min(room)
        side = levels[held].pop()
        side.append(party)
        levels.setdefault(held + size, []).append(side)
    return tuple(sorted(tuple(side) for alike in levels.values() for side in alike))


def _surely(sizes: Sizes, sides: int, most: int) -> bool:
    """Wherever they are put, the largest first, a side with room for the next is left: all sides
    without it would take more players than there are."""
    before = 0
    for size in sizes:
        if before >= sides * (most - size + 1):
            return False
        before += size
    return True


def _players(sizes: Sizes, way: Split) -> list[int]:
    return [sum(sizes[party] for party in side) for side in way]


class _Placing:
    """A search for the ways to place parties, ended when enough are found. Sides that only change
    places are one way, and where one way is enough, so are sides that are filled alike."""

    def __init__(
        self, sizes: Sizes, sides: int, least: int, most: int, *, enough: int, evenly: bool = False
    ) -> None:
        self._sizes, self._least, self._most, self._enough = sizes, least, most, enough
        self._filled = [0] * sides
        self._stood: list[list[int]] = [[] for _ in range(sides)]
        self._found: list[Split] = []
        self._tries, self._evenly = TRIES, evenly

    def ways(self) -> list[Split]:
        self._place(0)
        return self._found

    def _place(self, party: int) -> None:
        self._tries -= 1
        if sum(max(0, self._least - held) for held in self._filled) > sum(self._sizes[party:]):
            return
        if party < len(self._sizes):
            for side in self._open_to(self._sizes[party]):
                if len(self._found) < self._enough and self._tries > 0:
                    self._put(party, side)
        else:
            self._found.append(tuple(tuple(side) for side in self._stood))

    def _put(self, party: int, side: int) -> None:
        self._filled[side] += self._sizes[party]
        self._stood[side].append(party)
        self._place(party + 1)
        self._stood[side].pop()
        self._filled[side] -= self._sizes[party]

    def _open_to(self, size: int) -> list[int]:
        """The fullest first, so one way is found soon; or the emptiest, so it is an even one."""
        sides = [side for side, held in enumerate(self._filled) if held + size <= self._most]
        if self._enough == 1:
            alike = {self._filled[side]: side for side in reversed(sides)}
            return [alike[held] for held in sorted(alike, reverse=not self._evenly)]
        empty = next((side for side in sides if not self._filled[side]), None)
        return [side for side in sides if self._filled[side] or side == empty]


def _bettered(parties: Sequence[Party], way: Split) -> Split:
    """While it helps, the best side and the worst exchange the two parties of one size that bring
    their means closest."""
    sides = [list(side) for side in way]
    for _ in range(EXCHANGES):
        sides.sort(key=lambda side: (mean(parties, side), side))
        if not _exchange(parties, sides[0], sides[-1]):
            break
    return tuple(tuple(sorted(side)) for side in sorted(sides))


def _exchange(parties: Sequence[Party], low: list[int], high: list[int]) -> bool:
    share = 1 / sum(parties[n][0] for n in low) + 1 / sum(parties[n][0] for n in high)
    apart = mean(parties, high) - mean(parties, low)

    def left(pair: tuple[int, int]) -> float:
        (size, one), (_, other) = parties[low[pair[0]]], parties[high[pair[1]]]
        return abs(apart - size * (other - one) * share)

    pairs = [
        (a, b)
        for a, one in enumerate(low)
        for b, other in enumerate(high)
        if parties[one][0] == parties[other][0]
    ]
    best = min(pairs, key=left, default=None)
    if best is None or left(best) >= apart:
        return False
    low[best[0]], high[best[1]] = high[best[1]], low[best[0]]
    return True
