"""The step before the players of a match are invited: nobody can leave it any more.

The session of a party either leaves the queue or is invited, whichever is written first; so nobody
who was answered that they have left is invited afterwards.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn

from lobby.actions.changes import change
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound
from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.matchmaking.ticket_reasons import TicketReason


async def prepare(lobby: Lobby, match: str) -> None:
    """Note in the proposal that its players are about to be invited, then clear the sessions of its
    parties. Raises ProposalNotFound if it was given up, or if a party has left: then it is given
    up, and the next tick gives back the other tickets. Idempotent."""
    proposal = await lobby.proposals.get(match)
    if proposal.stage is not Stage.INVITED and await lacks_tickets(lobby, proposal):
        await give_up(lobby, match, TicketReason.PARTY_CHANGED)
    now = lobby.now()
    proposal = await lobby.proposals.change(match, lambda one: one.invite(now=now))
    cleared = await asyncio.gather(*(_clear(lobby, match, party) for party in proposal.parties))
    if not all(cleared):
        await give_up(lobby, match, TicketReason.PARTY_CHANGED)


async def lacks_tickets(lobby: Lobby, proposal: Proposal) -> bool:
    """Whether a ticket is gone whose party was not invited yet: it has left."""
    return len(await lobby.tickets.versions(proposal.tickets)) < len(proposal.tickets)


async def give_up(lobby: Lobby, match: str, why: TicketReason) -> NoReturn:
    """The next tick gives back its tickets. Raises ProposalNotFound."""
    now = lobby.now()
    await lobby.proposals.change(match, lambda one: one.give_up(why, now=now))
    raise ProposalNotFound


async def _clear(lobby: Lobby, match: str, party: Party) -> bool:
    """Stop the session from showing its ticket. False: it has left the queue."""
    try:
        session = await change.alter(
            lobby,
            party.session,
            lambda session: party_sessions.invite(session, party.ticket, match),
            refresh_ttl=False,
        )
    except SessionNotFound:
        return False
    return party_sessions.invited(session, match)
