"""Withdrawal of tickets whose session ended or left the queue. Called by the verbs of sessions,
which it does not import.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.context import Lobby
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound, TicketNotFound
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.session import Session
from protocol import topics
from protocol.events import Invalidated, TopicEnded


async def withdraw_if_left(lobby: Lobby, before: Session, after: Session | None) -> None:
    """Withdraw the ticket of a session that left it, or ended, without being invited."""
    if why := party_sessions.why_left(before, after):
        await withdraw(lobby, str(before.ticket), why=why)


async def withdraw(
    lobby: Lobby, id: str, *, why: TicketReason = TicketReason.LEFT_QUEUE, code: str = "queue_left"
) -> None:
    """Delete the ticket, and give up the match that has it, unless its players are invited."""
    now, others = lobby.now(), why.to_others
    with suppress(TicketNotFound, ProposalNotFound):
        ticket = await _end(lobby, id, TopicEnded(code=code, reason=why))
        if ticket.match is not None:
            await lobby.proposals.change(ticket.match, lambda p: p.withdraw(id, others, now=now))


async def end_matched(lobby: Lobby, id: str) -> Ticket:
    """Delete the ticket: its players were invited to a match. Raises TicketNotFound."""
    return await _end(lobby, id, TopicEnded(code="match_found"))


async def _end(lobby: Lobby, id: str, ended: TopicEnded) -> Ticket:
    ticket = await lobby.tickets.remove(id)
    lobby.publish(topics.queue(id), ended)
    return ticket


def publish_changed(lobby: Lobby, id: str) -> None:
    """Invalidate the ticket's topic, so that its watchers get the new state."""
    lobby.publish(topics.queue(id), Invalidated())
