"""A stranger keeps nobody's session alive by looking at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.sessions import lifecycle
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.session import Session
from protocol.player_services.sessions import TtlQuery
from tests.support.sessions import SessionsWorld, sessions_world

POLL_SECONDS = 10
TEN_MINUTES = range(0, 600, POLL_SECONDS)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def polled(here: SessionsWorld, session: Session, who: Actor | None) -> int:
    """For how many seconds of ten minutes the session was there, polled by them all the time."""
    for seconds in TEN_MINUTES:
        try:
            if who:
                permit = Permit(who)
                await lifecycle.read(here.lobby, permit, id=session.id, refresh_ttl=True)
            await here.local.now(session)
        except SessionNotFound:
            return seconds
        await here.pass_time(POLL_SECONDS)
    return TEN_MINUTES.stop


async def test_e5_a_stranger_polls_for_ten_minutes_and_the_time_to_live_is_unchanged(
    here: SessionsWorld,
) -> None:
    assert TtlQuery().refresh_ttl is True, "who says nothing asks for it"
    lasting = here.lobby.catalogue.server.session_ttl_s
    alone = await polled(here, await here.open(await here.player()), None)
    assert lasting <= alone <= lasting + 2 * POLL_SECONDS
    watched = await polled(here, await here.open(await here.player()), await here.player())
    assert watched == alone


async def test_e5_a_member_does_keep_it_alive(here: SessionsWorld) -> None:
    leader, guest = await here.player(), await here.player()
    session = await here.open(leader, "game", guest)
    assert await polled(here, session, guest) == TEN_MINUTES.stop
