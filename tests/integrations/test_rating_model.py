"""The model behind ratings, held to published numbers and to a simulated truth."""

from __future__ import annotations

import random

import pytest

from lobby.integrations.rating_model import Parameters, Participation, rate

USUAL = Parameters(beta=25 / 6, tau=25 / 300, draw=0.10)
NEW = Participation(25, 25 / 3)


def part(weight: float) -> Participation:
    return Participation(25, 25 / 3, weight)


def rated(teams: list[list[Participation]], *places: int) -> list[tuple[float, float]]:
    """Everybody, team by team, to three digits as the published tables have them."""
    found = rate(teams, places or range(len(teams)), USUAL)
    return [(round(mu, 3), round(sigma, 3)) for team in found for mu, sigma in team]


# The numbers of TrueSkill as the Python package `trueskill` publishes them in its test suite, and
# Jeff Moser's "Computing Your Skill" (2010) in his; with their usual beta, tau and draws.
MATCHES: dict[str, tuple[list[list[Participation]], tuple[int, ...], list[tuple[float, float]]]] = {
    "one wins": ([[NEW], [NEW]], (1, 2), [(29.396, 7.171), (20.604, 7.171)]),
    "one loses": ([[NEW], [NEW]], (2, 1), [(20.604, 7.171), (29.396, 7.171)]),
    "a draw": ([[NEW], [NEW]], (1, 1), [(25.000, 6.458), (25.000, 6.458)]),
    "a draw with somebody far better": (
        [[NEW], [Participation(50, 12.5)]],
        (1, 1),
        [(31.662, 7.137), (35.010, 7.910)],
    ),
    "one against two": (
        [[NEW], [NEW, NEW]],
        (1, 2),
        [(33.730, 7.317), (16.270, 7.317), (16.270, 7.317)],
    ),
    "two against two": (
        [[NEW, NEW], [NEW, NEW]],
        (1, 2),
        [(28.108, 7.774), (28.108, 7.774), (21.892, 7.774), (21.892, 7.774)],
    ),
    "four against four": (
        [[NEW] * 4, [NEW] * 4],
        (1, 2),
        [(27.198, 8.059)] * 4 + [(22.802, 8.059)] * 4,
    ),
    "everybody played half of it": (
        [[part(0.5)], [part(0.5), part(0.5)]],
        (1, 2),
        [(33.939, 7.312), (16.061, 7.312), (16.061, 7.312)],
    ),
    "one of the losers played half of it": (
        [[part(1)], [part(0.5), part(1)]],
        (1, 2),
        [(32.417, 7.056), (21.291, 8.033), (17.583, 7.056)],
    ),
    "one of the losers did not play": (
        [[part(1)], [part(0), part(1)]],
        (1, 2),
        [(29.440, 7.166), (25.000, 8.333), (20.560, 7.166)],
    ),
}


@pytest.mark.parametrize(("teams", "places", "published"), MATCHES.values(), ids=MATCHES)
def test_between_two_teams_the_numbers_are_the_published_ones(
    teams: list[list[Participation]], places: tuple[int, ...], published: list[tuple[float, float]]
) -> None:
    for ours, theirs in zip(rated(teams, *places), published, strict=True):
        assert ours == pytest.approx(theirs, abs=0.002)


@pytest.mark.parametrize(
    ("players", "winner", "uncertainty"),
    [(3, 31.675, 6.656), (4, 33.207, 6.348), (8, 36.771, 5.749)],
)
def test_among_more_teams_they_are_near_the_published_ones_and_never_bolder(
    players: int, winner: float, uncertainty: float
) -> None:
    (mu, sigma), *_ = rated([[NEW]] * players)
    assert winner - 4.1 < mu < winner
    assert uncertainty < sigma < uncertainty + 0.5


def test_among_more_teams_everybody_is_above_those_they_left_behind() -> None:
    found = rated([[NEW]] * 5, 3, 1, 5, 2, 4)
    assert sorted(found, reverse=True) == [found[at] for at in (1, 3, 0, 4, 2)]
    assert sum(mu for mu, _ in found) == pytest.approx(125, abs=0.01)


def test_those_who_drew_among_more_teams_are_rated_alike() -> None:
    first, second, third, last = rated([[NEW]] * 4, 1, 2, 2, 3)
    assert first[0] > second[0] == third[0] > last[0]
    assert second[0] == pytest.approx(25, abs=0.01)


def test_playing_less_changes_less() -> None:
    changes = [
        25 - rated([[NEW, NEW], [NEW, part(weight)]], 1, 2)[3][0]
        for weight in (0, 0.001, 0.1, 0.5, 1)
    ]
    assert changes == sorted(changes)
    assert changes[0] == 0 < changes[-1]


EXTREMES = [Participation(mu, sigma) for mu in (-1e6, 0.0, 1e6) for sigma in (1e-9, 1.0, 1e6)]


@pytest.mark.parametrize(
    "chances", [Parameters(1e-6, 0, 0), Parameters(1e6, 1e6, 0.999999999999), USUAL]
)
@pytest.mark.parametrize("places", [(1, 2), (2, 1), (1, 1)])
def test_whatever_is_rated_becomes_a_number(chances: Parameters, places: tuple[int, ...]) -> None:
    for one in EXTREMES:
        for other in EXTREMES:
            for mu, sigma in (
                pair for team in rate([[one], [other]], places, chances) for pair in team
            ):
                assert abs(mu) < 1e12
                assert 0 < sigma < 1e7


# A simulated truth: players whose skill is known, in matches of many shapes.
PLAYERS, PLAYED, SHAPES = 300, 10_000, [[1, 1], [2, 2], [3, 3], [4, 4], [1, 2], [2, 2, 2], [1] * 6]


def test_after_ten_thousand_matches_ratings_are_in_the_order_of_skill() -> None:
    luck = random.Random(1)
    truth = [luck.gauss(25, 25 / 3) for _ in range(PLAYERS)]
    ratings = [(25.0, 25 / 3)] * PLAYERS
    for _ in range(PLAYED):
        play(luck, truth, ratings)
    assert spearman(truth, [mu for mu, _ in ratings]) >= 0.95


def play(luck: random.Random, truth: list[float], ratings: list[tuple[float, float]]) -> None:
    """Some leave early; who is as good as another on the day draws with them."""
    shape = luck.choice(SHAPES)
    drawn = iter(luck.sample(range(PLAYERS), sum(shape)))
    teams = [[next(drawn) for _ in range(size)] for size in shape]
    weights = {p: luck.choice([1, 1, 1, 0.5]) for team in teams for p in team}
    played = [sum(weights[p] * luck.gauss(truth[p], USUAL.beta) for p in team) for team in teams]
    places = [sum(other > mine + 1 for other in played) for mine in played]
    before = [[Participation(*ratings[p], weights[p]) for p in team] for team in teams]
    for team, pairs in zip(teams, rate(before, places, USUAL), strict=True):
        for player, pair in zip(team, pairs, strict=True):
            ratings[player] = pair


def spearman(xs: list[float], ys: list[float]) -> float:
    """How far two lists agree about the order; no two values are alike."""
    ranks = [sorted(range(len(values)), key=values.__getitem__) for values in (xs, ys)]
    places = [{item: place for place, item in enumerate(order)} for order in ranks]
    n = len(xs)
    apart = sum((places[0][item] - places[1][item]) ** 2 for item in range(n))
    return 1 - 6 * apart / (n * (n * n - 1))


def test_the_measure_of_agreement_knows_the_same_and_the_opposite() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)
