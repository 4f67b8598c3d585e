"""Endpoints of a session's match, which game servers and leaders report."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions.sessions import matches
from lobby.api.dialect import Call, Row
from lobby.api.player_services import sessions
from lobby.api.player_services.responses import answer, gives, session_id
from lobby.domain.permissions import Role, needs
from lobby.idempotency import Effect
from protocol.player_services.matches import MatchCreateRequest, MatchCreateResponse
from protocol.player_services.sessions import SessionPath

LEADING = needs("session:update:any", "session:*", own="session:update:self", role=Role.ADMIN)
PATH = "/session/v1/session/{session_id}/match"


async def start_match(call: Call, path: SessionPath, body: MatchCreateRequest) -> Response:
    """Start a match on the session's instance."""
    begun = await matches.start(call.lobby, call.permit, **_said(path, body))
    return answer(MatchCreateResponse(match_id=begun.id))


async def start_match_again(
    call: Call, effect: Effect, path: SessionPath, body: MatchCreateRequest
) -> Response:
    await sessions.read_now(call, path.session_id)
    return answer(MatchCreateResponse(match_id=effect.noted["match"]))


async def update_match(call: Call, path: SessionPath, body: MatchCreateRequest) -> Response:
    """Change the custom data of the match."""
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
        again=start_match_again,
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
