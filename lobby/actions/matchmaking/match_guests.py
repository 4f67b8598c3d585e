"""Guests of a match: who comes with the tickets that it took, as they are now."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from lobby.actions.sessions import admission, shut_out
from lobby.context import Lobby
from lobby.domain.errors import NotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.domain.sessions.seats import Guest

T = TypeVar("T")


async def tickets(lobby: Lobby, proposal: Proposal) -> dict[str, Ticket]:
    """By id. Raises TicketNotFound; once the others count as invited, what is gone is left out."""
    whole = proposal.stage is not Stage.INVITED
    found = await _there((lobby.tickets.get(id) for id in proposal.tickets), whole=whole)
    return {ticket.id: ticket for ticket in found}


async def guests(lobby: Lobby, proposal: Proposal, found: dict[str, Ticket]) -> list[list[Guest]]:
    """By side. Raises NotFound where one is gone or restricted; once the others count as invited,
    who is gone is left out."""
    sides, whole = [], proposal.stage is not Stage.INVITED
    for parties in proposal.sides:
        tickets = [found[party.ticket] for party in parties if party.ticket in found]
        players = (player for ticket in tickets for player in ticket.players)
        sides.append(await _there((_guest(lobby, player) for player in players), whole=whole))
    return sides


async def _there(calls: Iterable[Awaitable[T]], *, whole: bool) -> list[T]:
    """What they give; those that find nothing are left out, unless all of them are needed."""
    found = []
    for call in calls:
        try:
            found.append(await call)
        except NotFound:
            if whole:
                raise
    return found


async def _guest(lobby: Lobby, player: RatedPlayer) -> Guest:
    account = await shut_out.present(lobby, player.uuid)
    return await admission.guest(lobby, account.actor(), client=player.client)
