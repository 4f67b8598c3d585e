"""The sessions that platforms keep behind ours: linking them, and coming in through them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from lobby.actions import platform_sessions
from lobby.api.dialect import Call, IfNoneMatch, Row
from lobby.api.player_services.answers import (
    MARKED,
    RETRIED,
    TAGGED,
    done,
    gives,
    reads,
    session_id,
    tagged,
)
from lobby.domain.errors import Malformed
from lobby.domain.permissions import Role, needs
from lobby.domain.platform_sessions import PlatformSession, canonical
from lobby.domain.sessions import Session
from protocol.codec import problem
from protocol.player_services import platform_sessions as words
from protocol.player_services.platforms import Platform
from protocol.player_services.sessions import TtlQuery

ID = "platform_session_id_base64"
PATH = f"/session/v1/platform/{{platform}}/platform-session/{{{ID}}}"
LINK = PATH + "/session/{session_id}"

READING = needs("session:read:any", "session:*", own="session:read:platform", role=Role.ACTIVE)
LINKING = needs("session:update:any", "session:*", own="session:update:platform", role=Role.ACTIVE)
"""Who may do so in any session may also link in any."""


async def link(call: Call, path: words.LinkPath, query: TtlQuery) -> Response:
    """Put a session of a platform behind this one."""
    there = named(path)
    session, linked = await platform_sessions.link(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        refresh_ttl=query.refresh_ttl,
        **there,
    )
    return tagged(call, shown(session, linked), mark(session))


async def unlink(call: Call, path: words.LinkPath, query: TtlQuery) -> Response:
    """Take it away; nobody leaves our session by this."""
    await platform_sessions.unlink(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        refresh_ttl=query.refresh_ttl,
        **named(path),
    )
    return done()


async def read(call: Call, path: words.PlatformSessionPath) -> Response:
    """What stands behind our session there."""
    session, linked = await platform_sessions.read(call.lobby, call.permit, **named(path))
    return tagged(call, shown(session, linked), mark(session))


def named(path: words.PlatformSessionPath) -> dict[str, Any]:
    """Which one the path means, in the one spelling that is kept."""
    id = canonical(path.platform_session_id_base64)
    if id is None:
        raise Malformed([problem("base64", "must be base64", "path", ID)])
    return {"platform": path.platform.value, "platform_id": id}


def mark(session: Session) -> str:
    return f'"{session.version}-p"'


def shown(session: Session, linked: PlatformSession) -> words.PlatformSession:
    """With those who play there, whom old clients look for; the first looks after it."""
    members = linked.members(session.occupants())
    players = [
        words.PlatformSessionPlayer(
            player_id=seat.number or None, player_uuid=str(seat.player), leader=n == 0
        )
        for n, seat in enumerate(members)
    ]
    return words.PlatformSession(
        platform=Platform(linked.platform),
        platform_session_type=linked.type,
        platform_session_id_base64=linked.id,
        players=players,
        custom_data=linked.custom_data,
    )


rows = [
    Row(
        "POST",
        LINK,
        link,
        LINKING,
        gives(words.PlatformSession, 404, 409),
        path=words.LinkPath,
        query=TtlQuery,
        headers=MARKED | RETRIED,
    ),
    Row(
        "DELETE",
        LINK,
        unlink,
        LINKING,
        gives(None, 404, 409, status=204),
        path=words.LinkPath,
        query=TtlQuery,
        headers=RETRIED,
    ),
    Row(
        "GET",
        PATH,
        read,
        READING,
        reads(words.PlatformSession, 404),
        path=words.PlatformSessionPath,
        headers_in=IfNoneMatch,
        headers=TAGGED,
    ),
]
