"""Tickets of matches of which nothing came: they wait again as old as they were, or end.

The session of a party says which match has taken its ticket: so it is known whose it is to give
back, however late somebody comes who began to take it before.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import queues, telling, tickets
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.proposals import Proposal
from lobby.domain.queue_errors import ProposalNotFound, TicketNotFound
from lobby.domain.session_errors import TicketTaken
from lobby.domain.sessions import Session
from lobby.domain.tickets import Ticket
from lobby.indexes import place


async def release(lobby: Lobby, proposal: Proposal) -> None:
    """Its session ends, in silence for all who were never told of it, and its tickets go back."""
    if not proposal.fills:
        with suppress(SessionNotFound):
            message = "The match could not be played."
            await telling.end(lobby, proposal.session, message=message)
    for party in proposal.parties:
        with suppress(TicketNotFound):
            ticket = await lobby.tickets.get(party.ticket)
            if ticket.match != proposal.id:
                await _put_right(lobby, ticket, proposal.id)
            elif party.ticket in proposal.out:
                await _end(lobby, ticket)
            else:
                await give_back(lobby, ticket, proposal.id)
    with suppress(ProposalNotFound):
        await lobby.proposals.remove(proposal.id)


async def give_back(lobby: Lobby, ticket: Ticket, match: str) -> None:
    """It waits again, if its session is still the one that waited, and nothing is played there."""
    void = {match, *await _void(lobby, ticket)}

    def decide(session: Session) -> None:
        playing = session.instance is not None and session.instance.live
        if session.matched in void and not playing:
            session.ticket, session.matched = ticket.id, None
        elif session.ticket != ticket.id and (playing or session.matched is None):
            raise TicketTaken

    try:
        await telling.alter(lobby, ticket.session, decide, wanted=False)
        ticket = await lobby.tickets.change(ticket.id, lambda ticket: ticket.give_back(match))
    except (SessionNotFound, TicketTaken):
        await tickets.withdraw(lobby, ticket.id)
    except TicketNotFound:
        await queues.drop(lobby, ticket.session, ticket.id)
    else:
        lobby.pool.add(ticket)
        tickets.look_again(lobby, ticket.id)
        await queues.watch(lobby, ticket)


async def _void(lobby: Lobby, ticket: Ticket) -> list[str]:
    """The match that its session says has taken it, where that is no more. Else whoever makes that
    one, too late, will find out."""
    with suppress(SessionNotFound):
        if matched := (await lobby.sessions.get(str(ticket.session))).matched:
            try:
                await lobby.proposals.get(matched)
            except ProposalNotFound:
                return [matched]
    return []


async def _put_right(lobby: Lobby, ticket: Ticket, match: str) -> None:
    """The ticket was given back before its session said that this match had taken it."""

    def decide(session: Session) -> None:
        if session.matched == match:
            session.ticket, session.matched = ticket.id, None

    with suppress(SessionNotFound):
        await telling.alter(lobby, ticket.session, decide, wanted=False)


async def _end(lobby: Lobby, ticket: Ticket) -> None:
    """Its players have declined, or did not come."""
    await tickets.withdraw(lobby, ticket.id, code="match_declined")
    with suppress(SessionNotFound):
        await queues.drop(lobby, ticket.session, ticket.id)


async def recover(lobby: Lobby) -> None:
    """Tickets of matches that are no more: a process was stopped just when it took them."""
    after = ""
    while page := await lobby.tickets.ranked("taken", after=after):
        for ticket in page:
            try:
                await lobby.proposals.get(str(ticket.match))
            except ProposalNotFound:
                await give_back(lobby, ticket, str(ticket.match))
        after = place(page[-1])
