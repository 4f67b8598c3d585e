"""Which running matches are filled at all, and by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.matchmaking import explain
from lobby.actions.sessions import members
from lobby.domain.permissions import Permit
from lobby.domain.sessions.instances import Health, JoinStatus
from lobby.operator.why import Why, why
from tests.actions.matchmaking.running_matches import (
    ask,
    empty,
    invited,
    late,
    running,
    still_here,
)
from tests.support.matchmaking import (
    MatchmakingWorld,
    matchmaking_world,
)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as world:
        yield world


# Whose matches are filled


async def test_a_match_of_a_profile_without_backfill_is_left_alone(here: MatchmakingWorld) -> None:
    session, _ = await running(here, "shut")
    await late(here, 1)
    await here.tick()
    assert await invited(here, session) == set()


async def test_a_match_that_asks_for_nobody_gets_nobody(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await late(here, 1)
    await here.tick()
    await still_here(here, session)
    await here.tick()
    assert await invited(here, session) == set()


@pytest.mark.parametrize("health", [Health.UNHEALTHY, Health.UNKNOWN])
@pytest.mark.parametrize("queue", ["open", "served"])
async def test_nobody_is_sent_to_a_game_server_that_is_not_well(
    here: MatchmakingWorld, queue: str, health: Health
) -> None:
    session, _ = await running(here, queue)
    if queue == "served":
        await ask(here, session, {empty(session): 1})
    await here.feels(session.id, health)
    (party,) = await late(here, 1)
    await here.tick()
    assert await invited(here, session) == set()
    here.local.clock.advance(10)
    await here.feels(session.id, Health.DEGRADED)
    await here.tick()
    assert await invited(here, session) == party.uuids


async def test_nobody_is_sent_to_a_game_server_that_was_never_heard(
    here: MatchmakingWorld,
) -> None:
    one, other = await here.matched("open", (2, 2))
    session = await here.match()
    await here.serve()
    await here.report(session.id, JoinStatus.JOINABLE)
    await here.tick()
    for player in (*one.players, other.leader):
        await here.come(session.id, player)
    await members.leave(here.lobby, Permit(other.players[1]), id=session.id)
    (party,) = await late(here, 1)
    await here.tick()
    assert await invited(here, session) == set()
    ticket = str((await here.session(party.session)).ticket)
    unheard = explain.unheard(await here.match())
    for told in (await explain.unfilled(here.lobby, ticket), [unheard]):
        (found,) = told
        assert found is not None
        assert (found["session"], found.get("health")) == (str(session.id), None)
        assert "never reported" in found["why"]
        assert f"/session/v1/session/{session.id}/instance/health" in found["do"]
    life = await why(here.lobby, Why(command="why", session=str(session.id)))
    assert life["lines"][-1].startswith("not filled: its game server has never reported")
    await here.feels(session.id, Health.HEALTHY)
    assert await explain.unfilled(here.lobby, ticket) == []
    assert explain.unheard(await here.match()) is None
    await here.tick()
    assert await invited(here, session) == party.uuids


async def test_who_does_not_want_to_come_late_waits_on(here: MatchmakingWorld) -> None:
    session, _ = await running(here, "open")
    party = await here.party()
    await here.queue(party, "open", backfill=False)
    await here.tick()
    assert await invited(here, session) == set()
    assert await here.in_queue(party)
