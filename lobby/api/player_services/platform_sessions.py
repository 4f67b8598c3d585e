"""Endpoints of platform sessions: link a platform's own session to ours, join and leave by it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from lobby.actions.sessions import members, platform_sessions
from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Row
from lobby.api.player_services.clients import client_of
from lobby.api.player_services.edits import own_edit
from lobby.api.player_services.players import JOINING, left_again
from lobby.api.player_services.responses import (
    CONDITIONAL,
    RETRYABLE,
    TELLS_WHY,
    WITH_ETAG,
    gives,
    no_content,
    reads,
    session_id,
    tagged,
)
from lobby.api.player_services.sessions import shown
from lobby.api.player_services.views import platform_session
from lobby.domain.errors import Malformed
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions import session as nouns
from lobby.domain.sessions.platform_sessions import canonical
from lobby.idempotency import Effect
from protocol.codec import problem
from protocol.player_services import platform_sessions as words
from protocol.player_services.players import SelfSessionPlayerUpdateRequest
from protocol.player_services.sessions import Session, TtlQuery

ID = "platform_session_id_base64"
PATH = f"/session/v1/platform/{{platform}}/platform-session/{{{ID}}}"
LINK = PATH + "/session/{session_id}"

READING = needs("session:read:any", "session:*", own="session:read:platform", role=Role.ACTIVE)
LINKING = needs("session:update:any", "session:*", own="session:update:platform", role=Role.ACTIVE)
"""The right to update any session includes linking."""
JOINING_TELLS = {**TELLS_WHY, 409: {**TELLS_WHY[409], **RETRYABLE[409]}}


async def link(call: Call, path: words.LinkPath, query: TtlQuery) -> Response:
    """Link a platform's session to this one."""
    there = named(path)
    session, linked = await platform_sessions.link(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        refresh_ttl=query.refresh_ttl,
        **there,
    )
    return tagged(call, platform_session(session, linked), etag_of(session))


async def unlink(call: Call, path: words.LinkPath, query: TtlQuery) -> Response:
    """Remove the link; nobody leaves our session by this."""
    await platform_sessions.unlink(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        refresh_ttl=query.refresh_ttl,
        **named(path),
    )
    return no_content()


async def read(call: Call, path: words.PlatformSessionPath) -> Response:
    """The linked platform session."""
    session, linked = await platform_sessions.read(call.lobby, call.permit, **named(path))
    return tagged(call, platform_session(session, linked), etag_of(session))


async def link_again(call: Call, effect: Effect, path: words.LinkPath, query: TtlQuery) -> Response:
    session, linked = await platform_sessions.read(call.lobby, call.permit, **named(path))
    return tagged(call, platform_session(session, linked), etag_of(session))


async def join(
    call: Call, path: words.PlatformSessionPath, body: SelfSessionPlayerUpdateRequest
) -> Response:
    """Join our session by the platform's."""
    return await _join(call, path, call.permit.actor.uuid, body)


async def leave(call: Call, path: words.PlatformSessionPath) -> Response:
    """Leave our session by the platform's."""
    return await _leave(call, path, call.permit.actor.uuid)


async def join_player(
    call: Call,
    path: words.PlatformPlayerPath,
    query: words.PlatformPlayerQuery,
    body: SelfSessionPlayerUpdateRequest,
) -> Response:
    """Add a player to our session by the platform's."""
    return await _join(call, path, path.player_uuid, body)


async def leave_player(call: Call, path: words.PlatformPlayerPath) -> Response:
    """Remove a player from our session by the platform's."""
    return await _leave(call, path, path.player_uuid)


async def join_again(
    call: Call, effect: Effect, path: words.PlatformSessionPath, **said: object
) -> Response:
    """Our session as it is now."""
    session = await platform_sessions.parent(call.lobby, **named(path))
    await members.complete_join(call.lobby, call.permit, id=session.id)
    return shown(call, session)


def named(path: words.PlatformSessionPath) -> dict[str, Any]:
    """The platform session of the path, with its id in canonical form; raises Malformed."""
    id = canonical(path.platform_session_id_base64)
    if id is None:
        raise Malformed([problem("base64", "must be base64", "path", ID)])
    return {"platform": path.platform.value, "platform_id": id}


def etag_of(session: nouns.Session) -> str:
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
        edit=own_edit(body, client_of(call, body)),
        **named(path),
    )
    return shown(call, session)


async def _leave(call: Call, path: words.PlatformSessionPath, player: str) -> Response:
    await platform_sessions.leave(call.lobby, call.permit, player=player, **named(path))
    return no_content()


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
            headers=WITH_ETAG | JOINING_TELLS,
            again=join_again,
        ),
        Row(
            "DELETE",
            f"{PATH}/player/{tail}",
            leave if own else leave_player,
            JOINING,
            gives(None, 404, 409, status=204),
            path=path,
            headers=RETRYABLE,
            again=left_again,
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
        headers=WITH_ETAG | RETRYABLE,
        again=link_again,
    ),
    Row(
        "DELETE",
        LINK,
        unlink,
        LINKING,
        gives(None, 404, 409, status=204),
        path=words.LinkPath,
        query=TtlQuery,
        headers=RETRYABLE,
    ),
    Row(
        "GET",
        PATH,
        read,
        READING,
        reads(words.PlatformSession, 404),
        path=words.PlatformSessionPath,
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    *_player_rows("me"),
    *_player_rows("{player_uuid}"),
]
