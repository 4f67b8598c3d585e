"""Queues: enter, leave, answer a ready check.

The session is written before its ticket, and read again after it: so no ticket is matched whose
session does not show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from lobby import expiring_keys, idempotency
from lobby.actions.changes import change, tickets, visibility, wait_credits
from lobby.actions.matchmaking import new_tickets, ticket_timeouts
from lobby.context import Lobby
from lobby.domain.errors import Conflict, LobbyError, NotFound, SessionNotFound
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import (
    NothingOffered,
    NotInQueue,
    PlayerQueued,
    ProposalNotFound,
    TicketNotFound,
)
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.permissions import Permit
from lobby.domain.sessions import invariants
from lobby.domain.sessions.errors import InQueue
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.queue_entry import QueueEntry
from lobby.domain.sessions.session import Session
from persistence.ports import Unreachable


async def join(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    queues: Sequence[str],
    search: dict[str, Any] | None = None,
    map_preferences: Sequence[str] = (),
    waited: float = 0.0,
    backfill: bool = True,
) -> Ticket:
    """Queue the session, with all its members, in those of the queues that take it. `waited`: the
    seconds that they say they have waited before. Returns the ticket, with those that count."""
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit, Power.QUEUE)
    found, allowed = await new_tickets.fitting(lobby, session, queues), _allowed(lobby, session)
    party_sessions.require_free(session, allowed=allowed)
    if not permit.outright:
        waited = await wait_credits.counted(lobby, invariants.players(session), waited)
    ticket = await new_tickets.new(lobby, session, found, waited=waited)
    ticket.search, ticket.map_preferences = search or {}, [*map_preferences]
    ticket.backfill = backfill
    await _require_nobody_waits(lobby, ticket)
    most = max(one.queue.max_queue_group_size for one in found)

    def decide(session: Session) -> None:
        session.require(permit, Power.QUEUE)
        party_sessions.require_fits(session, most=most)
        party_sessions.require_free(session, allowed=allowed)
        party_sessions.enter(session, ticket)

    await lobby.timers.set(
        expiring_keys.ticket_timeout(id), lobby.catalogue.matchmaking.ticket_timeout_s
    )
    idempotency.note(ticket=ticket.id)
    await change.alter(lobby, id, decide, by=permit.actor)
    return await _write(lobby, ticket)


async def complete_join(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    ticket: str,
    map_preferences: Sequence[str],
    backfill: bool,
) -> QueueEntry:
    """Where a process was killed while the session entered: the ticket that it shows is written.
    Raises NotInQueue where that was given up, as the store was away, or the session has left."""
    session = await visibility.find(lobby, permit, id=id)
    entry = session.queued or QueueEntry()
    if session.ticket == ticket and entry.queues and not await lobby.tickets.versions([ticket]):
        found = await new_tickets.fitted(lobby, session, entry.queues)
        missing = await new_tickets.new(lobby, session, found, waited=entry.waited)
        missing.id, missing.map_preferences, missing.backfill = ticket, [*map_preferences], backfill
        await _write(lobby, missing)
    else:
        await _require_stands(lobby, session, ticket)
    return entry


async def leave(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """Leave the queue, until players are invited to a match. One that has the ticket is given up:
    the others wait on. Raises NotInQueue."""

    def decide(session: Session) -> None:
        session.require(permit, Power.QUEUE)
        idempotency.note(ticket=session.ticket or "")
        party_sessions.leave(session)

    found = await visibility.find(lobby, permit, id=id)
    await change.alter(lobby, id, decide, by=permit.actor, known=found)


async def answer(lobby: Lobby, permit: Permit, *, ticket: str, ready: bool) -> None:
    """Answer the ready check. A decline ends the caller's ticket. Raises TicketNotFound,
    NothingOffered."""
    player, now = permit.actor.uuid, lobby.now()
    found = await lobby.tickets.get(ticket)
    if all(one.uuid != player for one in found.players):
        raise TicketNotFound
    try:
        proposal = await lobby.proposals.change(
            str(found.match), lambda proposal: proposal.answer(player, ready, now=now)
        )
    except ProposalNotFound:
        raise NothingOffered from None
    for party in proposal.parties:
        tickets.publish_changed(lobby, party.ticket)


async def _write(lobby: Lobby, ticket: Ticket) -> Ticket:
    """Add the ticket, then read the session again: if it has left the queue, withdraw it. Where it
    is not known what was written, a ticket that is there stands: another process may have written
    it, where the same command was said."""
    try:
        await _add(lobby, ticket)
        session = await lobby.sessions.get(str(ticket.session))
        await _require_stands(lobby, session, ticket.id)
    except (LobbyError, Unreachable):
        with suppress(NotFound, Unreachable):
            if not await lobby.tickets.versions([ticket.id]):
                await ticket_timeouts.drop(lobby, ticket.session, ticket.id)
        raise
    return ticket


async def _require_stands(lobby: Lobby, session: Session, ticket: str) -> None:
    """Raise NotInQueue, and withdraw the ticket, unless the session shows it, or the match that has
    taken it meanwhile."""
    if session.ticket == ticket:
        return
    try:
        match = (await lobby.tickets.get(ticket)).match
    except TicketNotFound:
        match = session.matched  # it is over by now, as far as can be known
    if session.matched is None or session.matched != match:
        await tickets.withdraw(lobby, ticket)
        raise NotInQueue


async def _add(lobby: Lobby, ticket: Ticket) -> None:
    """Another process, where the same command was said, may have written it already."""
    try:
        await lobby.tickets.add(ticket)
    except Conflict:
        if not await lobby.tickets.versions([ticket.id]):
            raise


def _allowed(lobby: Lobby, session: Session) -> bool:
    template = lobby.catalogue.by_session_type.get(session.template)
    return template is not None and template.can_join_matchmaking


async def _require_nobody_waits(lobby: Lobby, ticket: Ticket) -> None:
    """Raise InQueue or PlayerQueued if session or players have a ticket. One that no session shows
    is removed: its players were invited to a match, or a process was killed while they left."""
    for claim, value in [
        ("session", str(ticket.session)),
        *(("player", one.uuid) for one in ticket.players),
    ]:
        with suppress(TicketNotFound):
            found = await lobby.tickets.claimed(claim, value)
            session = await _session_of(lobby, found)
            if session is not None and session.ticket == found.id:
                raise InQueue if claim == "session" else PlayerQueued
            with idempotency.carrying(None):
                if session is not None and found.match and session.matched == found.match:
                    await tickets.end_matched(lobby, found.id)
                else:
                    await tickets.withdraw(lobby, found.id)


async def _session_of(lobby: Lobby, ticket: Ticket) -> Session | None:
    with suppress(SessionNotFound):
        return await lobby.sessions.get(str(ticket.session))
    return None
