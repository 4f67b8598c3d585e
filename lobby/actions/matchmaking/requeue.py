"""Requeue: undo a failed match. Its tickets wait again with their age, or end.

Idempotent, for any process to run. A ticket names the match that has it, so a late write of another
process does not give back a ticket that a newer match has.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from lobby.actions.changes import change, tickets, views
from lobby.actions.matchmaking import ticket_timeouts
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound, TicketNotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.reasons import Reason
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.session import Session
from lobby.storage.kinds import queue_key
from protocol import topics
from protocol.events import InboxEntry

NOT_PLAYED = "The match could not be played."
OTHER_SERVER = "The game server of your match has another version; you wait for another."
NO_SERVER = "The game servers have another version than your game; update it, then queue again."


async def give_up(
    lobby: Lobby, proposal: Proposal, why: TicketReason, out: Sequence[str] = ()
) -> None:
    """Void the proposal, unless it is finished meanwhile, and undo it. `out`: tickets that end."""
    with suppress(ProposalNotFound):
        await release(lobby, await _give_up(lobby, proposal, why, out))


async def abort(lobby: Lobby, proposal: Proposal) -> None:
    """Void and undo it by the process that was making it, even if it was given up meanwhile: that
    process may have written more since than was undone."""
    with suppress(ProposalNotFound):
        proposal = await _give_up(lobby, proposal, TicketReason.PARTY_CHANGED)
    await release(lobby, proposal)


async def _give_up(
    lobby: Lobby, proposal: Proposal, why: TicketReason, out: Sequence[str] = ()
) -> Proposal:
    now = lobby.now()
    return await lobby.proposals.change(proposal.id, lambda p: p.give_up(why, out, now=now))


async def release(lobby: Lobby, proposal: Proposal) -> None:
    """End the session (players who were not announced are not notified), requeue or end its
    tickets, then remove the proposal."""
    if not proposal.fills:
        with suppress(SessionNotFound):
            why = Reason.SERVER_FAILED
            await change.end(lobby, proposal.session, message=NOT_PLAYED, reason=why)
    for id in proposal.tickets:
        with suppress(TicketNotFound):
            ticket = await lobby.tickets.get(id)
            if ticket.match == proposal.id and id in proposal.out:
                await _end(lobby, ticket, proposal.why)
            elif ticket.match == proposal.id and ticket.hopeless(proposal.why):
                await _end_hopeless(lobby, ticket, proposal)
            elif ticket.match == proposal.id:
                await give_back(lobby, ticket, proposal.id, proposal.why)
    with suppress(ProposalNotFound):
        await lobby.proposals.remove(proposal.id)


async def _end(lobby: Lobby, ticket: Ticket, why: TicketReason | None) -> None:
    """End the ticket: its players declined, did not answer, or did not host."""
    why = why or TicketReason.DECLINED
    await tickets.withdraw(lobby, ticket.id, why=why, code="match_declined")
    with suppress(SessionNotFound):
        await ticket_timeouts.drop(lobby, ticket.session, ticket.id)


async def _end_hopeless(lobby: Lobby, ticket: Ticket, proposal: Proposal) -> None:
    """End the ticket and tell its players why: they would be given such game servers for ever."""
    why = TicketReason.SERVER_VERSION
    await tickets.withdraw(lobby, ticket.id, why=why)
    with suppress(SessionNotFound):
        session = await ticket_timeouts.drop(lobby, ticket.session, ticket.id)
        await _tell_version(lobby, session, ticket, proposal.id, message=NO_SERVER)


async def give_back(
    lobby: Lobby, ticket: Ticket, match: str, why: TicketReason | None = None
) -> None:
    """Make the ticket wait again, session first; withdraw it if the session refuses."""
    void = {match, *await _void_matches(lobby, ticket)}
    try:
        session = await change.alter(
            lobby,
            ticket.session,
            lambda session: party_sessions.give_back(session, ticket.id, void),
            refresh_ttl=False,
        )
        waiting = await lobby.tickets.change(ticket.id, lambda one: one.give_back(match, why))
    except (SessionNotFound, TicketTaken):
        await tickets.withdraw(lobby, ticket.id, why=TicketReason.PARTY_CHANGED)
    except TicketNotFound:
        await ticket_timeouts.drop(lobby, ticket.session, ticket.id)
    else:
        lobby.ticket_cache.add(waiting)
        tickets.publish_changed(lobby, ticket.id)
        await ticket_timeouts.restore_timer(lobby, waiting)
        if why is TicketReason.SERVER_VERSION:
            await _tell_version(lobby, session, ticket, match, message=OTHER_SERVER)


async def _tell_version(
    lobby: Lobby, session: Session, ticket: Ticket, match: str, *, message: str
) -> None:
    """Tell the party that its match had a game server of another version."""
    for held in session.seats.occupants():
        entry = InboxEntry(
            kind="session_updated",
            session=str(session.id),
            version=session.version,
            view=views.view_of(session, held.player),
            about=topics.queue(ticket.id),
            host=session.leader,
            message=message,
            at=lobby.now(),
            custom_data={
                "session_id": str(session.id),
                "ticket_id": ticket.id,
                "match_id": match,
                "reason": TicketReason.SERVER_VERSION,
            },
        )
        await lobby.inbox.put(topics.inbox(held.player), entry)


async def _void_matches(lobby: Lobby, ticket: Ticket) -> list[str]:
    """The match that its session was invited to, if its proposal no longer exists."""
    with suppress(SessionNotFound):
        if matched := (await lobby.sessions.get(str(ticket.session))).matched:
            try:
                await lobby.proposals.get(matched)
            except ProposalNotFound:
                return [matched]
    return []


async def recover(lobby: Lobby) -> None:
    """Crash recovery: give back tickets whose proposal no longer exists, and withdraw those whose
    session has left the queue."""
    after = ""
    while page := await lobby.tickets.ranked("taken", after=after):
        for ticket in page:
            await _recover(lobby, ticket, str(ticket.match))
        after = queue_key(page[-1])


async def _recover(lobby: Lobby, ticket: Ticket, match: str) -> None:
    try:
        proposal = await lobby.proposals.get(match)
    except ProposalNotFound:
        await give_back(lobby, ticket, match)
    else:
        if proposal.stage is not Stage.INVITED and not await _shown(lobby, ticket):
            await tickets.withdraw(lobby, ticket.id)


async def _shown(lobby: Lobby, ticket: Ticket) -> bool:
    with suppress(SessionNotFound):
        return (await lobby.sessions.get(str(ticket.session))).ticket == ticket.id
    return False
