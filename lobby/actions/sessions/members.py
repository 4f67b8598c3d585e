"""Members of a session: join, edit, promote, leave. All doors share these verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lobby.actions.changes import change, visibility
from lobby.actions.sessions import admission, lifecycle, passwords, quotas, recent_leaves, shut_out
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import GuestNotWelcome, SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.admission import Knock, Way
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.session import Session
from lobby.identity import free_text

NO_EDIT = MemberEdit()
LEFT = "The host has left."


async def join(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    player: str | None = None,
    edit: MemberEdit = NO_EDIT,
    way: Way = Way.JOIN,
    friend: str | None = None,
    code: str | None = None,
    password: passwords.Said | None = None,
    rejoin: bool = False,
    known: Session | None = None,
) -> Session:
    """Seat the player (default: the caller), if they are admitted. `edit`: their team, client
    and custom data; `friend`: who vouches for them; `code`: by which they found it; `rejoin`: a
    member is edited instead of refused; `known`: as it was just read."""
    permit.require_self(player := permit.actor.uuid if player is None else player)
    session = known or await lobby.sessions.get(str(id))
    apply_edit = _editing(lobby, permit, session, player, edit)
    if rejoin and session.seats.sits(player):
        return await change.alter(lobby, id, apply_edit, by=permit.actor)
    actor, data = await _actor(lobby, permit, player), edit.custom_data
    guest = await admission.guest(lobby, actor, client=edit.client, custom_data=data)
    knock = Knock(guest, way, named=actor.named, friend=friend, outright=permit.outright, code=code)

    async def act(place: int | None) -> Session:
        return await admission.admit(
            lobby,
            knock,
            before=session,
            seat=lambda s: s.seat(replace(guest, place=place), now=lobby.now(), team=edit.team),
            seated=apply_edit if rejoin else None,
            prepare=lambda: admission.expire_if_unattended(lobby, guest),
            by=permit.actor,
            password=password,
        )

    placed = player != permit.actor.uuid or session.created_by_matchmaking
    return await (act(None) if placed else quotas.seated(lobby, actor, act))


async def complete_join(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """Where a process was killed while somebody joined: the second look at whom the leader has
    banned is taken now."""
    session, actor = await lobby.sessions.get(str(id)), permit.actor
    if session.seats.sits(actor.uuid):
        await admission.recheck(lobby, admission.knock_of(actor), session)


async def join_host(
    lobby: Lobby,
    permit: Permit,
    *,
    host: str,
    friend: str | None = None,
    password: passwords.Said | None = None,
) -> Session:
    """Join this host's session. Raises AccountNotFound before SessionNotFound."""
    try:
        session = await lobby.sessions.claimed("leader", host)
    except SessionNotFound:
        await lobby.accounts.get(host)
        raise
    return await join(lobby, permit, id=session.id, friend=friend, password=password, known=session)


async def leave(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    seat: str | None = None,
    said: str = "",
    known: Session | None = None,
) -> Session:
    """The caller leaves, declines an invitation, or releases this seat. An instance that they host
    ends; a hosted session ends with its host. `said`: their own words about it; raises Unacceptable
    for some that cannot be shown. Returns the session as it was left."""
    player, words = permit.actor.uuid, free_text.message(said) if said else ""
    session = known or await _left(lobby, permit, id)
    if seat is not None:
        session.seats.require_own(seat, player)
    if session.ends_without(player):
        await lifecycle.close(lobby, SYSTEM, id=id, message=LEFT, reason=Reason.HOST_LEFT)
        return session
    await recent_leaves.remember(lobby, id, player)
    return await change.alter(
        lobby, id, lambda s: s.leave(player, seat=seat, said=words), by=permit.actor
    )


async def _left(lobby: Lobby, permit: Permit, id: int) -> Session:
    """Whoever holds a seat gives it back, whoever leads by now."""
    session = await lobby.sessions.get(str(id))
    if session.seats.held_by(permit.actor.uuid) is None:
        await visibility.require_not_hidden(lobby, permit, session)
    return session


