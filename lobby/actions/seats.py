"""What can be done to single seats. A seat's id tells its session."""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import inbox, sessions
from lobby.context import Lobby
from lobby.domain.errors import SeatNotFound, SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions import Session, seat_of


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
    await sessions.require_welcome(lobby, permit.actor, session)
    guest = await sessions.guest(lobby, permit.actor)
    until = round(lobby.clock() + lobby.settings.reservation_seconds, 3)
    held = await lobby.sessions.change(
        str(session.id), lambda session: session.reserve(name, guest, until=until)
    )
    await sessions.stay_if_welcome(lobby, permit.actor, held)
    sessions.tell(lobby, held)
    return held


async def release(lobby: Lobby, permit: Permit, *, seat: int) -> Session | None:
    """Give the caller's own seat back. The leader's seat is the session: None, it has ended."""
    session, name = await get(lobby, permit, seat=seat)
    player = permit.actor.uuid
    if session.leader == player and session.find(name).player == player:
        await sessions.leave(lobby, permit, id=session.id)
        return None
    freed = await lobby.sessions.change(
        str(session.id), lambda session: session.release(name, player)
    )
    sessions.tell(lobby, freed)
    sessions.exclude_from_chat(lobby, freed, player)
    return freed


async def lapse(lobby: Lobby) -> None:
    """Free the seats whose time is up, in every session that holds some, and tell their players."""
    now = lobby.clock()
    for held in await lobby.sessions.all("held", "yes"):
        late = held.late(now)
        if not late:
            continue
        with suppress(SessionNotFound):
            session = await lobby.sessions.change(str(held.id), lambda s: s.lapse(now))
            sessions.tell(lobby, session)
            for player in late:
                if session.held_by(player) is None:
                    await inbox.put(
                        lobby, player, kind="seat_lapsed", session=session, message=LAPSED
                    )


LAPSED = "The seat that was held for you is free again."


async def _visible(lobby: Lobby, permit: Permit, id: int) -> Session:
    session = await lobby.sessions.get(str(id))
    leader = await lobby.accounts.get(session.leader)
    if permit.actor.uuid in leader.host.banlist:
        raise SessionNotFound
    return session
