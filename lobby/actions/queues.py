"""Entering a queue, leaving it, and saying whether one is ready for the match that was found.

The session says that it waits before its ticket is there, and the ticket looks at the session
again: so nobody is matched who does not show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from lobby.actions import entitlements, notes, ranks, telling, tickets
from lobby.catalogue.matchmaking import GroupTemplate, Queue
from lobby.context import Lobby
from lobby.domain import consequences
from lobby.domain.errors import LobbyError, NotFound, SessionNotFound, Unavailable
from lobby.domain.happenings import Happening
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.proposals import Proposal
from lobby.domain.queue_errors import (
    GroupTooLarge,
    InstanceActive,
    MatchmakingNotAllowed,
    NoMatchingTemplate,
    NothingOffered,
    NotInQueue,
    PlayerQueued,
    ProposalNotFound,
    QueueInactive,
    QueueNotFound,
    TicketNotFound,
)
from lobby.domain.session_errors import InQueue
from lobby.domain.sessions import Session
from lobby.domain.tickets import Rated, Rule, Ruleset, Ticket, TicketState, grouped, holds
from persistence.ports import Unreachable

ALARM = "ticket"
ASKED_SECONDS = 1.0
"""How long a ticket that has run out waits while its players are asked."""


async def join(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    queue: str,
    search: dict[str, Any] | None = None,
    map_preferences: Sequence[str] = (),
) -> Ticket:
    """The session waits for a match from now on, with all who are in it."""
    session = await lobby.sessions.get(str(id))
    session.require(permit)
    wanted = _open(lobby, queue)
    _require_fits(session, wanted)
    template = await _template(lobby, session, wanted)
    _require_free(lobby, session)
    ticket = await _ticket(lobby, session, queue=queue, template=template)
    ticket.search, ticket.map_preferences = search or {}, [*map_preferences]
    await _require_nobody_waits(lobby, ticket)
    party = consequences.players(session)

    def decide(session: Session) -> None:
        session.require(permit)
        _require_fits(session, wanted)
        _require_free(lobby, session)
        if consequences.players(session) != party:
            raise Unavailable("this party, because it changes,")
        session.ticket, session.matched = ticket.id, None

    await lobby.leases.linger(f"{ALARM}:{id}", lobby.catalogue.matchmaking.ticket_timeout_s)
    await telling.alter(lobby, id, decide, by=permit.actor)
    return await _write(lobby, ticket)


async def leave(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """The session waits no more; a match that it was offered is not made."""

    def decide(session: Session) -> None:
        session.require(permit)
        if session.ticket is None:
            raise NotInQueue
        session.ticket = None

    await telling.alter(lobby, id, decide, by=permit.actor)


async def answer(lobby: Lobby, permit: Permit, *, ticket: str, ready: bool) -> None:
    """The caller is ready for the match that was found, or is not and gives up the wait."""
    player, now = permit.actor.uuid, round(lobby.clock(), 3)
    found = await lobby.tickets.get(ticket)
    if all(one.uuid != player for one in found.players):
        raise TicketNotFound

    def decide(proposal: Proposal) -> None:
        proposal.answer(player, ready, now=now)

    try:
        proposal = await lobby.proposals.change(str(found.match), decide)
    except ProposalNotFound:
        raise NothingOffered from None
    for party in proposal.parties:
        tickets.look_again(lobby, party.ticket)


async def expire(lobby: Lobby, session: str) -> None:
    """It has waited for as long as a session may; the age of its ticket counts, not the alarm's.
    Whoever is asked just now answers first."""
    with suppress(SessionNotFound):
        found = (await lobby.sessions.get(session)).ticket
        if found is None:
            return
        left = await _left(lobby, found)
        if left > 0:
            await lobby.leases.linger(f"{ALARM}:{session}", left)
        else:
            await _end(lobby, int(session), found)


async def rearm(lobby: Lobby, session: Session) -> None:
    if session.ticket is not None:
        seconds = lobby.catalogue.matchmaking.ticket_timeout_s
        await lobby.leases.linger(f"{ALARM}:{session.id}", seconds)


async def watch(lobby: Lobby, ticket: Ticket) -> None:
    """It waits again, and for no longer than it would have."""
    left = await _left(lobby, ticket.id)
    await lobby.leases.linger(f"{ALARM}:{ticket.session}", max(left, ASKED_SECONDS))


async def _left(lobby: Lobby, ticket: str) -> float:
    """Seconds; none where a session shows a ticket that is not there."""
    try:
        found = await lobby.tickets.get(ticket)
    except TicketNotFound:
        return 0.0
    timeout = lobby.catalogue.matchmaking.ticket_timeout_s
    asked = 0.0 if found.state is TicketState.WAITING else ASKED_SECONDS
    return max(asked, found.created + timeout - lobby.clock())


async def _end(lobby: Lobby, session: int, ticket: str) -> None:
    await tickets.withdraw(lobby, ticket, code="ticket_expired")
    after = await drop(lobby, session, ticket)
    await notes.log(lobby, after, [Happening("ticket_expired")], by=SYSTEM.actor)


async def drop(lobby: Lobby, session: int, ticket: str) -> Session:
    """The session shows this ticket no more."""

    def decide(session: Session) -> None:
        if session.ticket == ticket:
            session.ticket = None

    return await telling.alter(lobby, session, decide)


async def _write(lobby: Lobby, ticket: Ticket) -> Ticket:
    """Look again once it is written: who left meanwhile has left it."""
    try:
        await lobby.tickets.add(ticket)
        if (await lobby.sessions.get(str(ticket.session))).ticket != ticket.id:
            await tickets.withdraw(lobby, ticket.id)
            raise NotInQueue
    except (LobbyError, Unreachable):
        with suppress(NotFound, Unreachable):
            await drop(lobby, ticket.session, ticket.id)
        raise
    return ticket


def _open(lobby: Lobby, queue: str) -> Queue:
    found = lobby.catalogue.by_queue.get(queue)
    if found is None:
        raise QueueNotFound
    if not found.active:
        raise QueueInactive
    return found


def _require_fits(session: Session, queue: Queue) -> None:
    if session.ticket is not None:
        raise InQueue
    if len(consequences.players(session)) > queue.max_queue_group_size:
        raise GroupTooLarge


def _require_free(lobby: Lobby, session: Session) -> None:
    if session.instance is not None and session.instance.live:
        raise InstanceActive
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is None or not template.can_join_matchmaking:
        raise MatchmakingNotAllowed


async def _require_nobody_waits(lobby: Lobby, ticket: Ticket) -> None:
    """Neither the session nor anybody in it. What a process that was killed has left behind, and
    no session shows, is in nobody's way."""
    for claim, value in [
        ("session", str(ticket.session)),
        *(("player", one.uuid) for one in ticket.players),
    ]:
        with suppress(TicketNotFound):
            found = await lobby.tickets.claimed(claim, value)
            if found.state is not TicketState.WAITING or await _shown(lobby, found):
                raise InQueue if claim == "session" else PlayerQueued
            await tickets.withdraw(lobby, found.id)


