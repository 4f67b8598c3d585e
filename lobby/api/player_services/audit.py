"""Endpoints of the audit: what happened in a session, or to a player, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions.accounts import trail
from lobby.actions.sessions import event_log
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import answer, gives, session_id
from lobby.domain.errors import Malformed, SessionNotFound
from lobby.domain.permissions import Permit, Role, needs
from lobby.domain.trail import ACCOUNT
from protocol.codec import problem
from protocol.events import SessionEventEntry
from protocol.player_services import audit as words

PATH = "/session/v1/audit"
OF_SESSIONS = needs("session-audit:read:all", own="session-audit:read:self", role=Role.ACTIVE)
OF_PLAYERS = needs("session-player-audit:read:all", own="session-player-audit:read:self")
READING = needs(*OF_SESSIONS.outright, *OF_PLAYERS.outright, own=OF_SESSIONS.own | OF_PLAYERS.own)
WRITING = needs(
    "session-audit:update:all",
    "session-player-audit:update:all",
    own=("session-audit:update:self", "session-player-audit:update:self"),
    role=Role.ACTIVE,
)
PREFIX = "customer."
"""Of a name that a client gave: it passes for none of the lobby's."""


async def read(call: Call, query: words.AuditQuery) -> Response:
    """A page of what happened in a session, or to a player in sessions, the oldest first. Players
    read of sessions that they are in, and of themselves, without who did it to them."""
    actor = call.permit.actor
    if query.player_uuid is not None:
        found = await _of_player(call, OF_PLAYERS.permit(actor), query)
    elif query.session_id is not None:
        found = await _of_session(call, OF_SESSIONS.permit(actor), query.session_id)
    else:
        raise Malformed([problem("value_error", "name a session or a player")])
    wanted = [one for one in found if _within(one.event_datetime, query)]
    first = query.page_num * query.page_size
    return answer(words.AuditResponse(events=wanted[first : first + query.page_size]))


async def add(call: Call, body: words.CreateAuditRequest) -> Response:
    """Add an event to what happened in a session."""
    await event_log.add(
        call.lobby,
        call.permit,
        id=session_id(body.session_id),
        code=PREFIX + body.event_name,
        description="",
        custom_data=body.custom_data or {},
        target=body.player_uuid,
        said=body.reason,
        at=call.lobby.now(),
    )
    return JSONResponse({})


async def _of_session(call: Call, permit: Permit, id: str) -> list[words.AuditEvent]:
    """Of an unknown session nothing, as of one that the caller is not in."""
    try:
        number = session_id(id)
    except SessionNotFound:
        return []
    lines = await event_log.whole(call.lobby, permit, id=number)
    return [_event_of_line(id, line) for line in lines]


async def _of_player(call: Call, permit: Permit, query: words.AuditQuery) -> list[words.AuditEvent]:
    player = str(query.player_uuid)
    found = await trail.read(call.lobby, permit, account=player, session=query.session_id)
    entries = [one for one in found if one.get("session")]
    return [_event_of_entry(player, entry, whole=permit.outright) for entry in entries]


def _event_of_line(session: str, line: SessionEventEntry) -> words.AuditEvent:
    said: dict[str, Any] = {
        "event_name": line.code,
        "session_id": session,
        "event_datetime": _moment(line.at),
        "reason": line.reason or line.said,
        "player_uuid": line.target,
        "requesting_user_uuid": line.source,
        "custom_data": line.custom_data or None,
    }
    return words.AuditEvent.model_validate(said)


def _event_of_entry(player: str, entry: trail.Entry, *, whole: bool) -> words.AuditEvent:
    """`whole`: also who did it, and to whom."""
    by = str(entry.get("by", player))
    said: dict[str, Any] = {
        "event_name": entry.get("code") or entry["what"],
        "session_id": entry["session"],
        "event_datetime": _moment(entry["at"]),
        "reason": entry.get("reason"),
        "player_uuid": entry.get("target", player) if whole else player,
        "requesting_user_uuid": by if ACCOUNT.fullmatch(by) and (whole or by == player) else None,
    }
    return words.AuditEvent.model_validate(said)


def _within(at: datetime, query: words.AuditQuery) -> bool:
    after = query.start_date is None or at >= query.start_date
    return after and (query.end_date is None or at <= query.end_date)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(round(at, 3), UTC)


rows = [
    Row("GET", PATH, read, READING, gives(words.AuditResponse), query=words.AuditQuery),
    Row("POST", PATH, add, WRITING, gives(Any, 404, 413), takes=words.CreateAuditRequest),
]
