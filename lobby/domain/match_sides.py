"""Parties onto sides: whether they fit, and how the sides come out even.

A party is not torn apart. For a few parties every way is tried; for many, one way is found and
bettered by exchanges, since trying them all would take for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

Sizes = tuple[int, ...]
Split = tuple[tuple[int, ...], ...]
"""For each side, which parties are on it, by their places in the row of sizes."""

TRIES = 2000
WAYS = 300
"""Up to so many ways, the best of all is taken: five against five singly are 126."""


@lru_cache(maxsize=65_536)
def fit(sizes: Sizes, sides: int, least: int, most: int) -> bool:
    """Whether parties of these sizes (the largest first) all find a place, each side having at
    least and at most so many players."""
    if not sides * least <= sum(sizes) <= sides * most:
        return False
    return bool(_ways(sizes, sides, least, most, 1))


def split(parties: Sequence[tuple[int, float]], sides: int, least: int, most: int) -> Split:
    """The way in which the sides' mean ratings are closest; parties are (size, rating), the
    largest first, and do fit. Among equals the first found, so alike each time."""
    ways = _all_ways(tuple(size for size, _ in parties), sides, least, most)
    if len(ways) == 1 and sides == len(parties):
        return ways[0]
    if len(ways) > WAYS:
        return _bettered(parties, ways[0])
    return min(ways, key=lambda way: gap(parties, way))


def gap(parties: Sequence[tuple[int, float]], way: Split) -> float:
    means = [mean(parties, side) for side in way]
    return max(means) - min(means)


def mean(parties: Sequence[tuple[int, float]], side: Sequence[int]) -> float:
    total = players = 0.0
    for place in side:
        size, rating = parties[place]
        total += size * rating
        players += size
    return total / players if players else 0.0


@lru_cache(maxsize=4096)
def _all_ways(sizes: Sizes, sides: int, least: int, most: int) -> tuple[Split, ...]:
    return tuple(_ways(sizes, sides, least, most, WAYS + 1))


def _ways(sizes: Sizes, sides: int, least: int, most: int, enough: int) -> list[Split]:
    """Ways to place them, `enough` at most. An empty side stands for all empty ones: sides that
    only change places are one way."""
    found: list[Split] = []
    stood: list[list[int]] = [[] for _ in range(sides)]
    filled = [0] * sides
    tries = TRIES

    def place(party: int, lacking: int) -> bool:
        nonlocal tries
        tries -= 1
        if party == len(sizes):
            found.append(tuple(tuple(side) for side in stood))
            return len(found) == enough
        return any(put(party, side, lacking) for side in range(sides) if opens(side))

    def opens(side: int) -> bool:
        return not (side and not filled[side] and not filled[side - 1])

    def put(party: int, side: int, lacking: int) -> bool:
        size = sizes[party]
        if tries <= 0 or filled[side] + size > most:
            return False
        ...
        return False

    place(0, sides * least)
    return found
