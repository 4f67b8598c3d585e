"""Ratings of players, as themselves, game servers and matchmakers ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from lobby.actions import ranks
from lobby.actions.ranks import Result
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import DENIED, answer, gives
from lobby.catalogue.players import Rank
from lobby.domain.permissions import needs
from lobby.domain.ranks import RankNotFound, Rating, Score
from protocol.player_services import configuration as named
from protocol.player_services import ranks as words
from protocol.player_services.players import PlayerPath

CONFIG = needs("rank:read:config")
RATING = needs("rank:update:any")
READING_OWN = needs(own="rank:read:self")
WRITING_OWN = needs(own="rank:update:self")
READING = needs("rank:read:any", own="rank:read:self")
WRITING = needs("rank:update:any", own="rank:update:self")


async def rate_match(call: Call, body: words.TrueskillUpdateRequest) -> Response:
    """Rate the players of a finished match, by the ratings that are sent: all of them or none."""
    rated = await ranks.calculate(
        call.lobby,
        call.permit,
        rank=body.rank_id,
        seconds=body.match_length_seconds,
        teams=[result(team) for team in body.teams],
    )
    return updated({player: {body.rank_id: rating} for player, rating in rated.items()})


async def get_own_rank(call: Call, path: words.RankPath) -> Response:
    """Your rating of one kind."""
    return await _get(call, call.permit.actor.uuid, path.rank_id)


async def get_rank(call: Call, path: words.PlayerRankPath) -> Response:
    """A player's rating of one kind."""
    return await _get(call, path.player_uuid, path.rank_id)


