"""The game server of a running match asks for players, and hears who was invited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lobby.actions.matchmaking import backfill
from lobby.domain.errors import Forbidden
from lobby.domain.permissions import Permit, Role
from lobby.domain.sessions.errors import BackfillNotFound, OtherInstance, TeamNotFound
from lobby.domain.sessions.instances import Health
from tests.actions.matchmaking.running_matches import (
    ask,
    empty,
    end,
    invited,
    late,
    running,
    still_here,
)
from tests.support.matchmaking import (
    SERVER,
    MatchmakingWorld,
    matchmaking_world,
    sides,
)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as world:
        yield world


# What a game server asks for


async def test_as_many_are_invited_as_are_needed_to_the_team_that_needs_them(
    here: MatchmakingWorld,
) -> None:
    session, _ = await running(here)
    await ask(here, session, {empty(session): 1})
    oldest, younger = await late(here, 1, 1)
    await here.tick()
    assert await invited(here, session) == oldest.uuids
    assert oldest.uuids in sides(await here.session(session.id))
    await here.tick()
    assert await here.in_queue(younger)


async def test_it_hears_once_who_was_invited(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await ask(here, session, {empty(session): 2})
    (party,) = await late(here, 2)
    await here.tick()
    assert set(await still_here(here, session)) == party.uuids
    assert await still_here(here, session) == []


async def test_who_never_comes_is_needed_again(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await ask(here, session, {empty(session): 1})
    one, other = await late(here, 1, 1)
    await here.tick()
    await here.go(session.id, one.leader)
    await here.tick()
    assert await invited(here, session) == other.uuids


async def test_who_comes_is_needed_no_more(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await ask(here, session, {empty(session): 1})
    one, _ = await late(here, 1, 1)
    await here.tick()
    await here.come(session.id, one.leader)
    await here.tick()
    assert await invited(here, session) == set()


async def test_by_composition_every_free_seat_is_filled(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await still_here(here, session, composition=True)
    one, other, third = await late(here, 1, 1, 1)
    await here.tick()
    assert await invited(here, session) == one.uuids | other.uuids
    assert await here.in_queue(third)


async def test_a_need_sleeps_until_it_is_said_again(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await ask(here, session, {empty(session): 1})
    here.local.clock.advance(2 * backfill.TIMEOUT_SECONDS + 1)
    await here.feels(session.id, Health.HEALTHY)
    (party,) = await late(here, 1)
    await here.tick()
    assert await invited(here, session) == set()
    await still_here(here, session)
    await here.tick()
    assert await invited(here, session) == party.uuids


async def test_saying_so_again_and_again_changes_no_session(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    await ask(here, session, {empty(session): 1})
    before = await here.session(session.id)
    await still_here(here, session)
    await ask(here, session, {empty(session): 1})
    assert (await here.session(session.id)).version == before.version


async def test_the_players_of_the_match_hear_nothing_of_what_it_needs(
    here: MatchmakingWorld,
) -> None:
    session, (one, _) = await running(here)
    before = await here.log(session.id), await here.heard(one.leader)
    await ask(here, session, {empty(session): 1})
    assert (await here.log(session.id), await here.heard(one.leader)) == before


async def test_it_ends_when_the_game_server_says_so(here: MatchmakingWorld) -> None:
    session, _ = await running(here)
    assert session.instance is not None
    await ask(here, session, {empty(session): 1})
    await backfill.end(here.lobby, SERVER, id=session.id, instance=session.instance.id)
    await late(here, 1)
    await here.tick()
    assert await invited(here, session) == set()
    with pytest.raises(BackfillNotFound):
        await still_here(here, session)


# Who may


async def test_its_host_alone_asks_by_the_instance_that_is_played_on(
    here: MatchmakingWorld,
) -> None:
    session, (one, _) = await running(here)
    said: list[Callable[..., Awaitable[object]]] = [
        partial(ask, here, session, {0: 1}),
        partial(still_here, here, session),
        partial(end, here, session),
    ]
    for call in said:
        with pytest.raises(Forbidden):
            await call(permit=Permit(one.leader, role=Role.HOST))
        with pytest.raises(OtherInstance):
            await call(instance="another")
    with pytest.raises(TeamNotFound):
        await ask(here, session, {2: 1})
    assert await here.session(session.id) == session


async def test_without_a_match_that_asks_there_is_nothing_to_ask_of(
    here: MatchmakingWorld,
) -> None:
    session, _ = await running(here, "open")
    party = await here.party()
    for id, instance in ((session.id, session.instance), (party.session, None)):
        asked = replace(await here.session(id), instance=instance)
        with pytest.raises(BackfillNotFound):
            await still_here(here, asked)
