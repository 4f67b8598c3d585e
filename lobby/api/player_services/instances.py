"""The instance of a session: asked for by who leads it, reported on by who hosts it."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions import health, instances
from lobby.actions import views as marks
from lobby.api.dialect import Call, IfNoneMatch, Row
from lobby.api.player_services import sessions, views
from lobby.api.player_services.answers import (
    ETAG,
    TAGGED,
    answer,
    done,
    gives,
    reads,
    session_id,
)
from lobby.domain.instances import (
    Health,
    HostType,
    JoinParams,
    JoinStatus,
    Report,
    StartupParams,
)
from lobby.domain.permissions import Role, needs
from lobby.domain.session_errors import InstanceNotFound
from lobby.domain.sessions import Session
from protocol.player_services import instances as words
from protocol.player_services.sessions import AllocationPath, SessionPath
from protocol.player_services.sessions import Session as SessionWords

LEADING = needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN)
HOSTING = needs("session:update:any", "session:*", own="session:update:self", role=Role.HOST)
CHECKING = needs("session:*", own="session:instance:health", role=Role.HOST)
TELLING = needs("session:*", own="session:update:fubar", role=Role.ADMIN)
PATH = "/session/v1/session/{session_id}/instance"


async def get_allocated(call: Call, path: AllocationPath) -> Response:
    """The session that a game server was given under this id."""
    session = await instances.allocated(call.lobby, call.permit, allocation=path.allocation_id)
    return sessions.shown(call, session)


async def request_instance(call: Call, path: SessionPath, body: words.InstanceRequest) -> Response:
    """Ask for a game server, or host the session as a player."""
    said = body.instance_startup_params
    session = await instances.request(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        host_type=HostType(body.host_type.value),
        instance_id=body.instance_id,
        startup=StartupParams(**said.model_dump()) if said else None,
        host=body.host_player_uuid,
        custom_data=body.custom_data,
    )
    return answer(whole(session))


async def remove_instance(call: Call, path: SessionPath) -> Response:
    """The session is no longer played there; what was played is over."""
    session = await instances.remove(call.lobby, call.permit, id=session_id(path.session_id))
    return done(etag=marks.marked(session, full=marks.sees_all(session, call.permit)))


async def report_instance(
    call: Call, path: SessionPath, body: words.InstanceInfoUpdate
) -> Response:
    """How far the host is, and how players get there."""
    said = body.model_fields_set
    report = Report(
        allocation=body.allocation_id and body.allocation_id.lower(),
        status=JoinStatus(body.join_status.value) if body.join_status else None,
        join=JoinParams(**body.join_params.model_dump()) if body.join_params else None,
        version=body.version,
        custom_data=body.custom_data if "custom_data" in said else None,
    )
    id = session_id(path.session_id)
    return answer(whole(await instances.report(call.lobby, call.permit, id=id, report=report)))


async def report_health(
    call: Call, path: SessionPath, body: words.InstanceHealthStatusUpdate
) -> Response:
    """How the instance fares. What counts is answered; it may be worse than what was said."""
    status = await health.report(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        instance=body.instance_id,
        said=Health(body.instance_health.value),
    )
    counts = words.InstanceHealthStatus(status.value)
    return answer(words.InstanceHealthStatusResponse(updated_instance_health=counts))


async def report_fubar(call: Call, path: SessionPath, body: words.InstanceFubar) -> Response:
    """Tell the operator that players cannot play there."""
    provider = body.instance_source_provider
    await instances.fubar(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        instance=body.instance_id,
        error=body.error,
        region=body.region,
        profile=body.matchmaking_profile_id,
        provider=provider.value if provider else None,
    )
    return answer(words.FubarResponse())


def whole(session: Session) -> words.InstanceInfo:
    if session.instance is None:
        raise InstanceNotFound
    return views.instance(session.instance, full=True)


rows = [
    Row(
        "GET",
        "/session/v1/session/allocation/{allocation_id}",
        get_allocated,
        needs("session:read:allocation", "session:*"),
        reads(SessionWords, 404),
        path=AllocationPath,
        headers_in=IfNoneMatch,
        headers=TAGGED,
    ),
    Row(
        "POST",
        PATH,
        request_instance,
        LEADING,
        gives(words.InstanceInfo, 404, 409, 413),
        path=SessionPath,
        takes=words.InstanceRequest,
    ),
    Row(
        "DELETE",
        PATH,
        remove_instance,
        HOSTING,
        gives(None, 404, status=204),
        path=SessionPath,
        headers={204: {"ETag": ETAG}},
    ),
    Row(
        "PATCH",
        PATH,
        report_instance,
        HOSTING,
        gives(words.InstanceInfo, 404, 409, 413),
        path=SessionPath,
        takes=words.InstanceInfoUpdate,
    ),
    Row(
        "POST",
        f"{PATH}/health",
        report_health,
        CHECKING,
        gives(words.InstanceHealthStatusResponse, 404, 409, 413),
        path=SessionPath,
        takes=words.InstanceHealthStatusUpdate,
    ),
    Row(
        "POST",
        f"{PATH}/fubar",
        report_fubar,
        TELLING,
        gives(words.FubarResponse, 404, 413),
        path=SessionPath,
        takes=words.InstanceFubar,
    ),
]
