"""The match of a session, as game servers and leading players report it."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions import matches
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import answer, gives, session_id
from lobby.domain.permissions import Role, needs
from protocol.player_services.matches import MatchCreateRequest, MatchCreateResponse
from protocol.player_services.sessions import SessionPath

LEADING = needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN)
PATH = "/session/v1/session/{session_id}/match"


async def start_match(call: Call, path: SessionPath, body: MatchCreateRequest) -> Response:
    """Begin a match on the session's instance."""
    begun = await matches.start(call.lobby, call.permit, **_said(path, body))
    return answer(MatchCreateResponse(match_id=begun.id))


async def update_match(call: Call, path: SessionPath, body: MatchCreateRequest) -> Response:
    """Say otherwise what is said of the match."""
    await matches.update(call.lobby, call.permit, **_said(path, body))
    return JSONResponse({})


async def end_match(call: Call, path: SessionPath) -> Response:
    """End the match; the session and its instance stay."""
    await matches.end(call.lobby, call.permit, id=session_id(path.session_id))
    return JSONResponse({})


def _said(path: SessionPath, body: MatchCreateRequest) -> dict[str, Any]:
    return {
        "id": session_id(path.session_id),
        "match_id": body.match_id,
        "custom_data": body.custom_data if "custom_data" in body.model_fields_set else None,
    }


rows = [
    Row(
        "POST",
        PATH,
        start_match,
        LEADING,
        gives(MatchCreateResponse, 404, 409, 413),
        path=SessionPath,
        takes=MatchCreateRequest,
    ),
    Row("DELETE", PATH, end_match, LEADING, gives(Any, 404), path=SessionPath),
    Row(
        "PATCH",
        PATH,
        update_match,
        LEADING,
        gives(Any, 404, 409, 413),
        path=SessionPath,
        takes=MatchCreateRequest,
    ),
]
