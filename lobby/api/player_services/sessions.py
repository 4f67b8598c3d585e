"""Sessions as a whole: made, read, changed."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions import creating, sessions
from lobby.actions import views as marks
from lobby.api.dialect import Call, IfNoneMatch, Row
from lobby.api.player_services import views
from lobby.api.player_services.answers import (
    MARKED,
    TAGGED,
    answer,
    gives,
    reads,
    session_id,
    tagged,
)
from lobby.api.player_services.clients import client_of
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions import Session
from protocol.player_services import sessions as words

PATH = "/session/v1/session/{session_id}"


async def create_or_join(call: Call, body: words.CreateOrJoinRequest) -> Response:
    """Join the oldest session of the type that has room, where the type is so; else make one."""
    session = await creating.create_or_join(
        call.lobby,
        call.permit,
        session_type=body.session_type,
        region=body.region_id,
        client=client_of(call, body),
    )
    return answer(words.SessionJoinResponse(session_id=str(session.id)))


async def get_session(call: Call, path: words.SessionPath, query: words.TtlQuery) -> Response:
    """The session: whole to those in it, limited to everybody else."""
    session = await sessions.read(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        refresh_ttl=query.refresh_ttl,
    )
    return shown(call, session)


async def update_session(
    call: Call, path: words.SessionPath, body: words.SessionUpdate
) -> Response:
    """Change where it is played, what is said of it, whether others may join. What is absent
    stays."""
    session = await sessions.revise(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        region=body.region_id,
        custom_data=body.custom_data,
        joinable=body.joinable,
    )
    return shown(call, session)


def shown(call: Call, session: Session) -> Response:
    """The session as the caller may see it, with the tag of that."""
    full = marks.sees_all(session, call.permit)
    said = views.view(session, full=full, viewer=call.permit.actor.uuid)
    return tagged(call, said, marks.marked(session, full=full))


rows = [
    Row(
        "POST",
        "/session/v1/session",
        create_or_join,
        needs("session:create", "session:*"),
        gives(words.SessionJoinResponse, 400, 404, 413),
        takes=words.CreateOrJoinRequest,
    ),
    Row(
        "GET",
        PATH,
        get_session,
        needs("session:read:any", "session:*", own="session:read:self"),
        reads(words.Session, 404),
        path=words.SessionPath,
        query=words.TtlQuery,
        headers_in=IfNoneMatch,
        headers=TAGGED,
    ),
    Row(
        "PATCH",
        PATH,
        update_session,
        needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN),
        gives(words.Session, 400, 404, 409, 413),
        path=words.SessionPath,
        takes=words.SessionUpdate,
        headers=MARKED,
    ),
]
