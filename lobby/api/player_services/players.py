"""Endpoints of a session's members."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.accounts import moderation as accounts
from lobby.actions.changes import change
from lobby.actions.sessions import exclusions, members
from lobby.api.dialect import Call, Endpoint, Row
from lobby.api.player_services import sessions, views
from lobby.api.player_services.clients import client_of
from lobby.api.player_services.edits import (
    PLACINGS,
    asked_status,
    edit_of,
    own_edit,
    require_own,
    said_password,
)
from lobby.api.player_services.responses import (
    TELLS_WHY,
    WITH_ETAG,
    answer,
    gives,
    no_content,
    session_id,
)
from lobby.api.player_services.tags import tag_for
from lobby.domain.errors import AccountNotFound, NotSeated
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol.player_services import players as words
from protocol.player_services.sessions import SessionPath

SESSION = "/session/v1/session/{session_id}"
SEAT = SESSION + "/player"

JOINING = needs("session:update-player:any", "session:*", own="session:update-player:self")
PLACING = needs("session:promote:any", "session:*", own="session:promote:self", role=Role.ADMIN)
REMOVING = needs(
    "session:update-player:any", "session:*", own="session:update-player:self", role=Role.ADMIN
)
LEAVING = needs("session:update:any", "session:*", own="session:update:self")


async def join(
    call: Call, path: SessionPath, body: words.SelfSessionPlayerUpdateRequest
) -> Response:
    """Join the session or, as a member, change your own data."""
    id, player = session_id(path.session_id), call.permit.actor.uuid
    said = own_edit(body, client_of(call, body))
    session = await members.join(
        call.lobby,
        call.permit,
        id=id,
        edit=said,
        friend=body.friend_uuid,
        code=call.code,
        password=said_password(call, body.password),
        rejoin=True,
    )
    return placed(call, session, player)


async def join_again(
    call: Call, effect: Effect, path: SessionPath, body: words.SelfSessionPlayerUpdateRequest
) -> Response:
    return await placed_now(call, path.session_id, call.permit.actor.uuid)


async def leave(call: Call, path: SessionPath, query: words.LeavingQuery) -> Response:
    """Leave the session, or decline an invitation; the player who hosts it ends that."""
    return await _dismiss(call, path.session_id, call.permit.actor.uuid, said=query.reason)


async def left_again(call: Call, effect: Effect, **said: object) -> Response:
    """A session that a killed process left empty ends."""
    if effect.key:
        await change.complete(call.lobby, int(effect.key))
    return no_content()


async def place(
    call: Call, path: words.SeatPath, body: words.SessionPlayerUpdateRequest
) -> Response:
    """Add, invite, promote or move a player, or change their data."""
    return await place_any(call, path.session_id, path.player_uuid, body)


async def place_by_id(
    call: Call, path: words.SeatIdPath, body: words.SessionPlayerUpdateRequest
) -> Response:
    """Add, invite, promote or move a player by number, or change their data."""
    player = (await accounts.by_number(call.lobby, path.player_id)).uuid
    return untagged(await place_any(call, path.session_id, player, body))


async def place_again(
    call: Call, effect: Effect, path: words.SeatPath, body: words.SessionPlayerUpdateRequest
) -> Response:
    return await placed_now(call, path.session_id, path.player_uuid)


async def place_by_id_again(
    call: Call, effect: Effect, path: words.SeatIdPath, body: words.SessionPlayerUpdateRequest
) -> Response:
    player = (await accounts.by_number(call.lobby, path.player_id)).uuid
    return untagged(await placed_now(call, path.session_id, player))


async def dismiss(call: Call, path: words.SeatPath, query: words.KickQuery) -> Response:
    """Leave, kick a player, or withdraw an invitation."""
    return await _dismiss(call, path.session_id, path.player_uuid, said=query.reason or "")


async def dismiss_by_uuid(call: Call, path: words.SeatPath) -> Response:
    """Leave, kick a player, or withdraw an invitation."""
    return await _dismiss(call, path.session_id, path.player_uuid)


async def dismiss_by_id(call: Call, path: words.SeatIdPath) -> Response:
    """Leave, kick a player by number, or withdraw an invitation."""
    try:
        player = (await accounts.by_number(call.lobby, path.player_id)).uuid
    except AccountNotFound:
        raise NotSeated from None
    return untagged(await _dismiss(call, path.session_id, player))


def placed(call: Call, session: Session, player: str) -> Response:
    seat = session.seats.of(player).seat
    said = words.SessionPlayerUpdateResponse(
        status=views.status(session, seat), team_id=seat.team, custom_data=seat.custom_data
    )
    return answer(said, headers={"ETag": tag_for(session, call.permit)})


async def placed_now(call: Call, id: str, player: str) -> Response:
    """The player's seat as it is now."""
    if player == call.permit.actor.uuid:
        await members.complete_join(call.lobby, call.permit, id=session_id(id))
    return placed(call, await sessions.read_now(call, id), player)


