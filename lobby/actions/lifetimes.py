"""How long a session lives when nobody says that it is still wanted."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.permissions import Actor, Role
from lobby.domain.sessions import Session

OVER_SECONDS = 10.0
STREAM_SECONDS = 600.0


async def refresh(lobby: Lobby, session: Session, actor: Actor, *, outright: bool = False) -> None:
    """Somebody who is in it, or stands above it, still wants it. A host's session lives by its
    host's presence alone."""
    active = Role.ACTIVE in session.roles_of(actor.uuid)
    if active and lobby.attendance.present(actor.uuid) is None:
        await lobby.leases.linger(actor.uuid, lobby.settings.unattended_seconds)
    if active or outright:
        await begin(lobby, session)


async def wind_up(lobby: Lobby, session: Session) -> None:
    """Its match is over: it can still be looked at for a moment."""
    await lobby.leases.linger(f"over:{session.id}", OVER_SECONDS)


async def attest(lobby: Lobby, session: Session, actor: Actor) -> None:
    """Somebody in it has read it: they are there, whether or not they hold a socket."""
    if not session.hosted and Role.ACTIVE in session.roles_of(actor.uuid):
        seconds = lobby.catalogue.server.session_ttl_s
        await lobby.leases.remember(f"reading:{actor.uuid}", "yes", seconds)


async def attested(lobby: Lobby, account: str) -> bool:
    return await lobby.leases.recall(f"reading:{account}") is not None


async def let_fade(lobby: Lobby, session: Session) -> None:
    """What is said on the stream of its instance can be read for a while after the end of that."""
    if session.instance is not None:
        await lobby.leases.linger(f"instance:{session.instance.id}", STREAM_SECONDS)


async def begin(lobby: Lobby, session: Session) -> None:
    """It has its whole time before it."""
    if not session.hosted:
        seconds = lobby.catalogue.server.session_ttl_s
        await lobby.leases.linger(f"session:{session.id}", seconds)
