"""Whether a host lets somebody in.

Write ours first, look at theirs second: a ban that comes between sees the seat, or is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from lobby.actions import telling
from lobby.context import Lobby
from lobby.domain.errors import GuestNotWelcome, NotFound, NotSeated, SessionNotFound
from lobby.domain.hosts import Host
from lobby.domain.permissions import Actor, Kind
from lobby.domain.platforms import Client
from lobby.domain.seats import Guest
from lobby.domain.sessions import Session


async def guest(
    lobby: Lobby,
    actor: Actor,
    *,
    client: Client | None = None,
    custom_data: dict[str, str] | None = None,
) -> Guest:
    return Guest(
        actor.uuid,
        actor.name,
        actor.number,
        attended=lobby.attendance.present(actor.uuid) is not None,
        notified=actor.kind is Kind.PLAYER,
        client=client,
        custom_data=custom_data,
    )


async def linger(lobby: Lobby, guest: Guest) -> None:
    """Who holds no socket keeps the seat for a while all the same. Said before the seat is
    written: where the leases cannot be reached, the verb is refused and has changed nothing."""
    if not guest.attended:
        await lobby.leases.linger(guest.uuid, lobby.settings.unattended_seconds)


async def require(lobby: Lobby, actor: Actor, session: Session) -> None:
    """Raise GuestNotWelcome, also when the host has just been deleted. The host is welcome, and
    where nobody leads everybody is."""
    if session.leader in (None, actor.uuid):
        return
    try:
        host = (await lobby.accounts.get(str(session.leader))).host
    except NotFound:
        raise GuestNotWelcome from None
    _welcome(lobby, host, actor, session, invited=session.invited(actor.uuid))


async def admit(
    lobby: Lobby,
    actor: Actor,
    guest: Guest,
    *,
    before: Session,
    decide: Callable[[Session], object],
    by: Actor,
) -> Session:
    """Let `decide` seat the guest, whom the session's host has to welcome before and after."""
    await require(lobby, actor, before)
    await linger(lobby, guest)
    after = await telling.alter(lobby, before.id, decide, by=by)
    await stay(lobby, actor, after, invited=_held_good(before, after, guest.uuid))
    return after


def _held_good(before: Session, after: Session, player: str) -> bool:
    """Whether the invitation that let the player in, if it was one, still stood when they came: it
    may have been taken back meanwhile."""
    held = after.held_by(player)
    return not before.invited(player) or (held is not None and held[1].invited is not None)


async def stay(lobby: Lobby, actor: Actor, session: Session, *, invited: bool = False) -> None:
    """Look again, now that the seat is written: if a ban came between, or the guest's or the
    host's account was deleted, the seat falls free."""
    try:
        await lobby.accounts.get(actor.uuid)
        if session.leader not in (None, actor.uuid):
            host = (await lobby.accounts.get(str(session.leader))).host
            _welcome(lobby, host, actor, session, invited=invited)
    except (GuestNotWelcome, NotFound):
        with suppress(NotSeated, SessionNotFound):
            await telling.alter(lobby, session.id, lambda s: s.unseat(actor.uuid), by=actor)
        raise GuestNotWelcome from None


def _welcome(lobby: Lobby, host: Host, actor: Actor, session: Session, *, invited: bool) -> None:
    """Its banlist holds everywhere; whom else it keeps out, only where hosts decide that."""
    open = not lobby.catalogue.host_decides(session.template)
    host.welcome(actor.uuid, named=actor.named, invited=invited or open)
