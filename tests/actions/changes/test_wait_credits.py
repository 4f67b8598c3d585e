"""Players whose match failed by no fault of theirs count what they had waited, for five minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.matchmaking import queues
from lobby.actions.sessions import matches
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.instances import JoinStatus
from tests.support.matchmaking import SERVER, MatchmakingWorld, Party, matchmaking_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as here:
        yield here


async def failed(here: MatchmakingWorld) -> list[Party]:
    """They waited for 100 seconds and were invited; then the server closed."""
    parties = await here.waiting()
    await here.pass_time(100, step=10)
    await here.tick()
    session = await here.joinable()
    await here.report(session.id, JoinStatus.CLOSED)
    return parties


async def test_what_they_had_waited_counts_when_they_enter_again(here: MatchmakingWorld) -> None:
    party, _ = await failed(here)
    ticket = await here.queue(party, waited=80)
    assert (ticket.waited, ticket.created) == (80, here.lobby.now() - 80)
    assert (await here.session(party.session)).queued == ticket.entry


async def test_more_than_that_is_cut(here: MatchmakingWorld) -> None:
    party, _ = await failed(here)
    assert (await here.queue(party, waited=5000)).waited == 100


async def test_who_says_nothing_waits_anew(here: MatchmakingWorld) -> None:
    party, _ = await failed(here)
    assert (await here.queue(party)).waited == 0


async def test_it_is_of_these_players_alone(here: MatchmakingWorld) -> None:
    party, _ = await failed(here)
    await here.come(party.session, await here.player())
    assert (await here.queue(party, "pairs", waited=50)).waited == 0


async def test_after_five_minutes_it_is_over(here: MatchmakingWorld) -> None:
    party, _ = await failed(here)
    await here.pass_time(301, step=50)
    assert (await here.queue(party, waited=50)).waited == 0


async def test_who_left_has_no_credit(here: MatchmakingWorld) -> None:
    party = await here.party()
    await here.queue(party)
    await here.pass_time(100, step=10)
    await here.leave(party)
    assert (await here.queue(party, waited=50)).waited == 0


async def test_nor_has_who_did_not_come(here: MatchmakingWorld) -> None:
    one, other = await here.waiting()
    await here.pass_time(100, step=10)
    await here.tick()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await here.pass_time(62)
    await here.report(session.id, JoinStatus.CLOSED)
    assert (await here.queue(one, waited=500)).waited == 100
    assert (await here.queue(other, waited=500)).waited == 0


async def test_a_match_that_was_played_is_no_reason(here: MatchmakingWorld) -> None:
    one, _ = await here.matched()
    session = await here.joinable()
    await here.come(session.id, one.leader)
    await matches.start(here.lobby, SERVER, id=session.id, match_id="", custom_data=None)
    await here.report(session.id, JoinStatus.CLOSED)
    assert (await here.queue(one, waited=50)).waited == 0


async def test_servers_count_what_they_say_and_the_ticket_has_all_its_time(
    here: MatchmakingWorld,
) -> None:
    party = await here.party()
    await queues.join(here.lobby, SYSTEM, id=party.session, queues=["duel"], waited=880)
    await here.pass_time(100, step=10)
    assert await here.in_queue(party)
    await here.pass_time(810, step=10)
    assert not await here.in_queue(party)