async def edit(lobby: Lobby, permit: Permit, *, id: int, player: str, edit: MemberEdit) -> Session:
    """Edit a member: team, client, custom data."""
    return await _edit_or_add(lobby, permit, id, player, edit)


async def add(lobby: Lobby, permit: Permit, *, id: int, player: str, edit: MemberEdit) -> Session:
    """Edit a member; a player who is not a member is seated without an invitation."""
    return await _edit_or_add(lobby, permit, id, player, edit, add=True)


async def promote(
    lobby: Lobby, permit: Permit, *, id: int, player: str, edit: MemberEdit = NO_EDIT
) -> Session:
    """Make the player the leader."""
    return await _edit_or_add(lobby, permit, id, player, replace(edit, lead=True), add=True)


async def of_player(lobby: Lobby, permit: Permit, *, player: str) -> list[Session]:
    """The sessions where the player holds a seat, the oldest first."""
    permit.require_self(player)
    found = await lobby.sessions.all("player", player) if player else []
    return sorted(found, key=lambda session: session.sequence)


def require_wanted(lobby: Lobby, permit: Permit, invited: Account) -> None:
    """Raise GuestNotWelcome if the player has banned who invites them: nothing of it reaches them.
    The same answer as for a guest whom the host has banned."""
    if not permit.outright:
        invited.host.require_unbanned(permit.actor.uuid, now=lobby.now())


async def _edit_or_add(
    lobby: Lobby, permit: Permit, id: int, player: str, edit: MemberEdit, *, add: bool = False
) -> Session:
    """The caller themselves joins if they are not a member; others are edited or added."""
    session, account = await _found(lobby, permit, id, player)
    own = player == permit.actor.uuid
    if own and not session.seats.sits(player):
        return await join(lobby, permit, id=id, edit=edit, rejoin=True, known=session)
    session.require_edit(permit, player, edit)
    host = None if own else await admission.require_unbanned(lobby, session, player)
    if account is not None:
        require_wanted(lobby, permit, account)
    if add and account is not None:
        return await _add(lobby, permit, session, account, edit)
    decide = _editing(lobby, permit, session, player, edit)
    after = await change.alter(lobby, id, decide, by=permit.actor, known=session)
    if held := after.seats.held_by(player):
        knock = admission.knock_of(Actor(player, number=held.seat.number))
        with admission.told_to_another():
            await admission.recheck(lobby, knock, after, leader=host)
    return after


def _editing(
    lobby: Lobby, permit: Permit, session: Session, player: str, edit: MemberEdit
) -> Callable[[Session], None]:
    own_team = lobby.catalogue.own_team(session.template)
    return lambda session: session.edit(permit, player, edit, own_team=own_team)


async def _add(
    lobby: Lobby, permit: Permit, session: Session, account: Account, edit: MemberEdit
) -> Session:
    """Seat another player without asking them."""
    guest = await admission.guest(lobby, account.actor(), custom_data=edit.custom_data)
    own_team, now = lobby.catalogue.own_team(session.template), lobby.now()

    def seat(session: Session) -> None:
        session.add(permit, guest, edit, now=now, own_team=own_team)

    session.require_may_add(permit, guest.uuid, edit)
    with admission.told_to_another():
        return await admission.admit(
            lobby,
            Knock(guest, Way.PLACED, named=account.actor().named, outright=permit.outright),
            before=session,
            seat=seat,
            seated=seat,
            by=permit.actor,
        )


async def _found(
    lobby: Lobby, permit: Permit, id: int, player: str
) -> tuple[Session, Account | None]:
    """The session, and the account of another player who is not a member. Raises AccountNotFound
    before SessionNotFound."""
    try:
        session = await visibility.find(lobby, permit, id=id)
    except SessionNotFound:
        await _actor(lobby, permit, player)
        raise
    if player == permit.actor.uuid or session.seats.sits(player):
        return session, None
    return session, await shut_out.present(lobby, player, no=GuestNotWelcome)


async def _actor(lobby: Lobby, permit: Permit, player: str) -> Actor:
    if player == permit.actor.uuid:
        return permit.actor
    return (await shut_out.present(lobby, player, no=GuestNotWelcome)).actor()
