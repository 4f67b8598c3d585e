"""The sessions that platforms keep behind ours: linking them, and coming in through them."""

from __future__ import annotations

from lobby.actions import membership, notes, telling
from lobby.actions.membership import Wish
from lobby.context import Lobby
from lobby.domain import platform_sessions
from lobby.domain.errors import NotSeated, SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.platform_sessions import PlatformSession
from lobby.domain.session_errors import (
    PlatformPlayerNotFound,
    PlatformSessionExists,
    PlatformSessionNotFound,
    PlatformTemplateNotFound,
)
from lobby.domain.sessions import Session


async def link(
    lobby: Lobby, permit: Permit, *, id: int, platform: str, platform_id: str, refresh_ttl: bool
) -> tuple[Session, PlatformSession]:
    """Of two who link at once one wins. The other reads again which one stands there, and follows:
    they are told so once more, as the first word may have come before they had made their own."""

    def decide(session: Session) -> None:
        session.require(permit)
        new = _made(lobby, session.template, platform, platform_id)
        platform_sessions.link(session.platform_sessions, new)

    try:
        session = await telling.alter(
            lobby, id, decide, by=permit.actor, wanted=refresh_ttl, outright=permit.outright
        )
    except PlatformSessionExists:
        await _tell_loser(lobby, permit.actor.uuid, id)
        raise
    return session, platform_sessions.find(session.platform_sessions, platform, platform_id)


async def unlink(
    lobby: Lobby, permit: Permit, *, id: int, platform: str, platform_id: str, refresh_ttl: bool
) -> None:
    """Nobody leaves our session by this."""

    def decide(session: Session) -> None:
        session.require(permit)
        linked = platform_sessions.find(session.platform_sessions, platform, platform_id)
        session.platform_sessions.remove(linked)

    await telling.alter(
        lobby, id, decide, by=permit.actor, wanted=refresh_ttl, outright=permit.outright
    )


async def read(
    lobby: Lobby, permit: Permit, *, platform: str, platform_id: str
) -> tuple[Session, PlatformSession]:
    """Our session too, which says who plays there."""
    session = await parent(lobby, platform=platform, platform_id=platform_id)
    session.require(permit)
    return session, platform_sessions.find(session.platform_sessions, platform, platform_id)


async def join(
    lobby: Lobby, permit: Permit, *, platform: str, platform_id: str, player: str, wish: Wish
) -> Session:
    """Into our session, even where it is not joinable: the platform has let them in. Whom its host
    has banned stays out all the same."""
    permit.require_self(player)
    session = await parent(lobby, platform=platform, platform_id=platform_id)
    return await membership.enter(
        lobby, permit, id=session.id, player=player, wish=wish, let_in=True
    )


async def leave(
    lobby: Lobby, permit: Permit, *, platform: str, platform_id: str, player: str
) -> None:
    """Out of our session. On which platform somebody plays there counts not: who came in this way
    goes out this way."""
    permit.require_self(player)
    session = await parent(lobby, platform=platform, platform_id=platform_id)
    if not session.sits(player):
        raise PlatformPlayerNotFound
    try:
        await membership.dismiss(lobby, permit, id=session.id, player=player)
    except NotSeated:
        raise PlatformPlayerNotFound from None


async def parent(lobby: Lobby, *, platform: str, platform_id: str) -> Session:
    """Ours that stands before this one of the platform."""
    try:
        return await lobby.sessions.claimed(
            "platform", platform_sessions.claim(platform, platform_id)
        )
    except SessionNotFound:
        raise PlatformSessionNotFound from None


def _made(lobby: Lobby, session_type: str, platform: str, id: str) -> PlatformSession:
    """As the game says that sessions of this type are on this platform."""
    template = lobby.catalogue.by_session_type.get(session_type)
    if template is None or platform not in template.platform_templates:
        raise PlatformTemplateNotFound
    counterpart = template.platform_templates[platform]
    return PlatformSession(
        platform, id, counterpart.platform_session_type, dict(counterpart.custom_data)
    )


async def _tell_loser(lobby: Lobby, player: str, id: int) -> None:
    session = await lobby.sessions.get(str(id))
    held = session.held_by(player)
    if held is not None and held[1].notified:
        notes.soon(lobby, held[1], session)
