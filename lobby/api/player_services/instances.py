"""Endpoints of a session's instance: requested by its leader, reported on by its host."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.instances import health, instances
from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Row
from lobby.api.player_services import sessions, views
from lobby.api.player_services.responses import (
    CONDITIONAL,
    ETAG,
    answer,
    gives,
    no_content,
    reads,
    session_id,
)
from lobby.api.player_services.tags import tag_for
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.errors import InstanceNotFound
from lobby.domain.sessions.instances import (
    Health,
    HostType,
    InstanceReport,
    JoinParams,
    JoinStatus,
    StartupParams,
)
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol.player_services import instances as words
from protocol.player_services.sessions import AllocationPath, SessionPath
from protocol.player_services.sessions import Session as SessionWords

LEADING = needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN)
HOSTING = needs("session:update:any", "session:*", own="session:update:self", role=Role.HOST)
CHECKING = needs("session:*", own="session:instance:health", role=Role.HOST)
REPORTING = needs("session:*", own="session:update:fubar", role=Role.ADMIN)
PATH = "/session/v1/session/{session_id}/instance"


async def get_allocated(call: Call, path: AllocationPath) -> Response:
    """The session to which a game server was allocated, by the id of the allocation."""
    session = await instances.allocated(call.lobby, call.permit, allocation=path.allocation_id)
    return sessions.shown(call, session)


async def request_instance(call: Call, path: SessionPath, body: words.InstanceRequest) -> Response:
    """Request a game server for the session, or host it as a player."""
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
    return answer(instance_info(session))


async def remove_instance(call: Call, path: SessionPath) -> Response:
    """Remove the session's instance; a match on it ends."""
    session = await instances.remove(call.lobby, call.permit, id=session_id(path.session_id))
    return no_content(etag=tag_for(session, call.permit))


async def report_instance(
    call: Call, path: SessionPath, body: words.InstanceInfoUpdate
) -> Response:
    """Report the instance's state, and how players connect to it."""
    said = body.model_fields_set
    report = InstanceReport(
        allocation=body.allocation_id and body.allocation_id.lower(),
        status=JoinStatus(body.join_status.value) if body.join_status else None,
        join=JoinParams(**body.join_params.model_dump()) if body.join_params else None,
        version=body.version,
        custom_data=body.custom_data if "custom_data" in said else None,
    )
    id = session_id(path.session_id)
    return answer(
        instance_info(await instances.report(call.lobby, call.permit, id=id, report=report))
    )


async def report_health(
    call: Call, path: SessionPath, body: words.InstanceHealthStatusUpdate
) -> Response:
    """Report the instance's health. The response is the health that counts, which may be worse."""
    status = await health.report(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        instance=body.instance_id,
        reported=Health(body.instance_health.value),
    )
    counts = words.InstanceHealthStatus(status.value)
    return answer(words.InstanceHealthStatusResponse(updated_instance_health=counts))


async def report_fubar(call: Call, path: SessionPath, body: words.InstanceFubar) -> Response:
    """Report to the operator that players cannot play on the instance."""
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


async def instance_again(
    call: Call,
    effect: Effect,
    path: SessionPath,
    body: words.InstanceRequest | words.InstanceInfoUpdate,
) -> Response:
    return answer(instance_info(await sessions.read_now(call, path.session_id)))


async def health_again(
    call: Call, effect: Effect, path: SessionPath, body: words.InstanceHealthStatusUpdate
) -> Response:
    """The health that counts now."""
    instance = (await sessions.read_now(call, path.session_id)).instance
    if instance is None:
        raise InstanceNotFound
    counts = words.InstanceHealthStatus((instance.health or Health.UNKNOWN).value)
    return answer(words.InstanceHealthStatusResponse(updated_instance_health=counts))


async def fubar_again(
    call: Call, effect: Effect, path: SessionPath, body: words.InstanceFubar
) -> Response:
    return answer(words.FubarResponse())


def instance_info(session: Session) -> words.InstanceInfo:
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
        headers=CONDITIONAL,
    ),
    Row(
        "POST",
        PATH,
        request_instance,
        LEADING,
        gives(words.InstanceInfo, 404, 409, 413),
        path=SessionPath,
        takes=words.InstanceRequest,
        again=instance_again,
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
        again=instance_again,
    ),
    Row(
        "POST",
        f"{PATH}/health",
        report_health,
        CHECKING,
        gives(words.InstanceHealthStatusResponse, 404, 409, 413),
        path=SessionPath,
        takes=words.InstanceHealthStatusUpdate,
        again=health_again,
    ),
    Row(
        "POST",
        f"{PATH}/fubar",
        report_fubar,
        REPORTING,
        gives(words.FubarResponse, 404, 413),
        path=SessionPath,
        takes=words.InstanceFubar,
        again=fubar_again,
    ),
]