async def place_any(
    call: Call, id: str, player: str, body: words.SessionPlayerUpdateRequest
) -> Response:
    if player == call.permit.actor.uuid:
        require_own(body)
    session = await PLACINGS[asked_status(body)](
        call.lobby, call.permit, id=session_id(id), player=player, edit=edit_of(body)
    )
    return placed(call, session, player)


async def pardon(call: Call, path: SessionPath, body: words.PardonRequest) -> Response:
    """Let a player come back who is kept out of the session."""
    id = session_id(path.session_id)
    session = await exclusions.pardon(call.lobby, call.permit, id=id, player=body.player_uuid)
    return no_content(etag=tag_for(session, call.permit))


async def _dismiss(call: Call, id: str, player: str, *, said: str = "") -> Response:
    """A player who names themselves leaves; anybody else is kicked."""
    lobby, permit, key = call.lobby, call.permit, session_id(id)
    if player == permit.actor.uuid:
        session = await members.leave(lobby, permit, id=key, said=said)
    else:
        session = await exclusions.kick(lobby, permit, id=key, player=player, said=said, again=True)
    return no_content(etag=tag_for(session, call.permit))


def untagged(response: Response) -> Response:
    """Without ETag, which the oldest versions of the operations do not have."""
    if "etag" in response.headers:
        del response.headers["etag"]
    return response


def _seat_rows(tail: str, *, tag: bool = True, deprecated: bool = False) -> list[Row]:
    path = words.SeatPath if tag else words.SeatIdPath
    headers = WITH_ETAG | TELLS_WHY if tag else TELLS_WHY
    gone = {204: WITH_ETAG[200]} if tag else {}
    reasoned = tag and not deprecated
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
            again=place_again if tag else place_by_id_again,
            deprecated=deprecated,
        ),
        Row(
            "DELETE",
            SEAT + tail,
            _dismissing(tail),
            REMOVING,
            gives(None, *([400] if reasoned else []), 404, 409, status=204),
            path=path,
            query=words.KickQuery if reasoned else None,
            headers=gone,
            again=left_again,
            deprecated=deprecated,
        ),
    ]


def _dismissing(tail: str) -> Endpoint:
    """Only the newest path takes a reason."""
    if "player_id" in tail:
        return dismiss_by_id
    return dismiss_by_uuid if "/uuid/" in tail else dismiss


rows = [
    Row(
        "POST",
        SEAT + "/me",
        join,
        JOINING,
        gives(words.SessionPlayerUpdateResponse, 400, 404, 409, 413),
        path=SessionPath,
        takes=words.SelfSessionPlayerUpdateRequest,
        headers=WITH_ETAG | TELLS_WHY,
        again=join_again,
    ),
    Row(
        "DELETE",
        SEAT + "/me",
        leave,
        LEAVING,
        gives(None, 400, 404, 409, status=204),
        path=SessionPath,
        query=words.LeavingQuery,
        again=left_again,
    ),
    *_seat_rows("/{player_uuid}"),
    *_seat_rows("/uuid/{player_uuid}", deprecated=True),
    *_seat_rows("/id/{player_id}", tag=False, deprecated=True),
    Row(
        "POST",
        SESSION + ":pardon",
        pardon,
        REMOVING,
        gives(None, 404, 413, status=204),
        path=SessionPath,
        takes=words.PardonRequest,
        headers={204: WITH_ETAG[200]},
    ),
]
