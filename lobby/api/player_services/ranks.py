"""Endpoints of ranks: read and set ratings, and rate a finished match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from starlette.responses import Response

from lobby.actions.economy import ranks
from lobby.actions.economy.ranks import TeamResult
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import DENIED, answer, gives
from lobby.catalogue.players import Rank
from lobby.domain.errors import AccountNotFound
from lobby.domain.permissions import needs
from lobby.domain.ranks import RankNotFound, Rating, Score
from lobby.idempotency import Effect
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


async def rate_again(call: Call, effect: Effect, body: words.TrueskillUpdateRequest) -> Response:
    """The players' ratings as they are now; an update that was interrupted is finished first."""
    await ranks.finish(call.lobby, effect.key)
    return await _ratings_now(
        call, [one.player_uuid for team in body.teams for one in team.players], body.rank_id
    )


async def get_own_rank(call: Call, path: words.RankPath) -> Response:
    """Your rating of one kind."""
    return await _get(call, call.permit.actor.uuid, path.rank_id)


async def get_rank(call: Call, path: words.PlayerRankPath) -> Response:
    """A player's rating of one kind."""
    return await _get(call, path.player_uuid, path.rank_id)


async def set_own_rank(
    call: Call, path: words.RankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    """Set your rating of one kind."""
    return await _set(call, call.permit.actor.uuid, path.rank_id, body)


async def set_rank(
    call: Call, path: words.PlayerRankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    """Set a player's rating of one kind."""
    return await _set(call, path.player_uuid, path.rank_id, body)


async def set_own_again(
    call: Call, effect: Effect, path: words.RankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    return await _ratings_now(call, [call.permit.actor.uuid], path.rank_id)


async def set_again(
    call: Call, effect: Effect, path: words.PlayerRankPath, body: words.PlayerRankUpdateRequest
) -> Response:
    return await _ratings_now(call, [path.player_uuid], path.rank_id)


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
    """Set a player's rating of a kind whose id is a text."""
    rating = await ranks.put(
        call.lobby,
        call.permit,
        player=path.player_uuid,
        rank=number(path.rank_id),
        score=score(body.rank),
    )
    said = named_rank(path.player_uuid, path.rank_id, rating)
    return answer(named.UpdatedNamedRanks(updated_players=[said]))


async def set_named_again(
    call: Call,
    effect: Effect,
    path: named.PlayerNamedRankPath,
    body: words.PlayerRankUpdateRequest,
) -> Response:
    player, rank = path.player_uuid, number(path.rank_id)
    rating = await ranks.get(call.lobby, call.permit, player=player, rank=rank)
    said = named_rank(player, path.rank_id, rating)
    return answer(named.UpdatedNamedRanks(updated_players=[said]))


async def _ratings_now(call: Call, players: Iterable[str], rank: int) -> Response:
    found = {}
    for player in players:
        with suppress(AccountNotFound):
            rating = await ranks.get(call.lobby, call.permit, player=player, rank=rank)
            found[player] = {rank: rating}
    return updated(found)


async def _get(call: Call, player: str, rank: int) -> Response:
    rating = await ranks.get(call.lobby, call.permit, player=player, rank=rank)
    return answer(
        words.PlayerRankRequestResponse(player_ranks=rank_responses(player, {rank: rating}))
    )


async def _list(call: Call, player: str) -> Response:
    found = await ranks.of_player(call.lobby, call.permit, player=player)
    return answer(words.PlayerRankRequestResponse(player_ranks=rank_responses(player, found)))


async def _set(call: Call, player: str, rank: int, body: words.PlayerRankUpdateRequest) -> Response:
    rating = await ranks.put(
        call.lobby, call.permit, player=player, rank=rank, score=score(body.rank)
    )
    return updated({player: {rank: rating}})


def result(team: words.TrueskillTeam) -> TeamResult:
    players = {one.player_uuid: (score(one.rank), one.seconds_in_match) for one in team.players}
    return TeamResult(team.team_rank, players)


def score(rank: words.RankData) -> Score:
    """The score that was sent. Custom data that was not sent is None, not its default."""
    custom_data = rank.custom_data if "custom_data" in rank.model_fields_set else None
    return Score(rank.mu, rank.sigma, custom_data)


def number(rank: str) -> int:
    """The number of a rank's id; raises RankNotFound for text that is none."""
    if rank.isascii() and rank.isdigit() and len(rank) <= len(str(words.LARGEST_RATING**2)):
        return int(rank)
    raise RankNotFound


def rank_responses(player: str, ratings: Mapping[int, Rating]) -> list[words.PlayerRankResponse]:
    return [
        words.PlayerRankResponse(player_uuid=player, rank=held(rating), rank_id=id)
        for id, rating in ratings.items()
    ]


def updated(players: Mapping[str, Mapping[int, Rating]]) -> Response:
    every = [one for player, ratings in players.items() for one in rank_responses(player, ratings)]
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
        again=rate_again,
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
        again=set_own_again,
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
        again=set_again,
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
        again=set_named_again,
    ),
]
