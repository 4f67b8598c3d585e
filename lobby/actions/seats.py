"""What can be done to single seats. A seat's id tells its session."""

from __future__ import annotations

from lobby.actions import seating, telling, watching, welcome
from lobby.context import Lobby
from lobby.domain.errors import SeatNotFound, SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.seats import seat_of
from lobby.domain.sessions import Session


async def of_session(lobby: Lobby, permit: Permit, *, session: int) -> Session:
    """The session with its seats; for the banned there is none."""
    return await _visible(lobby, permit, session)


async def get(lobby: Lobby, permit: Permit, *, seat: int) -> tuple[Session, str]:
    """The session, and the seat's name in it."""
    id, name = seat_of(seat)
    try:
        session = await _visible(lobby, permit, id)
    except SessionNotFound:
        raise SeatNotFound from None
    session.find(name)
    return session, name


async def reserve(lobby: Lobby, permit: Permit, *, seat: int) -> Session:
    """Hold the seat for the caller for a limited time, if the host welcomes them."""
    session, name = await get(lobby, permit, seat=seat)
    await welcome.require(lobby, permit.actor, session)
    guest = await welcome.guest(lobby, permit.actor)
    until = round(lobby.clock() + lobby.settings.reservation_seconds, 3)
    held = await telling.alter(
        lobby,
        session.id,
        lambda session: session.reserve(name, guest, until=until),
        by=permit.actor,
    )
    await welcome.stay(lobby, permit.actor, held)
    return held


async def release(lobby: Lobby, permit: Permit, *, seat: int) -> Session | None:
    """Give the caller's own seat back. A host's seat is the session: None, it has ended."""
    session, name = await get(lobby, permit, seat=seat)
    player = permit.actor.uuid
    if session.hosted and session.leader == player and session.find(name).player == player:
        await seating.leave(lobby, permit, id=session.id)
        return None
    return await telling.alter(
        lobby, session.id, lambda session: session.release(name, player), by=permit.actor
    )


async def _visible(lobby: Lobby, permit: Permit, id: int) -> Session:
    session = await lobby.sessions.get(str(id))
    await watching.require_visible(lobby, permit, session)
    return session
