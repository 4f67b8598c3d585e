"""How a ticket stands, and why it still waits."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from lobby.actions import arranging
from lobby.actions.matchmaking import profile_of, window_of
from lobby.context import Lobby
from lobby.domain import matching
from lobby.domain.match_terms import Explanation
from lobby.domain.queue_errors import ProposalNotFound
from lobby.domain.tickets import Ticket, TicketState
from protocol.waiting import OfferState, QueueState, WaitState


async def look(lobby: Lobby, id: str) -> dict[str, Any]:
    """As its players see it; raises TicketNotFound."""
    ticket = await lobby.tickets.get(id)
    waiting = ticket.state is TicketState.WAITING
    offered = ticket.state is TicketState.OFFERED
    return QueueState(
        ticket=ticket.id,
        session=str(ticket.session),
        queue=ticket.queue,
        state=ticket.state.value,
        since=ticket.created,
        region=ticket.region,
        players=[player.uuid for player in ticket.players],
        offer=await _offer(lobby, ticket) if offered else None,
        waits=await _waits(lobby, ticket) if waiting else None,
    ).model_dump(exclude_none=True)


async def _offer(lobby: Lobby, ticket: Ticket) -> OfferState | None:
    with suppress(ProposalNotFound):
        proposal = await lobby.proposals.get(str(ticket.match))
        players = list(proposal.players())
        ready = sum(proposal.ready.get(player, False) for player in players)
        return OfferState(
            match=proposal.id, until=proposal.until or 0.0, ready=ready, players=len(players)
        )
    return None


async def _waits(lobby: Lobby, ticket: Ticket) -> dict[str, WaitState]:
    """By profile. Those who wait were looked at within the last tick."""
    await lobby.pool.refresh(stale_after=lobby.catalogue.matchmaking.tick_ms / 1_000)
    others, now = lobby.pool.waiting(), lobby.clock()
    told = {}
    for profile in (lobby.catalogue.by_profile.get(id) for id in ticket.profiles):
        if profile is not None:
            why = await asyncio.to_thread(
                matching.why,
                ticket,
                others,
                profile_of(profile),
                now=now,
                window=window_of(lobby.catalogue),
                waited=await arranging.waits(lobby, profile.id),
            )
            told[profile.id] = _told(why)
    return told


def _told(why: Explanation) -> WaitState:
    return WaitState(**asdict(why))
