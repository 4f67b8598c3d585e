"""What a link shows: the session and whether one may join it. Following it changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import links
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import NOBODY, Permit
from tests.actions.sessions.test_codes import NONE, coded
from tests.support.sessions import SessionsWorld, sessions_world

STRANGER = Permit(NOBODY)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def test_by_the_code_a_stranger_may_join_what_by_the_id_is_by_invitation(
    here: SessionsWorld,
) -> None:
    ann = await here.player()
    session, code = await coded(here, ann)
    session = await here.change(session, listing={})
    by_id = await links.follow(here.lobby, STRANGER, str(session.id), address="")
    by_code = await links.follow(here.lobby, STRANGER, code.lower(), address="")
    assert (by_id.answer, by_id.code) == (("no", "invited_only"), None)
    assert (by_code.answer, by_code.code) == (("join", None), code)
    assert await here.local.now(session) == session


@pytest.mark.parametrize("name", [NONE, "0", "9" * 16, "9" * 17, "-1", "", "x" * 5000, "٣"])
async def test_what_names_nothing_leads_nowhere(here: SessionsWorld, name: str) -> None:
    with pytest.raises(SessionNotFound):
        await links.follow(here.lobby, STRANGER, name, address="")


async def test_whom_the_leader_has_banned_it_leads_nowhere(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session, code = await coded(here, ann)
    await hosts.ban(here.lobby, Permit(ann), host=ann.uuid, guest=bob.uuid)
    for name in (code, str(session.id)):
        with pytest.raises(SessionNotFound):
            await links.follow(here.lobby, Permit(bob), name, address="")
