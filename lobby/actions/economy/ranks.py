"""Ratings of players: reading, setting, and updating them after a match.

A match changes several documents. The whole update is stored first (write-ahead): from then on it
has happened. The sweeper finishes an update that was interrupted, and applying it is idempotent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lobby import expiring_keys
from lobby.catalogue.players import Rank
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, Conflict
from lobby.domain.permissions import Permit
from lobby.domain.ranks import (
    Bounds,
    RankNotFound,
    Ranks,
    RankUpdate,
    RankUpdateNotFound,
    Rating,
    Score,
    UnrankedPlayer,
)
from lobby.integrations import rating_model as model
from lobby.integrations.rating_model import Parameters, Participation
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import InboxEntry

WRITE_SECONDS = 10.0
"""After so long an unfinished update counts as interrupted, and the sweeper finishes it."""
SERIES = "rank_update"


@dataclass(frozen=True, slots=True)
class TeamResult:
    """A team's result: the lowest place won, equal ones drew. `players`: rating before the match
    and seconds played, by uuid."""

    place: int
    players: Mapping[str, tuple[Score, int]]


def kinds(lobby: Lobby) -> dict[int, Rank]:
    return {rank.rank_id: rank for rank in lobby.catalogue.ranks}


def kind(lobby: Lobby, rank: int) -> Rank:
    try:
        return kinds(lobby)[rank]
    except KeyError:
        raise RankNotFound from None


async def ratings(
    lobby: Lobby, players: Sequence[str], rank_id: int
) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of each player; the defaults where nothing is stored."""
    kind(lobby, rank_id)
    found = {player: (await _all(lobby, player))[rank_id] for player in players}
    return {player: (rating.mu, rating.sigma) for player, rating in found.items()}


async def of_player(lobby: Lobby, permit: Permit, *, player: str) -> dict[int, Rating]:
    """One rating of each kind that the game has."""
    permit.require_self(player)
    await _require_player(lobby, permit, player)
    return await _all(lobby, player)


async def get(lobby: Lobby, permit: Permit, *, player: str, rank: int) -> Rating:
    kind(lobby, rank)
    return (await of_player(lobby, permit, player=player))[rank]


async def put(lobby: Lobby, permit: Permit, *, player: str, rank: int, score: Score) -> Rating:
    """Set the rating, clamped to its bounds."""
    permit.require_self(player)
    within = _clamped(kind(lobby, rank), score)
    await _require_player(lobby, permit, player)
    number = await lobby.store.next_number(SERIES)
    rating = await _store(lobby, player, rank, within, number)
    if rating is None:
        raise AccountNotFound
    with suppress(Unreachable):
        await _notify(lobby, player, rank)
    return rating


async def calculate(
    lobby: Lobby, permit: Permit, *, rank: int, seconds: int, teams: Sequence[TeamResult]
) -> dict[str, Rating]:
    """Update the ratings of all players after a match, or none. `seconds`: its length.

    Players whose account was deleted take part in the calculation, but nothing is stored for them.
    """
    permit.require_outright()
    scores = await asyncio.to_thread(_calculated, kind(lobby, rank), seconds, teams)
    there = await lobby.accounts.versions(scores)
    known = {player: score for player, score in scores.items() if player in there}
    number = await lobby.store.next_number(SERIES)
    await lobby.timers.set(expiring_keys.rank_update(number), WRITE_SECONDS)
    return await _write(lobby, await lobby.rank_updates.add(RankUpdate(number, rank, known)))


async def finish(lobby: Lobby, number: str) -> None:
    """Finish an update that was interrupted."""
    with suppress(RankUpdateNotFound):
        await _write(lobby, await lobby.rank_updates.get(number))


async def rearm(lobby: Lobby) -> None:
    for update in await lobby.rank_updates.all("open", "yes"):
        await lobby.timers.set(expiring_keys.rank_update(update.number), WRITE_SECONDS)


async def delete(lobby: Lobby, account: str) -> None:
    """Delete all ratings of a deleted account."""
    with suppress(UnrankedPlayer):
        await lobby.ranks.remove(account)


def _calculated(kind: Rank, seconds: int, teams: Sequence[TeamResult]) -> dict[str, Score]:
    sent = [
        [
            (player, _clamped(kind, score), played)
            for player, (score, played) in team.players.items()
        ]
        for team in teams
    ]
    rated = model.rate(
        [[_participation(score, played, seconds) for _, score, played in team] for team in sent],
        [team.place for team in teams],
        Parameters(kind.trueskill_beta, kind.trueskill_tau, kind.trueskill_draw_probability),
    )
    return {
        player: _clamped(kind, Score(*pair, score.custom_data))
        for team, pairs in zip(sent, rated, strict=True)
        for (player, score, _), pair in zip(team, pairs, strict=True)
    }


def _participation(score: Score, played: int, seconds: int) -> Participation:
    """In a match without a length, everybody played all of it."""
    return Participation(score.mu, score.sigma, min(played / seconds, 1.0) if seconds else 1.0)


def _clamped(kind: Rank, score: Score) -> Score:
    bounds = Bounds(kind.min_rank_allowed, kind.max_rank_allowed, kind.min_variance_allowed)
    return Score(*bounds.clamp(score.mu, score.sigma), score.custom_data)


async def _all(lobby: Lobby, player: str) -> dict[int, Rating]:
    try:
        kept = (await lobby.ranks.get(player)).ratings
    except UnrankedPlayer:
        kept = {}
    return {
        id: kept.get(id) or Rating(rank.default_rank, rank.default_variance)
        for id, rank in kinds(lobby).items()
    }


async def _require_player(lobby: Lobby, permit: Permit, player: str) -> None:
    if player != permit.actor.uuid:
        await lobby.accounts.get(player)


async def _write(lobby: Lobby, update: RankUpdate) -> dict[str, Rating]:
    """Store all ratings, notify all players, then delete the update."""
    written = {
        player: rating
        for player, score in update.scores.items()
        if (rating := await _store(lobby, player, update.rank, score, update.number))
    }
    for player in written:
        await _notify(lobby, player, update.rank)
    with suppress(RankUpdateNotFound):
        await lobby.rank_updates.remove(str(update.number))
    return written


async def _store(lobby: Lobby, player: str, rank: int, score: Score, number: int) -> Rating | None:
    """The stored rating; None if the account was deleted meanwhile, then nothing is stored."""

    def take(ranks: Ranks) -> None:
        ranks.apply(rank, score, number)

    try:
        ranks = await lobby.ranks.change(player, take)
    except UnrankedPlayer:
        ranks = await _create(lobby, player, take)
    if await lobby.accounts.versions([player]):
        return ranks.ratings[rank]
    await delete(lobby, player)
    return None


async def _create(lobby: Lobby, player: str, take: Callable[[Ranks], None]) -> Ranks:
    """Create the player's document, unless it was created concurrently."""
    ranks = Ranks(player)
    take(ranks)
    try:
        return await lobby.ranks.add(ranks)
    except Conflict:
        return await lobby.ranks.change(player, take)


async def _notify(lobby: Lobby, player: str, rank: int) -> None:
    entry = InboxEntry(
        kind="rank_updated",
        rank=rank,
        message="Your rating has changed.",
        at=lobby.now(),
    )
    await lobby.inbox.put(topics.inbox(player), entry)
