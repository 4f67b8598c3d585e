"""Ratings (TrueSkill): their kinds, the players' values, and updates after a match."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from protocol.codec import LARGEST_INTEGER, StrictModel
from protocol.described import described
from protocol.player_services.players import PlayerPath
from protocol.player_services.types import (
    EMPTY_MAP,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    Positive,
    Uuid,
)

LARGEST_RATING = 1_000_000
"""Absolute bound of a rating's mean and deviation."""
MOST_TEAMS = 100
"""Teams of a match that is rated."""


def _require_bounded(number: float) -> float:
    if abs(number) > LARGEST_RATING:
        raise ValueError(f"must not be beyond {LARGEST_RATING}")
    return number


def _countable(number: int) -> int:
    if number > LARGEST_INTEGER:
        raise ValueError("must not be beyond 2^53")
    return number


RankId = Annotated[int, Field(gt=0), AfterValidator(_countable)]
Skill = Annotated[float, AfterValidator(_require_bounded)]


class RankData(Message):
    """A rating: mean (`mu`) and standard deviation (`sigma`), both clamped to their bounds."""

    mu: Annotated[Skill, described("Mean of the rating: the estimate of the player's skill.", 25.0)]
    sigma: Annotated[
        Skill, described("Standard deviation of the rating: how uncertain the estimate is.", 8.333)
    ]
    custom_data: CustomData = EMPTY_MAP


class PlayerRankResponse(Message):
    """A player's rating of one kind."""

    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    rank: Annotated[RankData, described("The rating.")]
    rank_id: Annotated[RankId, described("Number of the kind of rating.", 1)]


class PlayerRankRequestResponse(Message):
    """Ratings of a player."""

    player_ranks: Annotated[list[PlayerRankResponse], described("The player's ratings.")]


class PlayerRankUpdateRequest(Message):
    """A new rating, written as it is."""

    instance_id: Annotated[
        Maybe[Id], described("Id of the instance.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ] = None
    rank: Annotated[RankData, described("The rating.")]


class PlayerRankUpdateResponse(Message):
    """Ratings after an update."""

    updated_players: Annotated[list[PlayerRankResponse], described("The new ratings.")]


class RankConfig(Message):
    """A kind of rating: its start, its bounds, its parameters of TrueSkill."""

    rank_id: Annotated[RankId, described("Number of the kind of rating.", 1)]
    default_rank: Annotated[float, described("The mean (mu) of a player without a rating.", 25.0)]
    default_variance: Annotated[
        float, described("The standard deviation (sigma) of a player without a rating.", 8.333)
    ]
    max_rank_allowed: Annotated[
        float, described("Upper bound of mu; what is above is clamped.", 60.0)
    ]
    min_rank_allowed: Annotated[
        float, described("Lower bound of mu; what is below is clamped.", 0.0)
    ]
    min_variance_allowed: Annotated[
        float, described("Lower bound of sigma; what is below is clamped.", 1.0)
    ]
    trueskill_beta: Annotated[
        Maybe[float],
        described(
            "Distance of skill at which the better player wins about three of four matches.", 4.167
        ),
    ] = None
    trueskill_tau: Annotated[
        Maybe[float],
        described("How fast ratings change: added uncertainty with every match.", 0.083),
    ] = None
    trueskill_draw_probability: Annotated[
        Maybe[Annotated[float, Field(ge=0, lt=1)]],
        described("Share of matches that end in a draw, from 0 to below 1.", 0.05),
    ] = None


class RankConfigRequestResponse(Message):
    """Every kind of rating."""

    rank_configs: Annotated[list[RankConfig], described("Every kind of rating.")]


class TrueskillRank(Message):
    """A player's rating before the match."""

    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    rank: Annotated[RankData, described("The player's rating before the match.")]
    seconds_in_match: Annotated[
        Natural, described("How long the player played, in seconds: the weight of the update.", 900)
    ]


class TrueskillTeam(Message):
    """`team_rank` 1 is the winner; equal ranks are a draw."""

    players: Annotated[list[TrueskillRank], described("Who played on the team.")]
    team_rank: Annotated[
        Positive, described("Place of the team: 1 is the winner, equal numbers are a draw.", 1)
    ]


def _require_valid_teams(teams: list[TrueskillTeam]) -> list[TrueskillTeam]:
    """Two teams or more, none empty, no player twice."""
    if not 2 <= len(teams) <= MOST_TEAMS:
        raise ValueError(f"must be at least 2 teams, and at most {MOST_TEAMS}")
    named = [player.player_uuid for team in teams for player in team.players]
    if not all(team.players for team in teams):
        raise ValueError("must not have a team without players")
    if len(set(named)) < len(named):
        raise ValueError("must not name a player twice")
    return teams


class TrueskillUpdateRequest(Message):
    """The outcome of a match, to update ratings by."""

    instance_id: Annotated[
        Maybe[Id], described("Id of the instance.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ] = None
    rank_id: Annotated[RankId, described("Number of the kind of rating that is updated.", 1)]
    match_length_seconds: Annotated[Natural, described("How long the match took, in seconds.", 900)]
    teams: Annotated[
        list[TrueskillTeam],
        AfterValidator(_require_valid_teams),
        described("The teams of the match, at least two."),
    ]


class RankPath(StrictModel):
    rank_id: Annotated[RankId, described("Number of the kind of rating.", 1)]


class PlayerRankPath(PlayerPath):
    rank_id: Annotated[RankId, described("Number of the kind of rating.", 1)]
