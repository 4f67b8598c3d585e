"""A new ticket: the queues that take a party, the templates it is matched by, and its ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from lobby.actions.economy import entitlements, ranks
from lobby.catalogue.matchmaking import GroupTemplate, Queue
from lobby.context import Lobby
from lobby.domain.errors import LobbyError
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import (
    GroupTooLarge,
    NoMatchingTemplate,
    QueueInactive,
    QueueNotFound,
)
from lobby.domain.matchmaking.tickets import RatedPlayer, Rule, Ruleset, Ticket, grouped, holds
from lobby.domain.sessions import invariants
from lobby.domain.sessions.session import Session

NOT_FITTING = (QueueInactive, GroupTooLarge, NoMatchingTemplate)
"""Refusals of one queue, with which a party may still enter another."""


@dataclass(frozen=True, slots=True)
class FittingQueue:
    """A queue that takes the party, and the template that the party is matched by."""

    queue: Queue
    template: GroupTemplate


async def fitting(lobby: Lobby, session: Session, ids: Sequence[str]) -> list[FittingQueue]:
    """The queues that take the party. Raises QueueNotFound if any is unknown, InQueue if it waits
    already, and if none takes it the refusal of the first."""
    refusals, found = list[LobbyError](), list[FittingQueue]()
    for queue in _named(lobby, ids):
        try:
            if not queue.active:
                raise QueueInactive
            party_sessions.require_fits(session, most=queue.max_queue_group_size)
            found.append(await _fitting(lobby, session, queue))
        except NOT_FITTING as no:
            refusals.append(no)
    if not found:
        raise refusals[0]
    return found


async def fitted(lobby: Lobby, session: Session, ids: Sequence[str]) -> list[FittingQueue]:
    """The queues that it waits in already."""
    return [await _fitting(lobby, session, queue) for queue in _named(lobby, ids)]


def _named(lobby: Lobby, ids: Sequence[str]) -> list[Queue]:
    if not all(id in lobby.catalogue.by_queue for id in ids):
        raise QueueNotFound
    return [lobby.catalogue.by_queue[id] for id in dict.fromkeys(ids)]


async def _fitting(lobby: Lobby, session: Session, queue: Queue) -> FittingQueue:
    """The first template whose ruleset holds for the party size and the leader's items."""
    size = len(invariants.players(session))
    for template in lobby.catalogue.by_group[queue.template_group].templates:
        rules = _ruleset(template)
        items = rules.items if rules else set()
        owned = {item: await entitlements.owned(lobby, str(session.leader), item) for item in items}
        if size and holds(rules, size, owned):
            return FittingQueue(queue, template)
    raise NoMatchingTemplate


def _ruleset(template: GroupTemplate) -> Ruleset | None:
    row = template.ruleset
    if row is None:
        return None
    rules = (Rule(one.comparison_operation, one.comparison_value, one.item_id) for one in row.rules)
    return Ruleset(row.determiner, tuple(rules))


async def new(
    lobby: Lobby, session: Session, found: Sequence[FittingQueue], *, waited: float
) -> Ticket:
    """A ticket with the profiles of all queues, rated by the rank of each profile and by the first
    template that has it; the players' ratings are the first one's. `waited`: its age in seconds."""
    methods: dict[str, str] = {}
    for one in found:
        for id in one.template.profiles:
            methods.setdefault(id, one.template.mmr_grouping_method)
    kinds = {id: lobby.catalogue.by_profile[id].rank_id for id in methods}
    rated = {rank: await _rated(lobby, session, rank) for rank in set(kinds.values())}
    ratings = {id: grouped(rated[kinds[id]], method) for id, method in methods.items()}
    first = next(iter(methods))
    return Ticket(
        id=str(uuid4()),
        session=session.id,
        leader=str(session.leader),
        queue=found[0].queue.queue_id,
        queues=[one.queue.queue_id for one in found],
        template=found[0].template.id,
        profiles=list(methods),
        players=rated[kinds[first]],
        rating=ratings.pop(first),
        ratings=ratings,
        created=round(lobby.now() - waited, 3),
        waited=waited,
        region=session.region,
    )


async def _rated(lobby: Lobby, session: Session, rank: int) -> list[RatedPlayer]:
    seated = list(session.seats.occupants())
    ratings = await ranks.ratings(lobby, [held.player for held in seated], rank)
    return [
        RatedPlayer(player, seat.number, *ratings[player], client=seat.client)
        for _, seat, player in seated
    ]
