"""The log of a session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions import events
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import answer, gives, session_id
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import needs
from protocol.events import SessionEventEntry
from protocol.player_services.events import (
    EventsQuery,
    SessionEvent,
    SessionEventCreateRequest,
    SessionEvents,
)
from protocol.player_services.sessions import SessionPath

READING = needs("session:read:event", "session:read-player:any", "session:*")
WRITING = needs("session:update:any", "session:update:event", "session:*")
PATH = "/session/v1/session/{session_id}/event"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def list_events(call: Call, path: SessionPath, query: EventsQuery) -> Response:
    """What has happened in the session, oldest first."""
    try:
        id = session_id(path.session_id)
    except SessionNotFound:
        return answer(SessionEvents())
    found = await events.page(call.lobby, id=id, number=query.page_num, size=query.page_size)
    return answer(SessionEvents(events=[event(entry) for entry in found]))


async def add_event(call: Call, path: SessionPath, body: SessionEventCreateRequest) -> Response:
    """Write down what happened on a client or a game server."""
    await events.add(
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
    """The entry in this document's words."""
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
        "custom_data": entry.custom_data,
        "timestamp": EPOCH + timedelta(milliseconds=round(entry.at * 1000)),
    }
    return SessionEvent.model_validate(said, strict=False)


def seconds(time: datetime) -> float:
    """Since 1970, as exactly as it is written out again: rounded up, the last moment of the last
    year would be none."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000).timestamp()


rows = [
    Row(
        "GET",
        PATH,
        list_events,
        READING,
        gives(SessionEvents),
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
