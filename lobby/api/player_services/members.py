"""Endpoints of members: pages of them, and what is done to one of them by verbs of their own."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.changes.views import sees_all
from lobby.actions.sessions import invitations, lifecycle, teams
from lobby.api.dialect import Call, Row
from lobby.api.player_services import players, sessions, views
from lobby.api.player_services.responses import WITH_ETAG, answer, gives, session_id
from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol.player_services import teams as words
from protocol.player_services.players import (
    SeatPath,
    SessionPlayer,
    SessionPlayerUpdateRequest,
    SessionPlayerUpdateResponse,
)
from protocol.player_services.sessions import SessionPath

PATH = "/session/v1/session/{session_id}/player"
SEAT = "/session/v2/session/{session_id}/player/{player_uuid}"
READING = needs("session:read-player:any", "session:*", own="session:read-player:self")
CHANGING = needs(
    "session:update-player:any", "session:*", own="session:update-player:self", role=Role.ADMIN
)


async def list_members(call: Call, path: SessionPath, query: words.MembersQuery) -> Response:
    """Who is in the session, who is invited, and on which team; in the order of their seats."""
    session, full = await _read(call, path.session_id)
    viewer = call.permit.actor.uuid
    shown = [
        (int(held.name), held.player)
        for held in session.seats.held()
        if int(held.name) >= query.cursor
        and views.shows(held.seat, held.player, full=full, viewer=viewer)
    ]
    page, rest = sorted(shown)[: query.page_size], sorted(shown)[query.page_size :]
    on_page = {player for _, player in page}
    found = views.teams(session, full=full, viewer=viewer, only=on_page)
    return answer(words.SessionMembers(teams=found, cursor=rest[0][0] if rest else 0))


async def get_member(call: Call, path: SeatPath) -> Response:
    """One who is in the session, or is invited."""
    session, full = await _read(call, path.session_id)
    return answer(_member(call, session, path.player_uuid, full=full))


async def invite_member(call: Call, path: SeatPath, body: words.PlayerInviteRequest) -> Response:
    """Hold a seat for the player and tell them. The leader may, and who was given `invite`."""
    said = body.custom_data if "custom_data" in body.model_fields_set else None
    session = await invitations.invite(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        player=path.player_uuid,
        edit=MemberEdit(team=body.team_id, custom_data=said),
        seconds=call.lobby.catalogue.server.invite_ttl_s,
    )
    return players.placed(call, session, path.player_uuid)


async def move_member(call: Call, path: SeatPath, body: words.PlayerMoveRequest) -> Response:
    """Move a member to another team: yourself or, as the leader or with `move`, another."""
    session = await teams.move(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        player=path.player_uuid,
        team=body.team_id,
    )
    return players.placed(call, session, path.player_uuid)


async def place_member(call: Call, path: SeatPath, body: SessionPlayerUpdateRequest) -> Response:
    """Add, invite, promote or move a player, or change their data."""
    return await players.place_any(call, path.session_id, path.player_uuid, body)


async def placed_again(call: Call, effect: Effect, path: SeatPath, body: object) -> Response:
    return await players.placed_now(call, path.session_id, path.player_uuid)


async def swap_members(call: Call, path: SessionPath, body: words.PlayerSwapRequest) -> Response:
    """Two members of different teams take each other's seats, also where none is free. The leader
    is not swapped."""
    one, other = body.players
    session = await teams.swap(
        call.lobby, call.permit, id=session_id(path.session_id), one=one, other=other
    )
    return _swapped(call, session, body)


async def swap_members_again(
    call: Call, effect: Effect, path: SessionPath, body: words.PlayerSwapRequest
) -> Response:
    return _swapped(call, await sessions.read_now(call, path.session_id), body)


def _swapped(call: Call, session: Session, body: words.PlayerSwapRequest) -> Response:
    full = sees_all(session, call.permit)
    both = [_member(call, session, player, full=full) for player in body.players]
    return answer(words.PlayerSwapResponse(players=both))


async def _read(call: Call, id: str) -> tuple[Session, bool]:
    """The session, and whether the caller sees all of it."""
    session = await lifecycle.read(call.lobby, call.permit, id=session_id(id), refresh_ttl=False)
    return session, sees_all(session, call.permit)


def _member(call: Call, session: Session, player: str, *, full: bool) -> SessionPlayer:
    viewer = call.permit.actor.uuid
    for team in views.teams(session, full=full, viewer=viewer, only={player}):
        for found in team.players:
            return found
    raise NotSeated


rows = [
    Row(
        "GET",
        PATH,
        list_members,
        READING,
        gives(words.SessionMembers, 404),
        path=SessionPath,
        query=words.MembersQuery,
    ),
    Row(
        "POST",
        PATH + ":swap",
        swap_members,
        CHANGING,
        gives(words.PlayerSwapResponse, 404, 409, 413),
        path=SessionPath,
        takes=words.PlayerSwapRequest,
        again=swap_members_again,
    ),
    Row(
        "GET",
        PATH + "/{player_uuid}",
        get_member,
        READING,
        gives(SessionPlayer, 404),
        path=SeatPath,
    ),
    Row(
        "POST",
        SEAT + ":invite",
        invite_member,
        CHANGING,
        gives(SessionPlayerUpdateResponse, 400, 404, 409, 413),
        path=SeatPath,
        takes=words.PlayerInviteRequest,
        headers=WITH_ETAG,
        again=placed_again,
    ),
    Row(
        "POST",
        SEAT + ":move",
        move_member,
        CHANGING,
        gives(SessionPlayerUpdateResponse, 404, 409, 413),
        path=SeatPath,
        takes=words.PlayerMoveRequest,
        headers=WITH_ETAG,
        again=placed_again,
    ),
    Row(
        "POST",
        SEAT,
        place_member,
        players.PLACING,
        gives(SessionPlayerUpdateResponse, 400, 404, 409, 413),
        path=SeatPath,
        takes=SessionPlayerUpdateRequest,
        headers=WITH_ETAG,
        again=placed_again,
    ),
]
