"""Waiting for a match: a session enters a queue and leaves it, its players say that they are ready.

Whether they are ready is not in the document; clients that never ask for it lose nothing, since
only profiles with a ready check do.
"""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions import queues
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import answer, done, gives, session_id
from lobby.api.player_services.matches import LEADING
from lobby.domain.permissions import needs
from protocol.player_services.queues import QueueJoinRequest, QueueJoinResponse, TicketPath
from protocol.player_services.sessions import SessionPath

PATH = "/session/v1/session/{session_id}/queue"
TICKET = "/session/v1/queue/ticket/{ticket_id}"
PLAYING = needs("session:update:any", "session:*", own="session:update:self")


async def join_queue(call: Call, path: SessionPath, body: QueueJoinRequest) -> Response:
    """Wait for a match, with all who are in the session."""
    params = body.additional_join_params
    ticket = await queues.join(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        queue=body.queue_id,
        search=params.model_dump(mode="json") if params else None,
        map_preferences=body.map_preferences,
    )
    return answer(QueueJoinResponse(ticket_id=ticket.id))


async def leave_queue(call: Call, path: SessionPath) -> Response:
    """Wait no more."""
    await queues.leave(call.lobby, call.permit, id=session_id(path.session_id))
    return done()


async def accept_match(call: Call, path: TicketPath) -> Response:
    """The caller is ready for the match that was found."""
    await queues.answer(call.lobby, call.permit, ticket=path.ticket_id, ready=True)
    return done()


async def decline_match(call: Call, path: TicketPath) -> Response:
    """The caller is not: the ticket ends, and the others who were found wait on."""
    await queues.answer(call.lobby, call.permit, ticket=path.ticket_id, ready=False)
    return done()


rows = [
    Row(
        "POST",
        PATH,
        join_queue,
        LEADING,
        gives(QueueJoinResponse, 404, 409, 413),
        path=SessionPath,
        takes=QueueJoinRequest,
    ),
    Row("DELETE", PATH, leave_queue, LEADING, gives(None, 404, status=204), path=SessionPath),
    Row(
        "POST",
        f"{TICKET}/accept",
        accept_match,
        PLAYING,
        gives(None, 404, 409, status=204),
        path=TicketPath,
    ),
    Row(
        "POST",
        f"{TICKET}/decline",
        decline_match,
        PLAYING,
        gives(None, 404, 409, status=204),
        path=TicketPath,
    ),
]
