"""Seats that are held for somebody else: an invitation, or a seat set aside."""

from __future__ import annotations

from collections.abc import Callable

from lobby.actions.changes import change, visibility
from lobby.actions.sessions import admission, members, quotas, shut_out
from lobby.actions.sessions.members import NO_EDIT
from lobby.context import Lobby
from lobby.domain.errors import GuestNotWelcome
from lobby.domain.permissions import Permit
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session


async def invite(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    player: str,
    edit: MemberEdit = NO_EDIT,
    seconds: float | None = None,
) -> Session:
    """Hold a seat for the player for a limited time, and notify them."""
    now = lobby.now()
    until = round(now + (lobby.settings.invite_seconds if seconds is None else seconds), 3)
    return await _hold(
        lobby,
        permit,
        id,
        player,
        edit,
        lambda s, guest: s.invite(permit, guest, until=until, now=now, team=edit.team),
    )


async def set_aside(
    lobby: Lobby, permit: Permit, *, id: int, player: str, edit: MemberEdit = NO_EDIT
) -> Session:
    """Hold a seat for the player without notifying them yet."""
    return await _hold(
        lobby,
        permit,
        id,
        player,
        edit,
        lambda s, guest: s.set_aside(permit, guest, team=edit.team),
    )


async def _hold(
    lobby: Lobby,
    permit: Permit,
    id: int,
    player: str,
    edit: MemberEdit,
    decide: Callable[[Session, Guest], None],
) -> Session:
    account = await shut_out.present(lobby, player, no=GuestNotWelcome)
    actor = permit.actor if player == permit.actor.uuid else account.actor()
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit, Power.INVITE)
    members.require_wanted(lobby, permit, account)
    host = await admission.require_unbanned(lobby, session, player)
    if not session.seats.invited(player):
        session.require_invitable(permit, player, now=lobby.now())
        await quotas.count_invitation(lobby, permit, account)
    guest = await admission.guest(lobby, actor, custom_data=edit.custom_data)
    after = await change.alter(
        lobby, id, lambda s: decide(s, guest), by=permit.actor, known=session
    )
    with admission.told_to_another():
        await admission.recheck(lobby, admission.knock_of(actor), after, leader=host)
    return after
