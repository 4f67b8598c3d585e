"""Platform sessions: link them to a session, and join or leave through them."""

from __future__ import annotations

from lobby.actions.changes import change, notify, visibility
from lobby.actions.sessions import exclusions, members
from lobby.context import Lobby
from lobby.domain.errors import Forbidden, NotSeated, SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions import platform_sessions
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.errors import (
    PlatformPlayerNotFound,
    PlatformSessionExists,
    PlatformSessionNotFound,
    PlatformTemplateNotFound,
    SessionHidden,
)
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.session import Session


async def link(
    lobby: Lobby, permit: Permit, *, id: int, platform: str, platform_id: str, refresh_ttl: bool
) -> tuple[Session, PlatformSession]:
    """Link a platform session. Of two concurrent callers one wins; the other gets
    PlatformSessionExists and another notification, since the first one may have come before they
    had made their own."""

    session = await visibility.find(lobby, permit, id=id)
    session.require(permit)
    new = _new_link(lobby, session.template, platform, platform_id)

    def decide(session: Session) -> None:
        session.require(permit)
        platform_sessions.link(session.platform_sessions, new)

    try:
        session = await change.alter(
            lobby,
            id,
            decide,
            by=permit.actor,
            refresh_ttl=refresh_ttl,
            outright=permit.outright,
            known=session,
        )
    except PlatformSessionExists:
        await _notify_loser(lobby, permit.actor.uuid, id)
        raise
    return session, platform_sessions.find(session.platform_sessions, platform, platform_id)


async def unlink(
    lobby: Lobby, permit: Permit, *, id: int, platform: str, platform_id: str, refresh_ttl: bool
) -> None:
    """Remove the link; all members stay."""

    def decide(session: Session) -> None:
        session.require(permit)
        linked = platform_sessions.find(session.platform_sessions, platform, platform_id)
        session.platform_sessions.remove(linked)

    found = await visibility.find(lobby, permit, id=id)
    await change.alter(
        lobby,
        id,
        decide,
        by=permit.actor,
        refresh_ttl=refresh_ttl,
        outright=permit.outright,
        known=found,
    )


async def read(
    lobby: Lobby, permit: Permit, *, platform: str, platform_id: str
) -> tuple[Session, PlatformSession]:
    """Our session, which has the members, and the platform session."""
    session = await _visible(lobby, permit, platform=platform, platform_id=platform_id)
    session.require(permit)
    return session, platform_sessions.find(session.platform_sessions, platform, platform_id)


async def join(
    lobby: Lobby, permit: Permit, *, platform: str, platform_id: str, player: str, edit: MemberEdit
) -> Session:
    """Join our session through the platform's: unasked, since the platform has admitted the player,
    unless this way is switched off. For those who have logged in by that platform. Raises
    PlatformSessionNotFound also for whom its leader has banned."""
    permit.require_self(player)
    if not permit.outright and permit.actor.platform != platform:
        raise Forbidden(f"your token is not of {platform}: log in through that platform")
    session = await parent(lobby, platform=platform, platform_id=platform_id)
    try:
        return await members.join(
            lobby,
            permit,
            id=session.id,
            player=player,
            edit=edit,
            way=Way.PLATFORM,
            rejoin=True,
            known=session,
        )
    except SessionHidden:
        raise PlatformSessionNotFound from None


async def leave(
    lobby: Lobby, permit: Permit, *, platform: str, platform_id: str, player: str
) -> None:
    """Leave our session, or remove the player, whatever platform they play on. Raises
    PlatformPlayerNotFound."""
    permit.require_self(player)
    session = await _visible(lobby, permit, platform=platform, platform_id=platform_id)
    if not session.seats.sits(player):
        raise PlatformPlayerNotFound
    try:
        if player == permit.actor.uuid:
            await members.leave(lobby, permit, id=session.id, known=session)
        else:
            await exclusions.kick(
                lobby, permit, id=session.id, player=player, seconds=0, known=session
            )
    except NotSeated:
        raise PlatformPlayerNotFound from None


async def _visible(lobby: Lobby, permit: Permit, *, platform: str, platform_id: str) -> Session:
    session = await parent(lobby, platform=platform, platform_id=platform_id)
    await visibility.require_not_hidden(lobby, permit, session, no=PlatformSessionNotFound)
    return session


async def parent(lobby: Lobby, *, platform: str, platform_id: str) -> Session:
    """Our session that this platform session is linked to. Raises PlatformSessionNotFound."""
    try:
        return await lobby.sessions.claimed(
            "platform", platform_sessions.claim(platform, platform_id)
        )
    except SessionNotFound:
        raise PlatformSessionNotFound from None


def _new_link(lobby: Lobby, session_type: str, platform: str, id: str) -> PlatformSession:
    """A platform session as the catalogue defines it for this session type."""
    template = lobby.catalogue.by_session_type.get(session_type)
    if template is None or platform not in template.platform_templates:
        raise PlatformTemplateNotFound
    counterpart = template.platform_templates[platform]
    return PlatformSession(
        platform, id, counterpart.platform_session_type, dict(counterpart.custom_data)
    )


async def _notify_loser(lobby: Lobby, player: str, id: int) -> None:
    session = await lobby.sessions.get(str(id))
    held = session.seats.held_by(player)
    if held is not None and held.seat.notified:
        notify.put_throttled(lobby, held, session)