async def _shown(lobby: Lobby, ticket: Ticket) -> bool:
    with suppress(SessionNotFound):
        return (await lobby.sessions.get(str(ticket.session))).ticket == ticket.id
    return False


async def _template(lobby: Lobby, session: Session, queue: Queue) -> GroupTemplate:
    """The first one whose ruleset holds: for so many players, and for what their leader owns."""
    size = len(consequences.players(session))
    for template in lobby.catalogue.by_group[queue.template_group].templates:
        rules = _ruleset(template)
        items = rules.items if rules else set()
        owned = {item: await entitlements.owned(lobby, str(session.leader), item) for item in items}
        if size and holds(rules, size, owned):
            return template
    raise NoMatchingTemplate


def _ruleset(template: GroupTemplate) -> Ruleset | None:
    said = template.ruleset
    if said is None:
        return None
    return Ruleset(
        said.determiner,
        tuple(
            Rule(one.comparison_operation, one.comparison_value, one.item_id) for one in said.rules
        ),
    )


async def _ticket(lobby: Lobby, session: Session, *, queue: str, template: GroupTemplate) -> Ticket:
    """With the ratings of its players by the rank of each profile; the first one's are shown."""
    kinds = {id: lobby.catalogue.by_profile[id].rank_id for id in template.profiles}
    rated = {rank: await _rated(lobby, session, rank) for rank in set(kinds.values())}
    method = template.mmr_grouping_method
    ratings = {id: grouped(rated[rank], method) for id, rank in kinds.items()}
    first = template.profiles[0]
    return Ticket(
        id=str(uuid4()),
        session=session.id,
        leader=str(session.leader),
        queue=queue,
        template=template.id,
        profiles=list(template.profiles),
        players=rated[kinds[first]],
        rating=ratings.pop(first),
        ratings=ratings,
        created=round(lobby.clock(), 3),
        region=session.region,
    )


async def _rated(lobby: Lobby, session: Session, rank: int) -> list[Rated]:
    seats = list(session.occupants())
    ratings = await ranks.ratings(lobby, [str(seat.player) for seat in seats], rank)
    return [
        Rated(str(seat.player), seat.number, *ratings[str(seat.player)], client=seat.client)
        for seat in seats
    ]
