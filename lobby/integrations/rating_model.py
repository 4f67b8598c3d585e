"""Rating update after a match: the Thurstone-Mosteller model by Weng and Lin (JMLR 12, 2011), every
team compared with every other.

For two teams it is set up to equal TrueSkill (Herbrich, Minka and Graepel, 2007): performance
variance grows with the number of players, the draw margin follows from the draw probability, and
partial play is weighted. With more teams the comparisons are not independent: each counts 2/teams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import NormalDist

from openskill.models import ThurstoneMostellerFull

LEAST_PART = 1e-4
"""A player with a smaller part of the match has no effect, and keeps their rating."""
MOST_CERTAIN = 1 - 1e-9
KAPPA = 1e-4
"""The least factor by which a match can reduce a variance."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """TrueSkill's parameters: `beta` (performance deviation), `tau` (drift per match), `draw` (the
    probability of a draw)."""

    beta: float
    tau: float
    draw: float


@dataclass(frozen=True, slots=True)
class Participation:
    """A player's rating before the match; `weight`: the part of it that they played, 1 for all."""

    mu: float
    sigma: float
    weight: float = 1.0


Skill = tuple[float, float]
"""Mean and standard deviation."""


def rate(
    teams: Sequence[Sequence[Participation]], places: Sequence[int], parameters: Parameters
) -> list[list[Skill]]:
    """Everybody's rating after the match, in the same order. Two teams or more, none empty; the
    lowest place won, equal ones drew."""
    model = _model(teams, parameters)
    share = 2 / len(teams)
    # Partial play: a player contributes their skill times their weight, so that is rated.
    before = [
        [
            model.rating(part.mu * _weight(part), hypot(part.sigma, parameters.tau) * _weight(part))
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


def _model(
    teams: Sequence[Sequence[Participation]], parameters: Parameters
) -> ThurstoneMostellerFull:
    """A model for these teams: its `beta` and draw margin are per team, ours are per player."""
    share = 2 / len(teams)
    everybody = [part for team in teams for part in team]
    played = sum(_weight(part) ** 2 for part in everybody)
    certainty = min((1 + parameters.draw) / 2, MOST_CERTAIN)
    return ThurstoneMostellerFull(
        beta=parameters.beta * sqrt(played * share / 2),
        epsilon=NormalDist().inv_cdf(certainty) * sqrt(len(everybody) * share) * parameters.beta,
        kappa=KAPPA,
        gamma=lambda *_: share,
        tau=0.0,
    )


def _weight(part: Participation) -> float:
    return max(part.weight, LEAST_PART)


def _pair(part: Participation, change: float, sigma: float) -> Skill:
    if part.weight < LEAST_PART:
        return part.mu, part.sigma
    return part.mu + change / part.weight, sigma / part.weight
