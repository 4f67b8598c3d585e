"""Updates of ratings: of all players of a match or of none, whoever is stopped when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.economy import ranks
from lobby.actions.economy.ranks import TeamResult
from lobby.actions.timers import dispatch
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, Forbidden, NotYours
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.ranks import RankNotFound, Rating, Score
from persistence.live.memory import open_memory
from persistence.urls import open_store
from tests.support.game import entry, written
from tests.support.lobby import Clock, LocalLobby, PausingStore, interrupted, local_lobby
from tests.support.waiting import TIMEOUT

GAME = (
    entry("templates", session_type="game")
    + entry("ranks", rank_id=1)
    + entry(
        "ranks",
        rank_id=2,
        default_rank=20.0,
        min_rank_allowed=10.0,
        max_rank_allowed=30.0,
        min_variance_allowed=5.0,
    )
)
MOST_CALLS = 60
NEW = Score(25, 8.333)


@dataclass
class Arena:
    """Two processes: the first one's calls of the store can be stopped."""

    local: LocalLobby
    there: LocalLobby
    paced: PausingStore
    clock: Clock

    @property
    def lobby(self) -> Lobby:
        return self.local.lobby

    async def people(self, count: int = 4) -> list[Actor]:
        return [await self.local.person() for _ in range(count)]

    async def match(
        self, *teams: list[Actor], rank: int = 1, before: Score = NEW, lobby: Lobby | None = None
    ) -> None:
        """The first of the teams won."""
        results = [
            TeamResult(place, {player.uuid: (before, 60) for player in team})
            for place, team in enumerate(teams, start=1)
        ]
        lobby = lobby or self.lobby
        await ranks.calculate(lobby, SYSTEM, rank=rank, seconds=60, teams=results)

    async def rating(self, player: Actor, rank: int = 1) -> Rating:
        return await ranks.get(self.lobby, SYSTEM, player=player.uuid, rank=rank)

    async def told(self, player: Actor) -> list[int]:
        """Of which ranks they are to look at their rating again."""
        page = await self.lobby.store.read(f"inbox:{player.uuid}")
        return [json.loads(entry.body)["rank"] for entry in page.entries]

    async def killed(self, people: list[Actor], *, at: int) -> bool:
        """A match whose process dies before this call of the store; False: it makes fewer."""
        task = asyncio.create_task(self.match(people[:2], people[2:]))
        self.paced.rewind()
        self.paced.stop(task, before=at)
        stopped = asyncio.create_task(self.paced.stopped.wait())
        async with asyncio.timeout(TIMEOUT):
            await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
        reached = not task.done()
        for one in (task, stopped):
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one
        return reached

    async def later(self) -> None:
        """So much that whatever was being written is not any more, and the sweeper has come by."""
        self.clock.advance(2 * ranks.WRITE_SECONDS)
        await dispatch.fire_due(self.there.lobby)


@pytest.fixture
async def arena(tmp_path: Path) -> AsyncIterator[Arena]:
    store, clock = await open_store("sqlite::memory:"), Clock()
    live = open_memory(clock=clock)
    paced: Any = PausingStore(store)
    game = str(written(tmp_path, GAME))
    async with (
        local_lobby(paced, live, catalogue=game) as local,
        local_lobby(store, live, catalogue=game) as at,
    ):
        yield Arena(local, at, paced, clock)
    await live.close()
    await store.close()


async def test_a_match_is_everybodys_or_nobodys_wherever_its_process_dies(arena: Arena) -> None:
    outcomes = set()
    for at in range(1, MOST_CALLS):
        people = await arena.people()
        reached = await arena.killed(people, at=at)
        await arena.later()
        updates = {(await arena.rating(player)).update for player in people}
        assert len(updates) == 1, f"killed before call {at}"
        assert await arena.lobby.rank_updates.all("open", "yes") == []
        outcomes.add(happened := updates != {0})
        for player in people:
            told = await arena.told(player)
            assert bool(told) is happened
            assert set(told) <= {1}
        if not reached:
            assert at > 15
            assert outcomes == {True, False}
            return
    raise AssertionError("it never ends")


async def test_what_a_match_left_open_is_finished_after_what_fades_was_lost(arena: Arena) -> None:
    people = await arena.people()
    for at in range(1, MOST_CALLS):
        await arena.killed(people, at=at)
        if await arena.lobby.rank_updates.all("open", "yes"):
            break
    arena.clock.advance(2 * ranks.WRITE_SECONDS)
    await arena.lobby.timers.done(await arena.lobby.timers.due())
    await dispatch.fire_due(arena.lobby)
    assert await arena.lobby.rank_updates.all("open", "yes") != []
    await dispatch.rearm(arena.lobby)
    await arena.later()
    assert await arena.lobby.rank_updates.all("open", "yes") == []
    assert all([(await arena.rating(player)).update for player in people])


