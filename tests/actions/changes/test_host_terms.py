"""What the list shows of a session is as strict as its leader is by now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.changes import views
from lobby.actions.sessions import lifecycle
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.session import Session
from tests.support.sessions import SessionsWorld, sessions_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def shown(here: SessionsWorld, session: Session) -> tuple[str, bool, bool]:
    state = views.outside(await here.local.now(session))
    return state["entry"], state["nonames"], state["joinable"]


async def setting(here: SessionsWorld, host: Actor, **terms: Any) -> None:
    await hosts.update(here.lobby, Permit(host), host=host.uuid, **terms)


async def test_a_hosts_settings_show_at_once_and_in_what_is_made_later(here: SessionsWorld) -> None:
    host = await here.player()
    session = await here.create(host, "lounge")
    assert await shown(here, session) == ("friends", False, True)
    await setting(here, host, only_friends=False)
    assert await shown(here, session) == ("open", False, True)
    await setting(here, host, allow_nonames=True)
    assert await shown(here, session) == ("open", True, True)
    await setting(here, host, only_friends=True)
    launched, _ = await lifecycle.launch(here.lobby, Permit(host), host=host.uuid)
    for one in (session, launched):
        assert await shown(here, one) == ("friends", True, True)


async def test_after_a_change_of_leader_the_new_ones_settings_show(here: SessionsWorld) -> None:
    host, friend = await here.player(), await here.player()
    session = await here.create(host, "lounge")
    await hosts.befriend(here.lobby, Permit(host), host=host.uuid, friend=friend.uuid)
    await setting(here, friend, only_friends=False, allow_nonames=True)
    await here.enter(friend, session)
    assert await shown(here, session) == ("friends", False, True)
    assert views.outside(await here.dismiss(host, session))["entry"] == "open"
    assert await shown(here, session) == ("open", True, True)


async def test_where_hosts_do_not_decide_their_settings_show_nowhere(here: SessionsWorld) -> None:
    host = await here.player()
    session = await here.open(host, "game")
    await setting(here, host, only_friends=True)
    now = await here.local.now(session)
    assert (now.version, await shown(here, session)) == (session.version, ("open", True, True))
