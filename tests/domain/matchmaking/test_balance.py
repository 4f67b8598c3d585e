"""Parties onto sides: placed whole, where there is a way, and as evenly as can be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.domain.matchmaking.balance import Split, fit, gap, split
from lobby.domain.matchmaking.model import Profile
from lobby.domain.matchmaking.search import possible
from tests.domain.matchmaking.parties import sides_can_be

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=6).map(
    lambda sizes: tuple(sorted(sizes, reverse=True))
)


@given(sizes=SIZES, sides=st.integers(1, 3), least=st.integers(0, 5), spare=st.integers(0, 4))
def test_parties_fit_where_any_way_to_place_them_does(
    sizes: tuple[int, ...], sides: int, least: int, spare: int
) -> None:
    profile = Profile("any", sides, least, least + spare)
    assert fit(sizes, sides, least, least + spare) == sides_can_be(sizes, profile, least)


@given(counts=st.tuples(*[st.integers(0, 3)] * 3), sides=st.integers(1, 3), least=st.integers(1, 3))
@settings(max_examples=50)
def test_sizes_alone_say_whether_some_of_them_fill_the_sides(
    counts: tuple[int, ...], sides: int, least: int
) -> None:
    have = [size for size, count in enumerate(counts, 1) for _ in range(count)]
    profile = Profile("any", sides, least, 3)
    chosen = (
        [size for n, size in enumerate(have) if which >> n & 1] for which in range(1 << len(have))
    )
    some = any(
        sides_can_be(sizes, profile, least) for sizes in chosen if sum(sizes) <= 3 * sides <= 9
    )
    assert possible(counts, sides, least, 3, 0) == some


def sizes_of(parties: Sequence[tuple[int, float]], way: Split) -> list[int]:
    return [sum(parties[place][0] for place in side) for side in way]


@pytest.mark.parametrize(
    "parties",
    [
        [(1, float(n * n % 37)) for n in range(32)],
        [(4, 30.0), *((3, float(n)) for n in range(4)), *((2, 20.0 + n) for n in range(8))],
        [(1, 25.0)] * 32,
    ],
)
def test_many_parties_are_placed_whole_and_bettered(parties: list[tuple[int, float]]) -> None:
    most = sum(size for size, _ in parties) // 2
    way = split(parties, 2, most, most)
    assert sorted(place for side in way for place in side) == list(range(len(parties)))
    assert sizes_of(parties, way) == [most, most]
    assert gap(parties, way) <= 1.0


def test_the_same_parties_are_placed_alike_each_time() -> None:
    parties = [(1, float(n * 7 % 11)) for n in range(20)]
    assert split(parties, 4, 5, 5) == split(parties, 4, 5, 5)


def test_ten_thousand_places_are_filled_without_end() -> None:
    ones = [(1, 25.0)] * 1000
    assert sizes_of(ones, split(ones, 100, 10, 10)) == [10] * 100