async def test_of_two_matches_at_once_one_stands_for_everybody(arena: Arena) -> None:
    for at in range(1, MOST_CALLS):
        people = await arena.people()
        first, second = people[:2], people[2:]
        reached = await interrupted(
            arena.paced,
            lambda: arena.match(first, second),  # noqa: B023
            lambda: arena.match(second, first, lobby=arena.there.lobby),  # noqa: B023
            at=at,
        )
        arena.paced.rewind()
        found = [await arena.rating(player) for player in people]
        assert len({rating.update for rating in found}) == 1
        assert found[0].mu == found[1].mu != found[2].mu == found[3].mu
        if not reached:
            return
    raise AssertionError("it never ends")


async def test_a_finished_match_is_told_once(arena: Arena) -> None:
    people = await arena.people()
    await arena.match(people[:2], people[2:])
    await arena.later()
    for player in people:
        assert await arena.told(player) == [1]


async def test_the_ratings_that_are_sent_count_and_not_those_that_are_kept(arena: Arena) -> None:
    one, other = await arena.people(2)
    await ranks.put(arena.lobby, SYSTEM, player=one.uuid, rank=1, score=Score(50, 2))
    await arena.match([one], [other])
    assert (await arena.rating(one)).mu == pytest.approx(29.3, abs=0.2)


async def test_ratings_stay_within_their_bounds(arena: Arena) -> None:
    one, other = await arena.people(2)
    await arena.match([one], [other], rank=2, before=Score(1_000, 0))
    assert await arena.rating(one, 2) == Rating(30, 5, update=1)
    for said, kept in (
        (Score(31, 4), (30, 5)),
        (Score(9, 1_000), (10, 1_000)),
        (Score(-1, -1), (10, 5)),
    ):
        rating = await ranks.put(arena.lobby, SYSTEM, player=one.uuid, rank=2, score=said)
        assert (rating.mu, rating.sigma) == kept


async def test_newcomers_have_what_the_catalogue_gives_them(arena: Arena) -> None:
    one, other = await arena.people(2)
    await ranks.put(arena.lobby, SYSTEM, player=one.uuid, rank=2, score=Score(22, 6))
    found = await ranks.ratings(arena.lobby, [one.uuid, other.uuid, "nobody"], 2)
    assert found == {one.uuid: (22, 6), other.uuid: (20, 8.333), "nobody": (20, 8.333)}
    with pytest.raises(RankNotFound):
        await ranks.ratings(arena.lobby, [one.uuid], 3)


async def test_a_match_with_somebody_who_is_deleted_counts_for_the_others(arena: Arena) -> None:
    gone, other = await arena.people(2)
    await accounts.delete(arena.lobby, SYSTEM, account=gone.uuid)
    await arena.match([other], [gone])
    assert (await arena.rating(other)).update
    assert await arena.lobby.ranks.versions([gone.uuid]) == {}
    assert await arena.told(gone) == []


async def test_nothing_stays_of_somebody_who_is_deleted_meanwhile(arena: Arena) -> None:
    for at in range(1, MOST_CALLS):
        gone, other = await arena.people(2)

        async def delete(gone: Actor = gone) -> None:
            await accounts.delete(arena.there.lobby, SYSTEM, account=gone.uuid)

        reached = await interrupted(
            arena.paced,
            lambda: arena.match([gone], [other]),  # noqa: B023
            delete,
            at=at,
        )
        arena.paced.rewind()
        assert await arena.lobby.ranks.versions([gone.uuid]) == {}
        assert (await arena.rating(other)).update
        if not reached:
            return
    raise AssertionError("it never ends")


async def test_players_rate_nobody_and_look_at_nobody_else(arena: Arena) -> None:
    one, other = await arena.people(2)
    with pytest.raises(NotYours):
        await ranks.of_player(arena.lobby, Permit(one), player=other.uuid)
    with pytest.raises(NotYours):
        await ranks.put(arena.lobby, Permit(one), player=other.uuid, rank=1, score=NEW)
    with pytest.raises(Forbidden):
        await ranks.calculate(arena.lobby, Permit(one), rank=1, seconds=1, teams=[])
    with pytest.raises(AccountNotFound):
        await ranks.get(arena.lobby, SYSTEM, player="nobody", rank=1)
