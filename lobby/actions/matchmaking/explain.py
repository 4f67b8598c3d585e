"""State of a ticket as its players see it: ready check, and why it still waits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from lobby.actions.matchmaking import tick, wait_times
from lobby.catalogue import matchmaking as rows
from lobby.context import Lobby
from lobby.domain.matchmaking import match_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound
from lobby.domain.matchmaking.explain import Explainer
from lobby.domain.matchmaking.states import Stage, TicketState
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.session import Session
from protocol.queues import MatchStage, OfferState, QueueState, WaitState

SECONDS_EACH = 0.01
"""An explanation is cached for so long per waiting ticket, to bound the cost of computing it."""

PAGE = 100
"""Sessions that are read at a time."""
MOST_TOLD = 20
"""Matches of which an operator is told that nobody is sent there."""
NEVER_SAID = "its game server has never reported its health, so nobody is sent there"
LET_IT_REPORT = (
    "let the game server report its health at the cadence of the configuration:"
    " POST /session/v1/session/{session}/instance/health"
)


async def queue_state(lobby: Lobby, id: str) -> dict[str, Any]:
    """The state of topic `queue:<ticket>`. Raises TicketNotFound."""
    ticket = await lobby.tickets.get(id)
    waiting = ticket.state is TicketState.WAITING
    offered = ticket.state is TicketState.OFFERED
    return QueueState(
        ticket=ticket.id,
        session=str(ticket.session),
        queue=ticket.queue,
        queues=ticket.queues or [ticket.queue],
        state=ticket.state.value,
        stage=await _stage(lobby, ticket) if ticket.state is TicketState.MATCHED else None,
        why=ticket.why,
        since=ticket.created,
        region=ticket.region,
        players=[player.uuid for player in ticket.players],
        offer=await _offer(lobby, ticket) if offered else None,
        waits=await _waits(lobby, ticket) if waiting else None,
    ).model_dump(exclude_none=True)


async def unfilled(lobby: Lobby, ticket: str) -> list[dict[str, Any]]:
    """For operators: the matches under way that would be filled by a ticket like this one, if their
    game servers reported that they are well; which those are, and what to do. Raises
    TicketNotFound."""
    asked = await lobby.tickets.get(ticket)
    profiles = [lobby.catalogue.by_profile.get(id) for id in asked.profiles]
    filling = [one for one in profiles if one is not None and one.join_mode == "backfill"]
    found: list[dict[str, Any]] = []
    if filling:
        async for page in lobby.sessions.pages("live", "yes", size=PAGE):
            for session in page:
                fits = any(tick.suits(lobby.catalogue, one, session) for one in filling)
                if fits and session.region == asked.region and (told := unheard(session)):
                    found.append(told)
    return found[:MOST_TOLD]


def unheard(session: Session) -> dict[str, Any] | None:
    """Which game server keeps its match from being filled, why, and what to do; None: none does."""
    instance = session.instance
    if instance is None or not match_sessions.unheard(session):
        return None
    said = instance.health.value if instance.health else None
    told = {
        "session": str(session.id),
        "instance": instance.id,
        "host": instance.host,
        "server": instance.server,
        "health": said,
        "why": f"its game server says {said}" if said else NEVER_SAID,
        "do": LET_IT_REPORT.format(session=session.id),
    }
    return {name: value for name, value in told.items() if value is not None}


async def _stage(lobby: Lobby, ticket: Ticket) -> MatchStage:
    """How far the match is that has the ticket."""
    with suppress(ProposalNotFound):
        if (await lobby.proposals.get(str(ticket.match))).stage is Stage.INVITED:
            return "inviting"
    return "seeking_server"


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
    """Explanations by profile. Each scans all waiting tickets: the more wait, the longer cached."""
    interval = lobby.catalogue.matchmaking.tick_ms / 1_000
    await lobby.ticket_cache.refresh(stale_after=interval)
    seconds = max(interval, len(lobby.ticket_cache) * SECONDS_EACH)
    told = {}
    for profile in (lobby.catalogue.by_profile.get(id) for id in ticket.profiles):
        if profile is not None:
            explainer = await _explainer(lobby, profile, seconds=interval)
            waited = await wait_times.recent(lobby, profile.id)
            why = await lobby.ticket_cache.computed(
                (profile.id, ticket.id),
                partial(explainer.explain, ticket, waited=waited),
                seconds=seconds,
            )
            told[profile.id] = WaitState(**{k: _rounded(v) for k, v in asdict(why).items()})
    return told


def _rounded(value: Any) -> Any:
    """Round to tenths, so that tiny changes cause no new patch."""
    return round(value, 1) if isinstance(value, float) else value


async def _explainer(lobby: Lobby, profile: rows.ProfileRow, *, seconds: float) -> Explainer:
    openings = (await tick.openings(lobby)).get(profile.id, [])
    return await lobby.ticket_cache.computed(
        profile.id,
        partial(
            Explainer,
            lobby.ticket_cache.waiting(),
            tick.profile_of(profile),
            now=lobby.clock(),
            window=tick.window_of(lobby.catalogue),
            backfills=openings,
            interval=seconds,
        ),
        seconds=seconds,
    )
