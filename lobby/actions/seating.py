"""Who comes into a session, who is asked to, who goes."""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import sessions, telling, welcome
from lobby.actions.telling import KICKED, LAPSED, Farewell
from lobby.context import Lobby
from lobby.domain.errors import NotSeated, SessionNotFound
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.sessions import Session


async def join(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """Seat the caller, if the host welcomes them."""
    actor, now = permit.actor, round(lobby.clock(), 3)
    session = await lobby.sessions.get(str(id))
    guest = await welcome.guest(lobby, actor)
    return await welcome.admit(
        lobby, actor, guest, before=session, decide=lambda s: s.seat(guest, now=now), by=actor
    )


async def join_host(lobby: Lobby, permit: Permit, *, host: str) -> Session:
    await lobby.accounts.get(host)
    session = await lobby.sessions.claimed("leader", host)
    return await join(lobby, permit, id=session.id)


async def leave(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """The caller's seat falls free; when the host of a session of theirs leaves, it ends."""
    player = permit.actor.uuid
    session = await lobby.sessions.get(str(id))
    if session.hosted and session.leader == player:
        await sessions.close(lobby, SYSTEM, id=id, message="The host has left.")
        return
    await telling.alter(lobby, id, lambda session: session.unseat(player), by=permit.actor)


async def kick(lobby: Lobby, permit: Permit, *, id: int, guest: str, message: str) -> None:
    farewell = Farewell(message=message) if message else KICKED
    await remove(lobby, permit, id=id, guest=guest, farewell=farewell)


async def remove(
    lobby: Lobby, permit: Permit, *, id: int, guest: str, farewell: Farewell = KICKED
) -> None:
    """Free the guest's seat, and tell them why. Nobody removes a host from their own session."""

    def decide(session: Session) -> None:
        session.require(permit)
        if session.hosted and guest == session.leader:
            raise NotSeated("the host leaves by closing the session")
        session.unseat(guest)

    await telling.alter(lobby, id, decide, by=permit.actor, farewell=farewell)


async def invite(lobby: Lobby, permit: Permit, *, id: int, guest: str) -> Session:
    """Hold a seat for the guest for a while, and tell them."""
    account = await lobby.accounts.get(guest)
    now, inviter = round(lobby.clock(), 3), permit.actor.uuid
    until = round(now + lobby.settings.invite_seconds, 3)
    invited = await welcome.guest(lobby, account.actor())

    def decide(session: Session) -> None:
        session.require(permit)
        session.invite(invited, until=until, now=now, inviter=inviter)

    (await lobby.accounts.get(inviter)).host.welcome(guest, named=True, invited=True)
    session = await telling.alter(lobby, id, decide, by=permit.actor)
    await welcome.stay(lobby, account.actor(), session, invited=True)
    return session


async def lapse(lobby: Lobby) -> None:
    """Free the seats whose time is up, in every session that holds some, and tell their players."""
    now = lobby.clock()
    for held in await lobby.sessions.all("held", "yes"):
        if held.late(now):
            with suppress(SessionNotFound):
                await telling.alter(lobby, held.id, lambda s: s.lapse(now), farewell=LAPSED)
