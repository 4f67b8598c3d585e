"""Ticket timeout: how long a party waits at most since it entered, by the age of its ticket."""

from __future__ import annotations

from contextlib import suppress

from lobby import expiring_keys
from lobby.actions.changes import change, notify, tickets
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import TicketNotFound
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.diff import SessionChange
from lobby.domain.sessions.session import Session

ASKED_SECONDS = 1.0
"""Extension of an expired ticket whose proposal is not decided yet."""


async def expire(lobby: Lobby, session: str) -> None:
    """Ticket timeout, by the age of the ticket. A ticket that is in a proposal is given
    ASKED_SECONDS more."""
    with suppress(SessionNotFound):
        found = (await lobby.sessions.get(session)).ticket
        if found is None:
            return
        left = await _left(lobby, found)
        if left > 0:
            await lobby.timers.set(expiring_keys.ticket_timeout(session), left)
        else:
            await _end(lobby, int(session), found)


async def rearm(lobby: Lobby, session: Session) -> None:
    if session.ticket is not None:
        seconds = lobby.catalogue.matchmaking.ticket_timeout_s
        await lobby.timers.set(expiring_keys.ticket_timeout(session.id), seconds)


async def restore_timer(lobby: Lobby, ticket: Ticket) -> None:
    """Set the timeout of a requeued ticket to what is left of it."""
    left = await _left(lobby, ticket.id)
    await lobby.timers.set(expiring_keys.ticket_timeout(ticket.session), max(left, ASKED_SECONDS))


async def _left(lobby: Lobby, ticket: str) -> float:
    """Seconds until the timeout; 0 if the ticket does not exist."""
    try:
        found = await lobby.tickets.get(ticket)
    except TicketNotFound:
        return 0.0
    timeout = lobby.catalogue.matchmaking.ticket_timeout_s
    asked = 0.0 if found.state is TicketState.WAITING else ASKED_SECONDS
    return max(asked, found.created + found.waited + timeout - lobby.clock())


async def _end(lobby: Lobby, session: int, ticket: str) -> None:
    await tickets.withdraw(lobby, ticket, why=TicketReason.TIMEOUT, code="ticket_expired")
    after = await drop(lobby, session, ticket)
    await notify.log(lobby, after, [SessionChange("ticket_expired")], by=SYSTEM.actor)


async def drop(lobby: Lobby, session: int, ticket: str) -> Session:
    """Stop the session from showing this ticket."""
    return await change.alter(lobby, session, lambda session: party_sessions.drop(session, ticket))
