"""Single seats by id: read, reserve, release. The id of a seat encodes its session."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable
from dataclasses import replace

from lobby.actions.changes import visibility
from lobby.actions.sessions import admission, members, quotas
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, SeatNotFound, SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions.admission import Knock, Way
from lobby.domain.sessions.seats import Seat, seat_of
from lobby.domain.sessions.session import Session


async def of_session(lobby: Lobby, permit: Permit, *, session: int) -> Session:
    """The session with its seats. Raises SessionNotFound, also for banned callers."""
    found, _ = await _visible(lobby, permit, session)
    return found


async def get(lobby: Lobby, permit: Permit, *, seat: int) -> tuple[Session, str]:
    """The session, and the seat's name in it."""
    session, name, _ = await _find(lobby, permit, seat)
    return session, name


async def logins(lobby: Lobby, seats: Iterable[Seat]) -> dict[str, str | None]:
    """The logins of those who sit there, by uuid; None for an account without one. A seat's own
    name is the one that is shown, which its player may choose."""
    players = [seat.player for seat in seats if seat.player]
    return dict(zip(players, await gather(*(_login(lobby, one) for one in players)), strict=True))


async def _login(lobby: Lobby, player: str) -> str | None:
    try:
        return (await lobby.account_cache.get(player)).login
    except AccountNotFound:
        return None


async def reserve(lobby: Lobby, permit: Permit, *, seat: int) -> Session:
    """Reserve the seat for the caller for a limited time, if they are admitted."""
    session, name, leader = await _find(lobby, permit, seat)
    actor = permit.actor
    guest = await admission.guest(lobby, actor)
    knock = Knock(guest, Way.RESERVE, named=actor.named, outright=permit.outright)
    until = round(lobby.clock() + lobby.settings.reservation_seconds, 3)

    async def act(place: int | None) -> Session:
        placed = replace(guest, place=place)
        return await admission.admit(
            lobby,
            knock,
            before=session,
            seat=lambda session: session.reserve(name, placed, until=until),
            by=actor,
            leader=leader,
        )

    return await quotas.seated(lobby, actor, act)


async def release(lobby: Lobby, permit: Permit, *, seat: int) -> Session | None:
    """Release the caller's own seat. None if that ended the session: it was its host's seat."""
    session, name, _ = await _find(lobby, permit, seat)
    left = await members.leave(lobby, permit, id=session.id, seat=name, known=session)
    return None if session.ends_without(permit.actor.uuid) else left


async def _find(lobby: Lobby, permit: Permit, seat: int) -> tuple[Session, str, Account | None]:
    id, name = seat_of(seat)
    try:
        session, host = await _visible(lobby, permit, id)
    except SessionNotFound:
        raise SeatNotFound from None
    session.seats.find(name)
    return session, name, host


async def _visible(lobby: Lobby, permit: Permit, id: int) -> tuple[Session, Account | None]:
    """The session, and its leader's account unless that is the caller's."""
    session = await lobby.sessions.get(str(id))
    return session, await visibility.require_visible(lobby, permit, session)
