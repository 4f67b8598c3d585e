"""Who is in a session, and which sessions a player is in."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from lobby.actions import membership
from lobby.actions import players as accounts
from lobby.actions import views as marks
from lobby.actions.membership import Wish
from lobby.api.dialect import Call, IfNoneMatch, Row
from lobby.api.player_services import views
from lobby.api.player_services.answers import (
    MARKED,
    TAGGED,
    answer,
    digested,
    done,
    gives,
    reads,
    session_id,
)
from lobby.api.player_services.clients import client_of
from lobby.domain.errors import AccountNotFound, NotSeated
from lobby.domain.permissions import Role, needs
from lobby.domain.platforms import Client
from lobby.domain.sessions import Session
from protocol.player_services import players as words
from protocol.player_services.sessions import SessionPath

SEAT = "/session/v1/session/{session_id}/player"
SESSIONS = "/session/v1/player"

JOINING = needs("session:update-player:any", "session:*", own="session:update-player:self")
PLACING = needs("session:promote:any", "session:*", own="session:promote:self", role=Role.ADMIN)
REMOVING = needs(
    "session:update-player:any", "session:*", own="session:update-player:self", role=Role.ADMIN
)
LEAVING = needs("session:update:any", "session:*", own="session:update:self")
READING = needs("session:read-player:any", "session:*", own="session:read-player:self")


async def join(
    call: Call, path: SessionPath, body: words.SelfSessionPlayerUpdateRequest
) -> Response:
    """Come in or, when inside, say otherwise what you bring."""
    id, player = session_id(path.session_id), call.permit.actor.uuid
    session = await membership.enter(
        call.lobby, call.permit, id=id, player=player, wish=wish_of(body, client_of(call, body))
    )
    return placed(call, session, player)


async def leave(call: Call, path: SessionPath) -> Response:
    """Leave, or decline an invitation; whoever serves the session stops."""
    return await _dismiss(call, path.session_id, call.permit.actor.uuid)


async def place(
    call: Call, path: words.SeatPath, body: words.SessionPlayerUpdateRequest
) -> Response:
    """Add, invite, promote or move a player, or say what is known of them."""
    return await _place(call, path.session_id, path.player_uuid, body)


async def place_by_id(
    call: Call, path: words.SeatIdPath, body: words.SessionPlayerUpdateRequest
) -> Response:
    """The same by the older name of a player."""
    player = (await accounts.numbered(call.lobby, path.player_id)).uuid
    return _untagged(await _place(call, path.session_id, player, body))


async def dismiss(call: Call, path: words.SeatPath) -> Response:
    """Leave, ask a player to leave, or take an invitation back."""
    return await _dismiss(call, path.session_id, path.player_uuid)


async def dismiss_by_id(call: Call, path: words.SeatIdPath) -> Response:
    """The same by the older name of a player."""
    try:
        player = (await accounts.numbered(call.lobby, path.player_id)).uuid
    except AccountNotFound:
        raise NotSeated from None
    return _untagged(await _dismiss(call, path.session_id, player))


async def list_sessions(call: Call, path: words.PlayerPath) -> Response:
    """The sessions that a player is in, and those they are invited to."""
    return await _sessions_of(call, path.player_uuid)


async def list_sessions_by_id(call: Call, path: words.PlayerIdPath) -> Response:
    """The same by the older name of a player."""
    try:
        player = (await accounts.numbered(call.lobby, path.player_id)).uuid
    except AccountNotFound:
        player = ""
    return _untagged(await _sessions_of(call, player))


async def list_own_sessions(call: Call) -> Response:
    """The sessions that you are in, and those you are invited to."""
    return await _sessions_of(call, call.permit.actor.uuid)


def wish_of(
    body: words.SessionPlayerUpdateRequest | words.SelfSessionPlayerUpdateRequest,
    client: Client | None = None,
) -> Wish:
    """A status or custom data that was not said is none, whatever their defaults say."""
    said = body.model_fields_set
    return Wish(
        status=body.status.value if "status" in said else None,
        team=body.team_id,
        custom_data=body.custom_data if "custom_data" in said else None,
        client=client,
    )


def placed(call: Call, session: Session, player: str) -> Response:
    held = session.held_by(player)
    if held is None:
        raise NotSeated
    said = words.SessionPlayerUpdateResponse(
        status=views.status(session, held[1]),
        team_id=held[1].team,
        custom_data=held[1].custom_data,
    )
    return answer(said, headers={"ETag": _mark(call, session)})


async def _place(
    call: Call, id: str, player: str, body: words.SessionPlayerUpdateRequest
) -> Response:
    session = await membership.place(
        call.lobby, call.permit, id=session_id(id), player=player, wish=wish_of(body)
    )
    return placed(call, session, player)


async def _dismiss(call: Call, id: str, player: str) -> Response:
    session = await membership.dismiss(call.lobby, call.permit, id=session_id(id), player=player)
    return done(etag=_mark(call, session))


async def _sessions_of(call: Call, player: str) -> Response:
    found = await membership.sessions_of(call.lobby, call.permit, player=player)
    said: dict[str, Any] = {}
    for type in sorted({session.template for session in found}):
        mine = [session for session in found if session.template == type]
        said[type] = words.PlayerSession(
            type=type,
            session_ids=[str(session.id) for session in mine if session.sits(player)],
            pending_invites=_invites([s for s in mine if s.invited(player)], player),
        )
    latest = membership.latest(found, player)
    when = views.moment(latest) if latest else None
    return digested(call, words.PlayerSessions(sessions=said, last_updated_timestamp=when))


def _invites(inviting: list[Session], player: str) -> dict[str, words.PlayerSessionInvite]:
    seats = {str(session.id): session.held_by(player) for session in inviting}
    return {
        id: words.PlayerSessionInvite(session_id=id, inviting_player_uuid=held[1].inviter)
        for id, held in seats.items()
        if held is not None
    }


def _mark(call: Call, session: Session) -> str:
    return marks.marked(session, full=marks.sees_all(session, call.permit))


def _untagged(response: Response) -> Response:
    """The oldest forms have no tag."""
    if "etag" in response.headers:
        del response.headers["etag"]
    return response


def _seat_rows(tail: str, *, tag: bool = True) -> list[Row]:
    path = words.SeatPath if tag else words.SeatIdPath
    headers = MARKED if tag else {}
    gone = {204: MARKED[200]} if tag else {}
    return [
        Row(
            "POST",
            SEAT + tail,
            place if tag else place_by_id,
            PLACING,
            gives(words.SessionPlayerUpdateResponse, 400, 404, 409, 413),
            path=path,
            takes=words.SessionPlayerUpdateRequest,
            headers=headers,
        ),
        Row(
            "DELETE",
            SEAT + tail,
            dismiss if tag else dismiss_by_id,
            REMOVING,
            gives(None, 404, 409, status=204),
            path=path,
            headers=gone,
        ),
    ]


def _list_row(tail: str) -> Row:
    return Row(
        "GET",
        SESSIONS + tail,
        list_sessions,
        READING,
        reads(words.PlayerSessions),
        path=words.PlayerPath,
        headers_in=IfNoneMatch,
        headers=TAGGED,
    )


rows = [
    Row(
        "POST",
        SEAT + "/me",
        join,
        JOINING,
        gives(words.SessionPlayerUpdateResponse, 400, 404, 409, 413),
        path=SessionPath,
        takes=words.SelfSessionPlayerUpdateRequest,
        headers=MARKED,
    ),
    Row(
        "DELETE", SEAT + "/me", leave, LEAVING, gives(None, 404, 409, status=204), path=SessionPath
    ),
    *_seat_rows("/{player_uuid}"),
    *_seat_rows("/uuid/{player_uuid}"),
    *_seat_rows("/id/{player_id}", tag=False),
    Row(
        "GET",
        SESSIONS + "/me/session",
        list_own_sessions,
        READING,
        reads(words.PlayerSessions),
        headers_in=IfNoneMatch,
        headers=TAGGED,
    ),
    _list_row("/{player_uuid}/session"),
    _list_row("/uuid/{player_uuid}/session"),
    Row(
        "GET",
        SESSIONS + "/id/{player_id}/session",
        list_sessions_by_id,
        READING,
        gives(words.PlayerSessions),
        path=words.PlayerIdPath,
    ),
]
