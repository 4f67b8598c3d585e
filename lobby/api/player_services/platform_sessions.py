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
from lobby.api.player_services.clients import client_of
from lobby.api.player_services.players import JOINING, wish_of
from lobby.api.player_services.sessions import shown
from lobby.api.player_services.views import platform_session
from lobby.domain import sessions
from lobby.domain.errors import Malformed
from lobby.domain.permissions import Role, needs
from lobby.domain.platform_sessions import canonical
from protocol.codec import problem
from protocol.player_services import platform_sessions as words
from protocol.player_services.players import SelfSessionPlayerUpdateRequest
from protocol.player_services.sessions import Session, TtlQuery

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
    return tagged(call, platform_session(session, linked), mark(session))


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
    return tagged(call, platform_session(session, linked), mark(session))


async def join(
    call: Call, path: words.PlatformSessionPath, body: SelfSessionPlayerUpdateRequest
) -> Response:
    """Come into our session through the platform's."""
    return await _join(call, path, call.permit.actor.uuid, body)


async def leave(call: Call, path: words.PlatformSessionPath) -> Response:
    """Leave our session through the platform's."""
    return await _leave(call, path, call.permit.actor.uuid)


async def join_player(
    call: Call,
    path: words.PlatformPlayerPath,
    query: words.PlatformPlayerQuery,
    body: SelfSessionPlayerUpdateRequest,
) -> Response:
    """Bring a player into our session through the platform's."""
    return await _join(call, path, path.player_uuid, body)


async def leave_player(call: Call, path: words.PlatformPlayerPath) -> Response:
    """Take a player out of our session through the platform's."""
    return await _leave(call, path, path.player_uuid)


def named(path: words.PlatformSessionPath) -> dict[str, Any]:
    """Which one the path means, in the one spelling that is kept."""
    id = canonical(path.platform_session_id_base64)
    if id is None:
        raise Malformed([problem("base64", "must be base64", "path", ID)])
    return {"platform": path.platform.value, "platform_id": id}


def mark(session: sessions.Session) -> str:
    return f'"{session.version}-p"'


async def _join(
    call: Call,
    path: words.PlatformSessionPath,
    player: str,
    body: SelfSessionPlayerUpdateRequest,
) -> Response:
    session = await platform_sessions.join(
        call.lobby,
        call.permit,
        player=player,
        wish=wish_of(body, client_of(call, body)),
        **named(path),
    )
    return shown(call, session)


async def _leave(call: Call, path: words.PlatformSessionPath, player: str) -> Response:
    await platform_sessions.leave(call.lobby, call.permit, player=player, **named(path))
    return done()


def _player_rows(tail: str) -> list[Row]:
    own = tail == "me"
    path = words.PlatformSessionPath if own else words.PlatformPlayerPath
    return [
        Row(
            "POST",
            f"{PATH}/player/{tail}",
            join if own else join_player,
            JOINING,
            gives(Session, 400, 404, 409, 413),
            path=path,
            query=None if own else words.PlatformPlayerQuery,
            takes=SelfSessionPlayerUpdateRequest,
            headers=MARKED | RETRIED,
        ),
        Row(
            "DELETE",
            f"{PATH}/player/{tail}",
            leave if own else leave_player,
            JOINING,
            gives(None, 404, 409, status=204),
            path=path,
            headers=RETRIED,
        ),
    ]


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
    *_player_rows("me"),
    *_player_rows("{player_uuid}"),
]