async def set_own_rank(
    call: Call, path: words.RankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    """Say what your rating is."""
    return await _set(call, call.permit.actor.uuid, path.rank_id, body)


async def set_rank(
    call: Call, path: words.PlayerRankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    """Say what a player's rating is."""
    return await _set(call, path.player_uuid, path.rank_id, body)


async def list_own_ranks(call: Call) -> Response:
    """Your ratings of every kind."""
    return await _list(call, call.permit.actor.uuid)


async def list_ranks(call: Call, path: PlayerPath) -> Response:
    """A player's ratings of every kind."""
    return await _list(call, path.player_uuid)


async def list_rank_kinds(call: Call) -> Response:
    """The kinds of rating that this game has."""
    configs = [config(rank) for rank in call.lobby.catalogue.ranks]
    return answer(words.RankConfigRequestResponse(rank_configs=configs))


async def get_rank_kind(call: Call, path: words.RankPath) -> Response:
    """One kind of rating."""
    kind = ranks.kind(call.lobby, path.rank_id)
    return answer(words.RankConfigRequestResponse(rank_configs=[config(kind)]))


async def list_named_ranks(call: Call, path: PlayerPath) -> Response:
    """A player's ratings of every kind, whose ids are texts."""
    found = await ranks.of_player(call.lobby, call.permit, player=path.player_uuid)
    said = [named_rank(path.player_uuid, str(id), rating) for id, rating in found.items()]
    return answer(named.NamedRanks(player_ranks=said))


async def set_named_rank(
    call: Call, path: named.PlayerNamedRankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    """Say what a player's rating is, of a kind whose id is a text."""
    rating = await ranks.put(
        call.lobby,
        call.permit,
        player=path.player_uuid,
        rank=number(path.rank_id),
        score=score(body.rank),
    )
    said = named_rank(path.player_uuid, path.rank_id, rating)
    return answer(named.UpdatedNamedRanks(updated_players=[said]))


async def _get(call: Call, player: str, rank: int) -> Response:
    rating = await ranks.one(call.lobby, call.permit, player=player, rank=rank)
    return answer(words.PlayerRankRequestResponse(player_ranks=said(player, {rank: rating})))


async def _list(call: Call, player: str) -> Response:
    found = await ranks.of_player(call.lobby, call.permit, player=player)
    return answer(words.PlayerRankRequestResponse(player_ranks=said(player, found)))


async def _set(call: Call, player: str, rank: int, body: words.PlayerRankUpdateRequest) -> Response:
    rating = await ranks.put(
        call.lobby, call.permit, player=player, rank=rank, score=score(body.rank)
    )
    return updated({player: {rank: rating}})


def result(team: words.TrueskillTeam) -> Result:
    players = {one.player_uuid: (score(one.rank), one.seconds_in_match) for one in team.players}
    return Result(team.team_rank, players)


def score(rank: words.RankData) -> Score:
    """Custom data that was not said is none, whatever its default says."""
    custom_data = rank.custom_data if "custom_data" in rank.model_fields_set else None
    return Score(rank.mu, rank.sigma, custom_data)


def number(rank: str) -> int:
    """What can be none is a rating that there is not."""
    if rank.isascii() and rank.isdigit() and len(rank) <= len(str(words.FARTHEST**2)):
        return int(rank)
    raise RankNotFound


def said(player: str, ratings: Mapping[int, Rating]) -> list[words.PlayerRankResponse]:
    return [
        words.PlayerRankResponse(player_uuid=player, rank=held(rating), rank_id=id)
        for id, rating in ratings.items()
    ]


def updated(players: Mapping[str, Mapping[int, Rating]]) -> Response:
    every = [one for player, ratings in players.items() for one in said(player, ratings)]
    return answer(words.PlayerRankUpdateResponse(updated_players=every))


def named_rank(player: str, rank: str, rating: Rating) -> named.NamedRank:
    return named.NamedRank(player_uuid=player, rank=held(rating), rank_id=rank)


def held(rating: Rating) -> words.RankData:
    return words.RankData(mu=rating.mu, sigma=rating.sigma, custom_data=rating.custom_data)


def config(rank: Rank) -> words.RankConfig:
    """The catalogue has these fields, and no others."""
    return words.RankConfig.model_validate(rank.model_dump())


MINE, THEIRS = "/rank/v1/player/me/rank", "/rank/v1/player/{player_uuid}/rank"
KINDS, NAMED = "/rank/v1/rank", "/rank/v2/player/{player_uuid}/rank"
FOUND, MADE = words.PlayerRankRequestResponse, words.PlayerRankUpdateResponse
SAID = words.PlayerRankUpdateRequest

rows = [
    Row(
        "POST",
        "/rank/v1/rank:calculate-trueskill",
        rate_match,
        RATING,
        gives(MADE, 404, 413),
        takes=words.TrueskillUpdateRequest,
    ),
    Row(
        "GET",
        MINE + "/{rank_id}",
        get_own_rank,
        READING_OWN,
        gives(FOUND, 404),
        path=words.RankPath,
    ),
    Row(
        "POST",
        MINE + "/{rank_id}",
        set_own_rank,
        WRITING_OWN,
        gives(MADE, 404, 413),
        path=words.RankPath,
        takes=SAID,
    ),
    Row(
        "GET",
        THEIRS + "/{rank_id}",
        get_rank,
        READING,
        gives(FOUND, 404),
        path=words.PlayerRankPath,
    ),
    Row(
        "POST",
        THEIRS + "/{rank_id}",
        set_rank,
        WRITING,
        gives(MADE, 404, 413),
        path=words.PlayerRankPath,
        takes=SAID,
    ),
    Row("GET", MINE, list_own_ranks, READING_OWN, {200: FOUND, **DENIED}),
    Row("GET", THEIRS, list_ranks, READING, gives(FOUND, 404), path=PlayerPath),
    Row("GET", KINDS, list_rank_kinds, CONFIG, {200: words.RankConfigRequestResponse, **DENIED}),
    Row(
        "GET",
        KINDS + "/{rank_id}",
        get_rank_kind,
        CONFIG,
        gives(words.RankConfigRequestResponse, 404),
        path=words.RankPath,
    ),
    Row("GET", NAMED, list_named_ranks, READING, gives(named.NamedRanks, 404), path=PlayerPath),
    Row(
        "POST",
        NAMED + "/{rank_id}",
        set_named_rank,
        WRITING,
        gives(named.UpdatedNamedRanks, 404, 413),
        path=named.PlayerNamedRankPath,
        takes=SAID,
    ),
]
