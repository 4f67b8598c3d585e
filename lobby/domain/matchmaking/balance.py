"""Team balancing: whether parties fit onto sides, and the split with the closest mean ratings.

A party is never split. Few parties are placed by exhaustive backtracking; for many, a greedy split
is improved by local search (swaps of two parties).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

Sizes = tuple[int, ...]
Party = tuple[int, float]
"""Size and rating."""
Split = tuple[tuple[int, ...], ...]
"""For each side, the indexes of its parties in the given sequence."""

SEARCHED_PARTIES = 16
"""Up to so many parties are placed by backtracking; more of them greedily."""
MOST_STEPS = 2000
"""Steps of the backtracking search, after which it ends with what it has found."""
MOST_WAYS = 300
"""Up to so many splits, the best of all is taken: five against five, all single, have 126."""
MOST_SWAPS = 64
"""Exchanges of two parties between sides that bring the means of the sides closer."""


@lru_cache(maxsize=65_536)
def fit(sizes: Sizes, sides: int, least: int, most: int) -> bool:
    """Whether parties of these sizes (the largest first) all fit, when each side has at least and
    at most so many players."""
    if not sides * least <= sum(sizes) <= sides * most:
        return False
    if least in (0, most) and _always_fits(sizes, sides, most):
        return True
    return bool(_ways(sizes, sides, least, most, enough=1))


def split(parties: Sequence[Party], sides: int, least: int, most: int) -> Split:
    """The split with the smallest `gap`. The parties come sorted by size, the largest first, and do
    fit. Deterministic: of equal splits the first one found."""
    sizes = tuple(size for size, _ in parties)
    ways = _ways(sizes, sides, least, most, enough=MOST_WAYS + 1)
    if not ways or len(ways) > MOST_WAYS or len(parties) > SEARCHED_PARTIES:
        return _improved(parties, _even_start(sizes, sides, least, most))
    return ways[0] if len(ways) == 1 else min(ways, key=lambda way: gap(parties, way))


def gap(parties: Sequence[Party], way: Split) -> float:
    """Difference between the highest and the lowest mean rating of the sides."""
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
    """Up to `enough` splits."""
    if len(sizes) <= SEARCHED_PARTIES:
        return tuple(_Backtracking(sizes, sides, least, most, enough=enough).ways())
    dealt = (_greedy(sizes, sides, most, fullest=fullest) for fullest in (False, True))
    return tuple(way for way in dealt if way and min(_players(sizes, way)) >= least)[:1]


def _even_start(sizes: Sizes, sides: int, least: int, most: int) -> Split:
    """A split to improve: one that gives each side parties of similar sizes, if one is found."""
    if len(sizes) <= SEARCHED_PARTIES:
        evenly = _Backtracking(sizes, sides, least, most, enough=1, evenly=True).ways()
        if evenly:
            return evenly[0]
    return _ways(sizes, sides, least, most, enough=1)[0]


def _greedy(sizes: Sizes, sides: int, most: int, *, fullest: bool) -> Split | None:
    """Greedy split: each party to the emptiest side, or to the fullest, that has room for it."""
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


def _always_fits(sizes: Sizes, sides: int, most: int) -> bool:
    """Sufficient condition: placed the largest first, each party finds a side with room, since all
    sides without room would hold more players than there are."""
    before = 0
    for size in sizes:
        if before >= sides * (most - size + 1):
            return False
        before += size
    return True


def _players(sizes: Sizes, way: Split) -> list[int]:
    return [sum(sizes[party] for party in side) for side in way]


class _Backtracking:
    """Backtracking search for splits; ends when `enough` are found. Splits that differ only in the
    order of the sides count once; where one is enough, sides with equal counts are tried once."""

    def __init__(
        self, sizes: Sizes, sides: int, least: int, most: int, *, enough: int, evenly: bool = False
    ) -> None:
        self._sizes, self._least, self._most, self._enough = sizes, least, most, enough
        self._filled = [0] * sides
        self._sides: list[list[int]] = [[] for _ in range(sides)]
        self._found: list[Split] = []
        self._steps, self._evenly = MOST_STEPS, evenly

    def ways(self) -> list[Split]:
        self._place(0)
        return self._found

    def _place(self, party: int) -> None:
        self._steps -= 1
        if sum(max(0, self._least - held) for held in self._filled) > sum(self._sizes[party:]):
            return
        if party < len(self._sizes):
            for side in self._sides_with_room(self._sizes[party]):
                if len(self._found) < self._enough and self._steps > 0:
                    self._put(party, side)
        else:
            self._found.append(tuple(tuple(side) for side in self._sides))

    def _put(self, party: int, side: int) -> None:
        self._filled[side] += self._sizes[party]
        self._sides[side].append(party)
        self._place(party + 1)
        self._sides[side].pop()
        self._filled[side] -= self._sizes[party]

    def _sides_with_room(self, size: int) -> list[int]:
        """The fullest first, to find a split soon; or the emptiest first, to find an even one."""
        sides = [side for side, held in enumerate(self._filled) if held + size <= self._most]
        if self._enough == 1:
            alike = {self._filled[side]: side for side in reversed(sides)}
            return [alike[held] for held in sorted(alike, reverse=not self._evenly)]
        empty = next((side for side in sides if not self._filled[side]), None)
        return [side for side in sides if self._filled[side] or side == empty]


def _improved(parties: Sequence[Party], way: Split) -> Split:
    """Local search: the best and the worst side swap the two parties of equal size that bring their
    means closest, as long as that helps."""
    sides = [list(side) for side in way]
    for _ in range(MOST_SWAPS):
        sides.sort(key=lambda side: (mean(parties, side), side))
        if not _swap(parties, sides[0], sides[-1]):
            break
    return tuple(tuple(sorted(side)) for side in sorted(sides))


def _swap(parties: Sequence[Party], low: list[int], high: list[int]) -> bool:
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
