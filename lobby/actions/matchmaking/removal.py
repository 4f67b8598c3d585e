"""Removal of one player from queues and from matches that are being made.

Their ticket goes first: a match that would hold it later finds none. Then every open match that has
them is given up, unless its players are being invited already; its other tickets wait on, as old as
they were.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.actions.changes import tickets
from lobby.actions.matchmaking import requeue
from lobby.context import Lobby
from lobby.domain.matchmaking.errors import ProposalNotFound, TicketNotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from persistence.ports import Unreachable


async def remove_player(lobby: Lobby, player: str, why: TicketReason) -> list[int]:
    """The sessions of matches that go on without them: their seats there are still to be freed.
    `why` their ticket ends."""
    with suppress(TicketNotFound):
        ticket = await lobby.tickets.claimed("player", player)
        await tickets.withdraw(lobby, ticket.id, why=why)
    inviting = []
    for proposal in await lobby.proposals.all("open", "yes"):
        if player in proposal.players():
            inviting += await _leave(lobby, proposal, player)
    return inviting


async def _leave(lobby: Lobby, proposal: Proposal, player: str) -> list[int]:
    now = lobby.now()
    with suppress(ProposalNotFound):
        after = await lobby.proposals.change(
            proposal.id, lambda proposal: proposal.exclude(player, now=now)
        )
        if after.stage is Stage.VOID:
            with suppress(Unreachable):  # the next tick will do it
                await requeue.release(lobby, after)
            return []
    return [proposal.session]
