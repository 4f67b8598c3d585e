"""The game server asks again while players are invited."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from lobby.domain.sessions.session import Session
from tests.actions.matchmaking.running_matches import (
    ask,
    empty,
    invited,
    late,
    running,
    still_here,
)
from tests.support.long_runs import long_run, scaled
from tests.support.matchmaking import (
    MatchmakingWorld,
    Party,
    matchmaking_world,
)

RACES = scaled(10_000)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as world:
        yield world


@long_run
async def test_nobody_is_invited_beyond_the_need_however_two_acknowledgements_and_a_tick_meet(
    here: MatchmakingWorld,
) -> None:
    """And each who is invited is told once. The two come from a game server that did not wait for
    the answer of the first."""
    session, _ = await running(here)
    rng, team, most = random.Random(1), empty(session), 0
    parties = await late(here, 1, 1, 1)
    for _ in range(RACES):
        need = rng.randint(0, 2)
        await ask(here, session, {team: need})
        calls: list[Callable[[], Awaitable[object]]] = [
            partial(still_here, here, session),
            partial(still_here, here, session, composition=True),
            here.tick,
        ]
        rng.shuffle(calls)
        told = await asyncio.gather(*(_soon(call, rng.randint(0, 6)) for call in calls))
        await here.tick()
        there = await invited(here, session)
        assert len(there) == need
        heard = [player for said in (*told, await still_here(here, session)) for player in said]
        assert sorted(heard) == sorted(there)
        most = max(most, len(there))
        await _back(here, session, parties, there)
    assert most == 2


async def _back(
    here: MatchmakingWorld, session: Session, parties: list[Party], there: set[str]
) -> None:
    """Who was invited declines, and waits again."""
    await ask(here, session, {})
    for party in parties:
        if party.leader.uuid in there:
            await here.go(session.id, party.leader)
            await here.queue(party, "open")


async def _soon(call: Callable[[], Awaitable[object]], turns: int) -> list[str]:
    for _ in range(turns):
        await asyncio.sleep(0)
    said = await call()
    return said if isinstance(said, list) else []
