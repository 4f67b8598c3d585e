"""Ratings: which kinds there are, what players have, and what a match makes of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from protocol.codec import LARGEST_INTEGER, Words
from protocol.player_services.players import PlayerPath
from protocol.player_services.terms import (
    EMPTY,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    Positive,
    Uuid,
)

FARTHEST = 1_000_000
MOST_TEAMS = 100


def _measurable(number: float) -> float:
    if abs(number) > FARTHEST:
        raise ValueError(f"must not be beyond {FARTHEST}")
    return number


def _countable(number: int) -> int:
    if number > LARGEST_INTEGER:
        raise ValueError("must not be beyond 2^53")
    return number


RankId = Annotated[int, Field(gt=0), AfterValidator(_countable)]
Skill = Annotated[float, AfterValidator(_measurable)]


class RankData(Message):
    """A mean, and how unsure it is. Both are kept within bounds."""

    mu: Skill
    sigma: Skill
    custom_data: CustomData = EMPTY


class PlayerRankResponse(Message):
    player_uuid: Uuid
    rank: RankData
    rank_id: RankId


class PlayerRankRequestResponse(Message):
    player_ranks: list[PlayerRankResponse]


class PlayerRankUpdateRequest(Message):
    instance_id: Maybe[Id] = None
    rank: RankData


class PlayerRankUpdateResponse(Message):
    updated_players: list[PlayerRankResponse]


class RankConfig(Message):
    rank_id: RankId
    default_rank: float
    default_variance: float
    max_rank_allowed: float
    min_rank_allowed: float
    min_variance_allowed: float
    trueskill_beta: Maybe[float] = None
    trueskill_tau: Maybe[float] = None
    trueskill_draw_probability: Maybe[Annotated[float, Field(ge=0, lt=1)]] = None


class RankConfigRequestResponse(Message):
    rank_configs: list[RankConfig]


class TrueskillRank(Message):
    """A player as they were before the match."""

    player_uuid: Uuid
    rank: RankData
    seconds_in_match: Natural


class TrueskillTeam(Message):
    """`team_rank` 1 won; teams with the same one drew."""

    players: list[TrueskillRank]
    team_rank: Positive


def _comparable(teams: list[TrueskillTeam]) -> list[TrueskillTeam]:
    """Teams between which a match can have been."""
    if not 2 <= len(teams) <= MOST_TEAMS:
        raise ValueError(f"must be at least 2 teams, and at most {MOST_TEAMS}")
    named = [player.player_uuid for team in teams for player in team.players]
    if not all(team.players for team in teams):
        raise ValueError("must not have a team without players")
    if len(set(named)) < len(named):
        raise ValueError("must not name a player twice")
    return teams


class TrueskillUpdateRequest(Message):
    instance_id: Maybe[Id] = None
    rank_id: RankId
    match_length_seconds: Natural
    teams: Annotated[list[TrueskillTeam], AfterValidator(_comparable)]


class RankPath(Words):
    rank_id: RankId


class PlayerRankPath(PlayerPath):
    rank_id: RankId
