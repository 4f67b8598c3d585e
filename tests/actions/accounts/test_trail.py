"""Reading a trail: as far back as is kept, of one session, by who may."""

from __future__ import annotations

import pytest

from lobby.actions.accounts import trail
from lobby.domain.errors import Forbidden
from lobby.domain.permissions import SYSTEM, Permit
from tests.support.lobby import LocalLobby


async def test_it_reaches_back_as_far_as_is_kept_or_asked_for(local: LocalLobby) -> None:
    host = await local.person()
    await local.open_session(host)
    local.clock.advance(3_000)
    read = await trail.read(local.lobby, SYSTEM, account=host.uuid)
    assert [one["what"] for one in read][:1] == ["joined"]
    assert await trail.read(local.lobby, SYSTEM, account=host.uuid, seconds=2_000) == []
    local.clock.advance(local.lobby.settings.trail_seconds)
    assert await trail.read(local.lobby, SYSTEM, account=host.uuid, seconds=1e9) == []


async def test_of_one_session_it_has_that_alone(local: LocalLobby) -> None:
    host, other = await local.person(), await local.person()
    first = await local.open_session(host)
    await local.join(await local.open_session(other), host)
    read = await trail.read(local.lobby, SYSTEM, account=host.uuid, session=str(first.id))
    assert {one["session"] for one in read} == {str(first.id)}


async def test_nobody_reads_anothers(local: LocalLobby) -> None:
    host, other = await local.person(), await local.person()
    with pytest.raises(Forbidden):
        await trail.read(local.lobby, Permit(other), account=host.uuid)
