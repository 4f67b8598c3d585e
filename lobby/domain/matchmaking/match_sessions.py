"""The session of a match, as far as its proposal needs it: set-up, backfill, and whether it has
become joinable or has failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions import invariants
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.instances import Health, JoinStatus
from lobby.domain.sessions.matches import BackfillMode, Match, PartyWait
from lobby.domain.sessions.player_need import PlayerNeed
from lobby.domain.sessions.powers import IN_NAME, Power
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session

Sides = Sequence[Sequence[Guest]]
"""Guests by team."""
WELL = (Health.HEALTHY, Health.DEGRADED)
"""Health of an instance that newcomers are sent to."""


class Outcome(Enum):
    """How far the session of a made proposal is."""

    PENDING = auto()
    JOINABLE = auto()
    FAILED = auto()


def ratings(tickets: Iterable[Ticket], profile: str) -> dict[str, float]:
    """Rating by player uuid: that of their party, by the rank of the profile."""
    return {one.uuid: ticket.rating_in(profile) for ticket in tickets for one in ticket.players}


def waits(tickets: Iterable[Ticket], *, now: float) -> list[PartyWait]:
    """How long each party had waited."""
    return [
        PartyWait([one.uuid for one in ticket.players], round(max(0.0, now - ticket.created), 3))
        for ticket in tickets
    ]


def set_up(
    session: Session,
    proposal: Proposal,
    sides: Sides,
    *,
    ratings: dict[str, float],
    waits: list[PartyWait],
    now: float,
    backfill: BackfillMode = BackfillMode.OPEN,
    leader_may: Sequence[Power] | None = IN_NAME,
) -> None:
    """Set aside a seat for every player, unannounced until an instance is joinable. They are
    strangers: whoever comes first leads in name, with `leader_may`, nobody changes sides, and a
    platform session that one of them links lets nobody in."""
    session.id, session.region = proposal.session, proposal.region
    session.entry, session.created_by_matchmaking = Entry.INVITED, True
    session.leader_may = None if leader_may is None else [*leader_may]
    session.by_platform = leader_may is None
    session.teams_locked = True
    session.match = Match(
        proposal.id,
        now,
        tickets=proposal.tickets,
        started=False,
        profile=proposal.profile,
        ratings=ratings,
        backfill=backfill,
        need=PlayerNeed() if backfill is BackfillMode.SERVER else None,
        waits=waits,
    )
    for team, guests in enumerate(sides):
        for guest in guests:
            session.seats.set_aside(guest, team=team)


def invite_host(session: Session, host: str, *, until: float, now: float) -> None:
    """Invite the player who hosts, before the others: they are invited once it is joinable."""
    held = session.seats.held_by(host)
    if held is not None and held.seat.unannounced:
        held.seat.announce(until=until, now=now)


def filled(session: Session, proposal: Proposal) -> bool:
    """Whether its players were invited by `fill`, whether or not they still hold their seats."""
    return session.match is not None and {*proposal.tickets} <= {*session.match.tickets}


def lacking(session: Session) -> list[int]:
    """How many players, by team, may be invited to the match that is played there (backfill). A
    game server that asks for players is well unless its health says otherwise."""
    match, instance, seats = session.match, session.instance, session.seats
    teams = range(len(seats.teams))
    if match is None or instance is None or instance.status is not JoinStatus.JOINABLE:
        return [0 for _ in teams]
    if match.need is not None and instance.health in (None, *WELL):
        return [match.need.open(seats, team) for team in teams]
    open = match.backfill is BackfillMode.OPEN and instance.health in WELL
    return [len(seats.free(team)) if open else 0 for team in teams]


def unheard(session: Session) -> bool:
    """Whether newcomers are not invited for one reason alone: its game server has not reported that
    it is well."""
    match, instance = session.match, session.instance
    if match is None or instance is None or instance.status is not JoinStatus.JOINABLE:
        return False
    lacks = match.backfill is BackfillMode.OPEN and not session.seats.full
    return lacks and instance.health not in WELL


def fill(
    session: Session,
    proposal: Proposal,
    sides: Sides,
    *,
    ratings: dict[str, float],
    waits: list[PartyWait],
    until: float,
    now: float,
) -> None:
    """Backfill: invite all players, each to their side. Raises TicketTaken if not all fit, or the
    session keeps one of them out, VersionIncompatible."""
    match, room = session.match, lacking(session)
    if match is None or any(len(side) > free for side, free in zip(sides, room, strict=True)):
        raise TicketTaken
    kept_out = session.exclusions.in_force(now)
    for team, guests in enumerate(sides):
        if any(guest.uuid in kept_out for guest in guests):
            raise TicketTaken
        for guest in guests:
            if guest.client is not None and session.instance is not None:
                guest.client.require_version(session.instance.version)
            session.seats.invite(guest, until=until, now=now, team=team)
            if match.need is not None:
                match.need.invite(guest.uuid, team)
    match.fill(proposal.tickets, ratings, waits, session.seats)


def outcome(session: Session) -> Outcome:
    """JOINABLE once all seats are announced, whatever has become of the session since."""
    if not any(seat.unannounced for seat in session.seats.values()):
        return Outcome.JOINABLE
    over = session.match is None or invariants.over(session)
    return Outcome.FAILED if over else Outcome.PENDING
