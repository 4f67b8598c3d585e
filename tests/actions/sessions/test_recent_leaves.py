"""It is known for a moment who has left."""

from __future__ import annotations

from lobby.actions.sessions import members, recent_leaves
from lobby.domain.permissions import Permit
from tests.support.lobby import LocalLobby


async def test_who_leaves_has_just_left_that_session_and_for_a_moment_only(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await members.leave(local.lobby, Permit(guest), id=session.id)
    assert await recent_leaves.just_left(local.lobby, session.id, guest.uuid)
    assert not await recent_leaves.just_left(local.lobby, session.id, host.uuid)
    assert not await recent_leaves.just_left(local.lobby, 1, guest.uuid)
    local.clock.advance(recent_leaves.LEFT_SECONDS)
    assert not await recent_leaves.just_left(local.lobby, session.id, guest.uuid)
