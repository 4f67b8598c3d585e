"""Queue endpoints: a session joins and leaves a queue, its players answer the ready check.

The ready check is our addition to the document; only profiles that have one ask for it.
"""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.changes import tickets
from lobby.actions.matchmaking import queues
from lobby.api.dialect import Call, Row
from lobby.api.player_services.matches import LEADING
from lobby.api.player_services.responses import (
    answer,
    gives,
    no_content,
    session_id,
)
from lobby.domain.permissions import needs
from lobby.domain.sessions.queue_entry import QueueEntry
from lobby.idempotency import Effect
from protocol.player_services.queues import QueueJoinRequest, QueueJoinResponse, TicketPath
from protocol.player_services.sessions import SessionPath

PATH = "/session/v1/session/{session_id}/queue"
TICKET = "/session/v1/queue/ticket/{ticket_id}"
PLAYING = needs("session:update:any", "session:*", own="session:update:self")


async def join_queue(call: Call, path: SessionPath, body: QueueJoinRequest) -> Response:
    """Join a queue, with all members of the session."""
    params = body.additional_join_params
    ticket = await queues.join(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        queues=body.ids,
        search=params.model_dump(mode="json") if params else None,
        map_preferences=body.map_preferences,
        backfill=body.backfill,
        waited=body.passed_queue_time_seconds,
    )
    return _entered(ticket.id, ticket.entry)


async def join_queue_again(
    call: Call, effect: Effect, path: SessionPath, body: QueueJoinRequest
) -> Response:
    """The same ticket, which is written where a process was killed before."""
    ticket = effect.noted["ticket"]
    entry = await queues.complete_join(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        ticket=ticket,
        map_preferences=body.map_preferences,
        backfill=body.backfill,
    )
    return _entered(ticket, entry)


def _entered(ticket: str, entry: QueueEntry) -> Response:
    return answer(
        QueueJoinResponse(
            ticket_id=ticket,
            queue_ids=entry.queues,
            profile_ids=entry.profiles,
            passed_queue_time_seconds=int(entry.waited),
        )
    )


async def leave_queue(call: Call, path: SessionPath) -> Response:
    """Leave the queue."""
    await queues.leave(call.lobby, call.permit, id=session_id(path.session_id))
    return no_content()


async def leave_queue_again(call: Call, effect: Effect, path: SessionPath) -> Response:
    await tickets.withdraw(call.lobby, effect.noted["ticket"])
    return no_content()


async def accept_match(call: Call, path: TicketPath) -> Response:
    """Answer the ready check: the caller accepts the match."""
    await queues.answer(call.lobby, call.permit, ticket=path.ticket_id, ready=True)
    return no_content()


async def decline_match(call: Call, path: TicketPath) -> Response:
    """Answer the ready check: the caller declines. The ticket ends; the others are requeued."""
    await queues.answer(call.lobby, call.permit, ticket=path.ticket_id, ready=False)
    return no_content()


rows = [
    Row(
        "POST",
        PATH,
        join_queue,
        LEADING,
        gives(QueueJoinResponse, 404, 409, 413),
        path=SessionPath,
        takes=QueueJoinRequest,
        again=join_queue_again,
    ),
    Row(
        "DELETE",
        PATH,
        leave_queue,
        LEADING,
        gives(None, 404, status=204),
        path=SessionPath,
        again=leave_queue_again,
    ),
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
