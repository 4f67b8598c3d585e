"""What a match says of its players: the model of Thurstone and Mosteller as Weng and Lin compute it
(Journal of Machine Learning Research 12, 2011), every team against every other.

Between two teams it is set up to be TrueSkill itself (Herbrich, Minka and Graepel, 2007): luck
grows with the number of players, draws have the margin that their probability gives, and who
played a part of the match counts for that part. Among more teams, each is compared with all the
others, though they are not that many independent matches: each comparison counts for 2/teams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import NormalDist

from openskill.models import ThurstoneMostellerFull

LEAST_PART = 1e-4
"""Who played less changes nothing, and stays as they were."""
MOST_CERTAIN = 1 - 1e-9
KAPPA = 1e-4
"""No match takes away more uncertainty than all but this of it (its square)."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How much luck there is, how fast players change, how often a match is drawn."""

    beta: float
    tau: float
    draw: float


@dataclass(frozen=True, slots=True)
class Part:
    """A player before the match; `weight` is the part of it that they played, 1 for all."""

    mu: float
    sigma: float
    weight: float = 1.0


Pair = tuple[float, float]
"""A mean, and how unsure it is."""


def after(
    teams: Sequence[Sequence[Part]], places: Sequence[int], chances: Chances
) -> list[list[Pair]]:
    """Everybody after the match, in the same order. Two teams or more, nobody's empty; the lowest
    place won, and equal ones drew."""
    model = _model(teams, chances)
    share = 2 / len(teams)
    # What a player adds to the team is their skill times their part, so that is what is rated.
    before = [
        [
            model.rating(part.mu * _weight(part), hypot(part.sigma, chances.tau) * _weight(part))
            for part in team
        ]
        for team in teams
    ]
    rated = model.rate(before, ranks=[float(place) for place in places])
    return [
        [
            _pair(part, share * (new.mu - old.mu), new.sigma)
            for part, old, new in zip(team, olds, news, strict=True)
        ]
        for team, olds, news in zip(teams, before, rated, strict=True)
    ]


def _model(teams: Sequence[Sequence[Part]], chances: Chances) -> ThurstoneMostellerFull:
    """For these teams alone: the model knows luck and draws of teams, the chances are players'."""
    share = 2 / len(teams)
    everybody = [part for team in teams for part in team]
    played = sum(_weight(part) ** 2 for part in everybody)
    certainty = min((1 + chances.draw) / 2, MOST_CERTAIN)
    return ThurstoneMostellerFull(
        beta=chances.beta * sqrt(played * share / 2),
        epsilon=NormalDist().inv_cdf(certainty) * sqrt(len(everybody) * share) * chances.beta,
        kappa=KAPPA,
        gamma=lambda *_: share,
        tau=0.0,
    )


def _weight(part: Part) -> float:
    return max(part.weight, LEAST_PART)


def _pair(part: Part, change: float, sigma: float) -> Pair:
    if part.weight < LEAST_PART:
        return part.mu, part.sigma
    return part.mu + change / part.weight, sigma / part.weight
