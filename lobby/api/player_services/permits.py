"""Endpoints of what a member may do to others, and of the sizes of teams."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.sessions import lifecycle, permits, teams
from lobby.api.dialect import Call, Row
from lobby.api.player_services import sessions, views
from lobby.api.player_services.responses import answer, gives, session_id
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.edits import TeamEdit
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol.player_services import permits as words
from protocol.player_services.players import SeatPath
from protocol.player_services.sessions import SessionTeam
from protocol.player_services.team_update import TeamUpdate
from protocol.player_services.teams import PermissionPath, TeamPath

PATH = "/session/v1/session/{session_id}/player/{player_uuid}/permission"
ONE = PATH + "/{permission}"
TEAM = "/session/v1/session/{session_id}/team/{team_id}"
READING = needs(
    "session:read-player:any", "session:*", own="session:read-player:self", role=Role.ACTIVE
)
GIVING = needs(
    "session:update-player:any",
    "session:*",
    own="session:give:permission:active",
    role=Role.ADMIN,
)
TAKING = needs(
    "session:update-player:any",
    "session:*",
    own="session:remove:permission:active",
    role=Role.ADMIN,
)
SIZING = needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN)


async def get_permissions(call: Call, path: SeatPath) -> Response:
    """What a member was given to do to others."""
    session = await lifecycle.read(
        call.lobby, call.permit, id=session_id(path.session_id), refresh_ttl=False
    )
    session.require(call.permit)
    return _permitted(session, path.player_uuid)


async def give_permission(call: Call, path: PermissionPath) -> Response:
    """Let a member invite, kick or move others, until they leave."""
    session = await permits.give(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        player=path.player_uuid,
        power=Power(path.permission.value),
    )
    return _permitted(session, path.player_uuid)


async def take_permission(call: Call, path: PermissionPath) -> Response:
    """Take it back."""
    session = await permits.take(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        player=path.player_uuid,
        power=Power(path.permission.value),
    )
    return _permitted(session, path.player_uuid)


async def permission_again(call: Call, effect: Effect, path: PermissionPath) -> Response:
    return _permitted(await sessions.read_now(call, path.session_id), path.player_uuid)


def _permitted(session: Session, player: str) -> Response:
    held = [words.IntraSessionPermission(power.value) for power in session.permits_of(player)]
    return answer(words.SessionPermissions(player_uuid=player, permissions=held))


async def update_team(call: Call, path: TeamPath, body: TeamUpdate) -> Response:
    """Change how many seats a team has, and its custom data. Seats are added at the end."""
    edit = TeamEdit(body.max_size, body.custom_data)
    session = await teams.edit(
        call.lobby, call.permit, id=session_id(path.session_id), team=path.team_id, edit=edit
    )
    return _team(call, session, path.team_id)


async def update_team_again(
    call: Call, effect: Effect, path: TeamPath, body: TeamUpdate
) -> Response:
    return _team(call, await sessions.read_now(call, path.session_id), path.team_id)


def _team(call: Call, session: Session, number: int) -> Response:
    return answer(views.teams(session, full=True, viewer=call.permit.actor.uuid)[number])


rows = [
    Row(
        "GET",
        PATH,
        get_permissions,
        READING,
        gives(words.SessionPermissions, 404),
        path=SeatPath,
    ),
    Row(
        "PATCH",
        ONE,
        give_permission,
        GIVING,
        gives(words.SessionPermissions, 404),
        path=PermissionPath,
        again=permission_again,
    ),
    Row(
        "DELETE",
        ONE,
        take_permission,
        TAKING,
        gives(words.SessionPermissions, 404),
        path=PermissionPath,
        again=permission_again,
    ),
    Row(
        "PATCH",
        TEAM,
        update_team,
        SIZING,
        gives(SessionTeam, 400, 404, 409, 413),
        path=TeamPath,
        takes=TeamUpdate,
        again=update_team_again,
    ),
]
