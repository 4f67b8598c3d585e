"""Endpoints of the sessions that a player is in."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from lobby.actions.accounts import moderation as accounts
from lobby.actions.sessions import members
from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Row
from lobby.api.player_services import views
from lobby.api.player_services.players import untagged
from lobby.api.player_services.responses import CONDITIONAL, gives, reads, tagged_by_content
from lobby.domain.errors import AccountNotFound
from lobby.domain.permissions import needs
from lobby.domain.sessions.session import Session
from protocol.player_services import players as words

SESSIONS = "/session/v1/player"

READING = needs("session:read-player:any", "session:*", own="session:read-player:self")


async def list_sessions(call: Call, path: words.PlayerPath) -> Response:
    """The sessions that a player is in, and those they are invited to."""
    return await _sessions_of(call, path.player_uuid)


async def list_sessions_by_id(call: Call, path: words.PlayerIdPath) -> Response:
    """The sessions that a player is in, and those they are invited to, by the player's number."""
    try:
        player = (await accounts.by_number(call.lobby, path.player_id)).uuid
    except AccountNotFound:
        player = ""
    return untagged(await _sessions_of(call, player))


async def list_own_sessions(call: Call) -> Response:
    """The sessions that you are in, and those you are invited to."""
    return await _sessions_of(call, call.permit.actor.uuid)


async def _sessions_of(call: Call, player: str) -> Response:
    found = await members.of_player(call.lobby, call.permit, player=player)
    said: dict[str, Any] = {}
    for type in sorted({session.template for session in found}):
        mine = [session for session in found if session.template == type]
        said[type] = words.PlayerSession(
            type=type,
            session_ids=[str(session.id) for session in mine if session.seats.sits(player)],
            pending_invites=_invites([s for s in mine if s.seats.invited(player)], player),
        )
    held = [h.seat for session in found if (h := session.seats.held_by(player))]
    latest = max((seat.joined or seat.invited or 0 for seat in held), default=None)
    when = views.moment(latest) if latest else None
    return tagged_by_content(call, words.PlayerSessions(sessions=said, last_updated_timestamp=when))


def _invites(inviting: list[Session], player: str) -> dict[str, words.PlayerSessionInvite]:
    seats = {str(session.id): session.seats.of(player).seat for session in inviting}
    return {
        id: words.PlayerSessionInvite(session_id=id, inviting_player_uuid=seat.inviter)
        for id, seat in seats.items()
    }


def _list_row(tail: str, *, deprecated: bool = False) -> Row:
    return Row(
        "GET",
        SESSIONS + tail,
        list_sessions,
        READING,
        reads(words.PlayerSessions),
        path=words.PlayerPath,
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
        deprecated=deprecated,
    )


rows = [
    Row(
        "GET",
        SESSIONS + "/me/session",
        list_own_sessions,
        READING,
        reads(words.PlayerSessions),
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    _list_row("/{player_uuid}/session"),
    _list_row("/uuid/{player_uuid}/session", deprecated=True),
    Row(
        "GET",
        SESSIONS + "/id/{player_id}/session",
        list_sessions_by_id,
        READING,
        gives(words.PlayerSessions),
        path=words.PlayerIdPath,
        deprecated=True,
    ),
]
