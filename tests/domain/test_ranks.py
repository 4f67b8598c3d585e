"""Ratings take changes in any order, and as often as they come."""

from __future__ import annotations

from itertools import permutations

from lobby.domain.ranks import Bounds, Ranks, Rating, Score


def test_of_changes_in_any_order_the_highest_number_stands() -> None:
    changes = [(1, Score(20, 5, {"tier": "one"})), (2, Score(30, 4)), (3, Score(25, 3))]
    for order in permutations(changes):
        ranks = Ranks("ann")
        for number, score in order:
            ranks.apply(7, score, number)
        assert ranks.ratings == {7: Rating(25, 3, {"tier": "one"}, update=3, described=1)}


def test_a_change_written_twice_is_written_once() -> None:
    ranks = Ranks("ann")
    ranks.apply(7, Score(20, 5), 1)
    ranks.apply(7, Score(30, 4), 2)
    ranks.apply(7, Score(20, 5), 1)
    assert ranks.ratings[7].mu == 30


def test_custom_data_stays_until_something_else_is_said() -> None:
    ranks = Ranks("ann")
    ranks.apply(7, Score(20, 5, {"tier": "gold"}), 1)
    ranks.apply(7, Score(21, 5), 2)
    assert ranks.ratings[7].custom_data == {"tier": "gold"}
    ranks.apply(7, Score(21, 5, {}), 3)
    assert ranks.ratings[7].custom_data == {}


def test_the_kinds_of_rating_are_kept_apart() -> None:
    ranks = Ranks("ann")
    ranks.apply(1, Score(20, 5), 1)
    ranks.apply(2, Score(30, 4), 2)
    assert (ranks.ratings[1].mu, ranks.ratings[2].mu) == (20, 30)


def test_bounds_hold_both_ends_of_the_mean_and_the_lower_of_the_uncertainty() -> None:
    bounds = Bounds(least=10, most=40, least_sigma=2)
    assert bounds.clamp(5, 9) == (10, 9)
    assert bounds.clamp(50, 1) == (40, 2)
    assert bounds.clamp(-50, -1) == (10, 2)
    assert bounds.clamp(25, 1000) == (25, 1000)
