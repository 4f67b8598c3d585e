"""How a ticket stands, and why it still waits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from lobby.actions import arranging, matchmaking
from lobby.catalogue import matchmaking as said
from lobby.context import Lobby
from lobby.domain.match_reasons import Reasons
from lobby.domain.queue_errors import ProposalNotFound
from lobby.domain.tickets import Ticket, TicketState
from protocol.waiting import OfferState, QueueState, WaitState

SECONDS_EACH = 0.01
"""How much longer an explanation counts for each ticket that waits."""


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
    """By profile. The more wait, the seldomer each of them is told anew: it takes a look at all."""
    tick = lobby.catalogue.matchmaking.tick_ms / 1_000
    await lobby.pool.refresh(stale_after=tick)
    seconds = max(tick, len(lobby.pool) * SECONDS_EACH)
    told = {}
    for profile in (lobby.catalogue.by_profile.get(id) for id in ticket.profiles):
        if profile is not None:
            reasons = await _reasons(lobby, profile, seconds=tick)
            waited = await arranging.waits(lobby, profile.id)
            why = await lobby.pool.known(
                (profile.id, ticket.id),
                partial(reasons.why, ticket, waited=waited),
                seconds=seconds,
            )
            told[profile.id] = WaitState(**{k: _rounded(v) for k, v in asdict(why).items()})
    return told


def _rounded(value: Any) -> Any:
    """As far as anybody wants to know: what hardly changes is not told again."""
    return round(value, 1) if isinstance(value, float) else value


async def _reasons(lobby: Lobby, profile: said.Profile, *, seconds: float) -> Reasons:
    openings = (await matchmaking.openings(lobby)).get(profile.id, [])
    return await lobby.pool.known(
        profile.id,
        partial(
            Reasons,
            lobby.pool.waiting(),
            matchmaking.profile_of(profile),
            now=lobby.clock(),
            window=matchmaking.window_of(lobby.catalogue),
            backfills=openings,
        ),
        seconds=seconds,
    )
