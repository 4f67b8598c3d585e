"""Endpoints of a session's event log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions.sessions import event_log
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import answer, gives, session_id
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Role, needs
from protocol.events import SessionEventEntry
from protocol.player_services.events import (
    EventsQuery,
    SessionEvent,
    SessionEventCreateRequest,
    SessionEvents,
)
from protocol.player_services.sessions import SessionPath

READING = needs("session:read-player:any", "session:*", own="session:read:event", role=Role.ACTIVE)
WRITING = needs("session:update:any", "session:*", own="session:update:event", role=Role.ACTIVE)
PATH = "/session/v1/session/{session_id}/event"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def list_events(call: Call, path: SessionPath, query: EventsQuery) -> Response:
    """A page of the session's event log, oldest first; empty for who is not in the session."""
    try:
        id = session_id(path.session_id)
    except SessionNotFound:
        return answer(SessionEvents())
    number, size = query.page_num, query.page_size
    found = await event_log.page(call.lobby, call.permit, id=id, number=number, size=size)
    return answer(SessionEvents(events=[event(entry) for entry in found]))


async def add_event(call: Call, path: SessionPath, body: SessionEventCreateRequest) -> Response:
    """Add an event that happened on a client or a game server."""
    await event_log.add(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        code=body.event_code,
        description=body.description,
        custom_data=body.custom_data,
        at=seconds(body.timestamp),
    )
    return JSONResponse({})


def event(entry: SessionEventEntry) -> SessionEvent:
    """A log entry in this document's form."""
    said = {
        "event_code": entry.code,
        "description": entry.description,
        "source_player_id": entry.source_number,
        "source_player_uuid": entry.source,
        "target_player_id": entry.target_number,
        "target_player_uuid": entry.target,
        "instance": entry.instance,
        "match": entry.match,
        "platform": entry.platform,
        "platform_session_id_base64": entry.platform_session,
        "custom_data": {**entry.custom_data, **_why(entry)},
        "timestamp": EPOCH + timedelta(milliseconds=round(entry.at * 1000)),
    }
    return SessionEvent.model_validate(said, strict=False)


def _why(entry: SessionEventEntry) -> dict[str, str]:
    """Why somebody went or the session ended, where this document has room for it."""
    return {name: text for name in ("reason", "said") if (text := getattr(entry, name))}


def seconds(time: datetime) -> float:
    """Unix seconds, cut to milliseconds as they are shown again. Rounded up, the last moment of the
    last year would overflow."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000).timestamp()


rows = [
    Row(
        "GET",
        PATH,
        list_events,
        READING,
        gives(SessionEvents, 404),
        path=SessionPath,
        query=EventsQuery,
    ),
    Row(
        "POST",
        PATH,
        add_event,
        WRITING,
        gives(Any, 404, 413),
        path=SessionPath,
        takes=SessionEventCreateRequest,
    ),
]
