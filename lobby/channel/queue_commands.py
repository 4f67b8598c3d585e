"""`queue.join`, `queue.leave`, `queue.accept`, `queue.decline`: waiting for a match."""

from __future__ import annotations

from lobby.actions.matchmaking import queues
from lobby.channel.command_call import CommandCall, Result
from lobby.domain.sessions.queue_entry import QueueEntry
from protocol import queue_commands as words


async def join(call: CommandCall, command: words.QueueJoin) -> Result:
    ticket = await queues.join(
        call.lobby,
        call.permit,
        id=int(command.session),
        queues=command.ids,
        map_preferences=command.map_preferences,
        backfill=command.backfill,
        waited=command.waited,
    )
    return queued(ticket.id, ticket.entry)


def queued(ticket: str, entry: QueueEntry) -> Result:
    return {
        "ticket": ticket,
        "queues": entry.queues,
        "profiles": entry.profiles,
        "waited": entry.waited,
    }


async def leave(call: CommandCall, command: words.QueueLeave) -> Result:
    await queues.leave(call.lobby, call.permit, id=int(command.session))
    return {}


async def accept(call: CommandCall, command: words.QueueAccept) -> Result:
    await queues.answer(call.lobby, call.permit, ticket=command.ticket, ready=True)
    return {}


async def decline(call: CommandCall, command: words.QueueDecline) -> Result:
    await queues.answer(call.lobby, call.permit, ticket=command.ticket, ready=False)
    return {}
