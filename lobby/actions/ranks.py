"""Ratings of players: what they are, what somebody says they are, and what a match makes of them.

A match changes several players, each kept apart. What becomes of all of them is written down
first: that is the moment at which it has happened. Whoever is stopped after it is finished by the
sweeper, and writing it twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lobby import ratings as model
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
from lobby.ratings import Chances, Part
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import InboxEntry

ALARM = "rank_update"
UNSURE_SECONDS = 10.0
"""How long writing an update may take; after that nobody is writing any more."""
SERIES = "rank_update"


@dataclass(frozen=True, slots=True)
class Result:
    """A team after a match: the lowest place won, equal ones drew. Who was in it, as they were
    before, and for how many seconds."""

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
    """Mean and uncertainty of each of them; a newcomer's where nothing is kept."""
    kind(lobby, rank_id)
    found = {player: (await _all(lobby, player))[rank_id] for player in players}
    return {player: (rating.mu, rating.sigma) for player, rating in found.items()}


async def of_player(lobby: Lobby, permit: Permit, *, player: str) -> dict[int, Rating]:
    """One of each kind that the game has."""
    permit.require_self(player)
    await _require_there(lobby, permit, player)
    return await _all(lobby, player)


async def one(lobby: Lobby, permit: Permit, *, player: str, rank: int) -> Rating:
    kind(lobby, rank)
    return (await of_player(lobby, permit, player=player))[rank]


async def put(lobby: Lobby, permit: Permit, *, player: str, rank: int, score: Score) -> Rating:
    """The rating is this from now on, as far as its bounds allow."""
    permit.require_self(player)
    within = _within(kind(lobby, rank), score)
    await _require_there(lobby, permit, player)
    number = await lobby.store.next_number(SERIES)
    rating = await _keep(lobby, player, rank, within, number)
    if rating is None:
        raise AccountNotFound
    with suppress(Unreachable):
        await _tell(lobby, player, rank)
    return rating


async def calculate(
    lobby: Lobby, permit: Permit, *, rank: int, seconds: int, teams: Sequence[Result]
) -> dict[str, Rating]:
    """What a match of so many seconds makes of its players: of all of them, or of none.

    Who has no account any more counts as everybody does, and nothing is kept of them.
    """
    permit.require_outright()
    scores = await asyncio.to_thread(_calculated, kind(lobby, rank), seconds, teams)
    there = await lobby.accounts.versions(scores)
    known = {player: score for player, score in scores.items() if player in there}
    number = await lobby.store.next_number(SERIES)
    await lobby.leases.linger(f"{ALARM}:{number}", UNSURE_SECONDS)
    return await _write(lobby, await lobby.rank_updates.add(RankUpdate(number, rank, known)))


async def finish(lobby: Lobby, number: str) -> None:
    """Nobody is writing this update any more."""
    with suppress(RankUpdateNotFound):
        await _write(lobby, await lobby.rank_updates.get(number))


async def rearm(lobby: Lobby) -> None:
    for update in await lobby.rank_updates.all("open", "yes"):
        await lobby.leases.linger(f"{ALARM}:{update.number}", UNSURE_SECONDS)


async def forget(lobby: Lobby, account: str) -> None:
    """Of somebody who is deleted."""
    with suppress(UnrankedPlayer):
        await lobby.ranks.remove(account)


def _calculated(kind: Rank, seconds: int, teams: Sequence[Result]) -> dict[str, Score]:
    sent = [
        [(player, _within(kind, score), played) for player, (score, played) in team.players.items()]
        for team in teams
    ]
    rated = model.after(
        [[_part(score, played, seconds) for _, score, played in team] for team in sent],
        [team.place for team in teams],
        Chances(kind.trueskill_beta, kind.trueskill_tau, kind.trueskill_draw_probability),
    )
    return {
        player: _within(kind, Score(*pair, score.custom_data))
        for team, pairs in zip(sent, rated, strict=True)
        for (player, score, _), pair in zip(team, pairs, strict=True)
    }


def _part(score: Score, played: int, seconds: int) -> Part:
    """Of a match without a length, everybody played all."""
    return Part(score.mu, score.sigma, min(played / seconds, 1.0) if seconds else 1.0)


def _within(kind: Rank, score: Score) -> Score:
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


async def _require_there(lobby: Lobby, permit: Permit, player: str) -> None:
    if player != permit.actor.uuid:
        await lobby.accounts.get(player)


async def _write(lobby: Lobby, update: RankUpdate) -> dict[str, Rating]:
    """Everybody's, then everybody is told, then it is over."""
    written = {
        player: rating
        for player, score in update.scores.items()
        if (rating := await _keep(lobby, player, update.rank, score, update.number))
    }
    for player in written:
        await _tell(lobby, player, update.rank)
    with suppress(RankUpdateNotFound):
        await lobby.rank_updates.remove(str(update.number))
    return written


async def _keep(lobby: Lobby, player: str, rank: int, score: Score, number: int) -> Rating | None:
    """As it is now; None where the player has been deleted meanwhile, and nothing is kept."""

    def take(ranks: Ranks) -> None:
        ranks.take(rank, score, number)

    try:
        ranks = await lobby.ranks.change(player, take)
    except UnrankedPlayer:
        ranks = await _begin(lobby, player, take)
    if await lobby.accounts.versions([player]):
        return ranks.ratings[rank]
    await forget(lobby, player)
    return None


async def _begin(lobby: Lobby, player: str, take: Callable[[Ranks], None]) -> Ranks:
    """The player's first; somebody else may have begun at the same moment."""
    ranks = Ranks(player)
    take(ranks)
    try:
        return await lobby.ranks.add(ranks)
    except Conflict:
        return await lobby.ranks.change(player, take)


async def _tell(lobby: Lobby, player: str, rank: int) -> None:
    entry = InboxEntry(
        kind="rank_updated",
        message="Your rating has changed.",
        rh_url=f"/rank/v1/player/{player}/rank/{rank}",
        at=round(lobby.clock(), 3),
    )
    await lobby.notices.put(topics.inbox(player), entry)
