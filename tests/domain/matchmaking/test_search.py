"""Sides of a match: level ones, or as uneven as the profile lets them be."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from lobby.domain.matchmaking.matching import Profile, find_matches
from lobby.domain.matchmaking.tickets import Ticket
from tests.domain.matchmaking.parties import (
    CLIENTS,
    DUEL,
    NOW,
    WINDOW,
    age,
    all_go_together,
    companies,
    party,
)
from tests.support.long_runs import long_run, scaled

HALLS = scaled(10_000)
OLD = 200.0
"""So long that every side may be as small as the profile has it."""


def made_of(tickets: list[Ticket], profile: Profile) -> list[list[int]]:
    """The sizes of the sides of each match."""
    made = find_matches(tickets, profile, now=NOW, window=WINDOW)
    return [[sum(one.size for one in side) for side in match.sides] for match in made]


def hall(seed: int) -> tuple[list[Ticket], Profile]:
    rng = random.Random(seed)
    profile = replace(
        DUEL,
        num_sides=rng.choice((1, 2, 2, 2, 3)),
        min_players_per_side=rng.randint(1, 3),
        max_players_per_side=rng.randint(3, 5),
    )
    tickets = [
        party(
            f"{n:02}",
            rng.gauss(25, 6),
            size=rng.randint(1, 4),
            waited=rng.uniform(0, OLD),
            client=rng.choice(CLIENTS),
        )
        for n in range(rng.randint(0, 24))
    ]
    return tickets, profile


@long_run
def test_no_side_has_more_players_than_another_where_they_have_to_be_level() -> None:
    made = 0
    for seed in range(HALLS):
        tickets, profile = hall(seed)
        for sides in made_of(tickets, replace(profile, uneven=0)):
            assert len(set(sides)) == 1, seed
            made += 1
    assert made > HALLS


@long_run
@pytest.mark.parametrize("uneven", [1, 2])
def test_no_side_has_more_players_than_another_beyond_what_may_be(uneven: int) -> None:
    widest = 0
    for seed in range(HALLS // 10):
        tickets, profile = hall(seed)
        for sides in made_of(tickets, replace(profile, uneven=uneven)):
            assert max(sides) - min(sides) <= uneven, seed
            widest = max(widest, max(sides) - min(sides))
    assert widest == uneven


def test_three_of_two_parties_are_matched_only_where_sides_may_differ() -> None:
    two_and_one = [party("a", size=2, waited=OLD), party("b", waited=OLD)]
    assert made_of(two_and_one, DUEL) == [[2, 1]]
    assert made_of(two_and_one, replace(DUEL, uneven=1)) == [[2, 1]]
    assert made_of(two_and_one, replace(DUEL, uneven=0)) == []


def test_a_difference_that_is_too_large_leaves_out_the_largest_party() -> None:
    waiting = [party(id, size=size, waited=OLD) for id, size in [("a", 3), ("b", 1), ("c", 2)]]
    assert made_of(waiting, replace(DUEL, uneven=0)) == [[3, 3]]
    assert made_of(waiting[:2], replace(DUEL, uneven=1)) == []
    assert made_of(waiting[1:], replace(DUEL, uneven=1)) == [[2, 1]]


@long_run
def test_level_sides_leave_nobody_who_could_have_been_matched() -> None:
    for seed in range(HALLS // 10):
        tickets, profile = hall(seed)
        tickets, level = tickets[:7], replace(profile, uneven=0)
        taken = {
            one.id
            for match in find_matches(tickets, level, now=NOW, window=WINDOW)
            for one in match.tickets
        }
        left = [one for one in tickets if one.id not in taken and level.takes(one, now=NOW)]
        assert not any(_level(some, level) for some in companies(left, level, WINDOW)), seed


def _level(some: tuple[Ticket, ...], profile: Profile) -> bool:
    """Whether these can be placed so that all sides have the same number."""
    players, least = sum(one.size for one in some), profile.least(max(map(age, some)), WINDOW)
    share, rest = divmod(players, profile.num_sides)
    if rest or not least <= share <= profile.max_players_per_side:
        return False
    filled = {(0,) * profile.num_sides}
    for one in some:
        filled = {
            tuple(n + one.size * (place == side) for side, n in enumerate(sides))
            for sides in filled
            for place in range(profile.num_sides)
        }
    return (share,) * profile.num_sides in filled and all_go_together(some)
