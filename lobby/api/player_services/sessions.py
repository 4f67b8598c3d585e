"""Endpoints of sessions: create or join, read, update."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import Response

from lobby.actions.changes.views import sees_all
from lobby.actions.sessions import asking, lifecycle, members
from lobby.actions.sessions import create_or_join as creation
from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Row
from lobby.api.player_services import views
from lobby.api.player_services.clients import asked_with, client_of
from lobby.api.player_services.edits import said_password
from lobby.api.player_services.responses import (
    CONDITIONAL,
    WITH_ETAG,
    answer,
    gives,
    reads,
    session_id,
    tagged,
)
from lobby.api.player_services.tags import tag
from lobby.domain.errors import Malformed, SessionNotFound
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.edits import TeamEdit
from lobby.domain.sessions.entry import Entry, Joinability
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol.codec import problem
from protocol.player_services import sessions as words

PATH = "/session/v1/session/{session_id}"
BOTH = "say either joinable or joinability"
READING = needs("session:read:any", "session:*", own="session:read:self")


async def create_or_join(call: Call, body: words.CreateOrJoinRequest) -> Response:
    """Join the oldest session of the type that has room, if the type allows; else create one."""
    session = await creation.create_or_join(
        call.lobby,
        call.permit,
        session_type=body.session_type,
        region=body.region_id,
        client=client_of(call, body),
        password=said_password(call, body.password),
    )
    return answer(words.SessionJoinResponse(session_id=str(session.id)))


async def create_or_join_again(
    call: Call, effect: Effect, body: words.CreateOrJoinRequest
) -> Response:
    """The session that was created or joined, with what a killed process left undone."""
    lobby, id = call.lobby, int(effect.key)
    if not effect.ended:
        with suppress(SessionNotFound):
            await members.complete_join(lobby, call.permit, id=id)
            await creation.complete(lobby, call.permit, id=id)
    return answer(words.SessionJoinResponse(session_id=str(id)))


async def get_session(call: Call, path: words.SessionPath, query: words.TtlQuery) -> Response:
    """The session: the full view for its members, a limited one for everybody else."""
    session = await lifecycle.read(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        refresh_ttl=query.refresh_ttl,
    )
    return shown(call, session)


async def update_session(
    call: Call, path: words.SessionPath, body: words.SessionUpdate
) -> Response:
    """Change region, custom data, password, or whether others may join; fields that are absent
    stay."""
    if body.joinable is not None and body.joinability is not None:
        raise Malformed([problem("value_error", BOTH, "body", "joinability")])
    session = await lifecycle.update(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        region=body.region_id,
        custom_data=body.custom_data,
        entry=None if body.joinable is None else Entry.of(body.joinable),
        joinability=_joinability(body.joinability),
        password=said_password(call, body.password, clears="password" in body.model_fields_set),
        team_edits=[TeamEdit(one.max_size, one.custom_data) for one in body.teams or ()],
    )
    return shown(call, session)


def _joinability(said: words.SessionJoinability | None) -> Joinability | None:
    return None if said is None else Joinability(said.open, said.friends, said.platform)


async def ask(call: Call, path: words.SessionPath, query: words.SessionAskQuery) -> Response:
    """Whether you may join this session now, and if not, why."""
    asked = session_id(path.session_id)
    answers = await asking.ask(
        call.lobby, call.permit, ids=[asked], code=call.code, client=asked_with(call, query)
    )
    if asked not in answers:
        raise SessionNotFound
    return answer(words.SessionAskResponse(may=answers[asked].may, why=answers[asked].why))


async def update_session_again(
    call: Call, effect: Effect, path: words.SessionPath, body: words.SessionUpdate
) -> Response:
    return shown(call, await read_now(call, path.session_id))


async def read_now(call: Call, id: str) -> Session:
    """The session as it is now, for who repeats a request."""
    return await lifecycle.read(call.lobby, call.permit, id=session_id(id), refresh_ttl=False)


def shown(call: Call, session: Session) -> Response:
    """The session in the caller's view, with the ETag of that view."""
    full = sees_all(session, call.permit)
    said = views.view(session, full=full, viewer=call.permit.actor.uuid)
    return tagged(call, said, tag(session.version, full=full))


rows = [
    Row(
        "POST",
        "/session/v1/session",
        create_or_join,
        needs("session:create", "session:*"),
        gives(words.SessionJoinResponse, 400, 404, 409, 413),
        takes=words.CreateOrJoinRequest,
        completes=True,
        again=create_or_join_again,
    ),
    Row(
        "GET",
        PATH + ":ask",
        ask,
        READING,
        gives(words.SessionAskResponse, 404),
        path=words.SessionPath,
        query=words.SessionAskQuery,
    ),
    Row(
        "GET",
        PATH,
        get_session,
        READING,
        reads(words.Session, 404),
        path=words.SessionPath,
        query=words.TtlQuery,
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row(
        "PATCH",
        PATH,
        update_session,
        needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN),
        gives(words.Session, 400, 404, 409, 413),
        path=words.SessionPath,
        takes=words.SessionUpdate,
        again=update_session_again,
        headers=WITH_ETAG,
    ),
]
