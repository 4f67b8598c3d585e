"""A match that was made, until it can be joined: its session, in which everybody has a seat and
nobody knows of it, its instance, and those who are asked to come.
"""

from __future__ import annotations

from contextlib import suppress
from enum import Enum, auto
from random import SystemRandom

from pydantic import TypeAdapter

from lobby.actions import instances, notes, sessions, telling, welcome
from lobby.catalogue.instances import InstanceTemplate, Map
from lobby.context import Lobby
from lobby.domain import consequences
from lobby.domain.errors import Conflict
from lobby.domain.happenings import Happening
from lobby.domain.instances import HostType, JoinStatus, StartupParams
from lobby.domain.matches import Match
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.proposals import Proposal
from lobby.domain.queue_errors import TicketNotFound
from lobby.domain.seats import SPAN, Guest, SeatStatus
from lobby.domain.session_errors import InstanceExists, NoGameServers, TicketTaken
from lobby.domain.sessions import Session
from lobby.domain.templates import Template
from lobby.domain.tickets import Ticket

random = SystemRandom()
WAITS = TypeAdapter(list[float])
WAITS_KEPT, WAITS_SECONDS = 100, 3_600.0


class Outcome(Enum):
    PENDING = auto()
    JOINABLE = auto()
    FAILED = auto()


def new_id() -> int:
    return random.randint(1, sessions.LARGEST_ID) * SPAN


# Its session


async def prepare(lobby: Lobby, proposal: Proposal) -> None:
    """A session in which they all have seats, which they are not to know of yet."""
    profile, now = lobby.catalogue.by_profile[proposal.profile], round(lobby.clock(), 3)
    type = str(lobby.catalogue.matchmaking.session_type)
    template = Template(type, profile.num_sides, profile.max_players_per_side)
    session = await sessions.new(lobby, template, None)
    session.id, session.region = proposal.session, proposal.region
    session.joinable, session.created_by_matchmaking = False, True
    tickets = [party.ticket for party in proposal.parties]
    session.match = Match(proposal.id, now, tickets=tickets, started=False, profile=profile.id)
    for team, guests in enumerate(await _guests(lobby, proposal, session.match)):
        for guest in guests:
            session.set_aside(guest, team=team)
    await telling.add(lobby, session, by=SYSTEM.actor)
    held = [seat for seat in session.seats.values() if seat.player]
    reserved = [Happening("player_reserved", seat.player, seat.number) for seat in held]
    await notes.log(lobby, session, [Happening("match_found"), *reserved], by=SYSTEM.actor)


async def _guests(lobby: Lobby, proposal: Proposal, match: Match) -> list[list[Guest]]:
    """By side; and how good they are is written into the match."""
    sides = []
    for parties in proposal.sides:
        tickets = [await lobby.tickets.get(party.ticket) for party in parties]
        sides.append([guest for ticket in tickets for guest in await _party(lobby, ticket)])
        for ticket in tickets:
            rating = ticket.rating_in(proposal.profile)
            match.ratings |= dict.fromkeys((one.uuid for one in ticket.players), rating)
    return sides


async def _party(lobby: Lobby, ticket: Ticket) -> list[Guest]:
    return [
        await welcome.guest(
            lobby, (await lobby.accounts.get(player.uuid)).actor(), client=player.client
        )
        for player in ticket.players
    ]


# Where it is played


async def see_to(lobby: Lobby, proposal: Proposal) -> Outcome:
    """Do what is to be done next, which may have been done; raises SessionNotFound."""
    session = await lobby.sessions.get(str(proposal.session))
    if proposal.fills:
        return await _fill(lobby, proposal, session)
    if session.match is not None and session.instance is None:
        session = await _request(lobby, proposal, session)
    if proposal.host and session.instance is not None:
        session = await _invite_host(lobby, proposal, session)
    return _outcome(session)


def _outcome(session: Session) -> Outcome:
    """When everybody knows of it, it could be joined, whatever has become of it since."""
    if not any(seat.unannounced for seat in session.seats.values()):
        return Outcome.JOINABLE
    over = session.match is None or consequences.over(session)
    return Outcome.FAILED if over else Outcome.PENDING


async def _request(lobby: Lobby, proposal: Proposal, session: Session) -> Session:
    """As the profile's template says, on one of the maps that its players like."""
    profile = lobby.catalogue.by_profile[proposal.profile]
    template = lobby.catalogue.by_instance_template[profile.instance_template]
    drawn = await _draw(lobby, proposal, template)
    host = None if proposal.host is None else (await lobby.accounts.get(proposal.host)).actor()
    with suppress(InstanceExists, NoGameServers):
        return await instances.request(
            lobby,
            SYSTEM if host is None else Permit(host, outright=True),
            id=session.id,
            host_type=HostType.DEDICATED if host is None else HostType.PLAYER,
            startup=StartupParams(drawn.name, drawn.mode, custom_data=dict(drawn.custom_data)),
            custom_data=dict(template.custom_data),
        )
    return await lobby.sessions.get(str(session.id))


async def _draw(lobby: Lobby, proposal: Proposal, template: InstanceTemplate) -> Map:
    wishes = []
    for party in proposal.parties:
        with suppress(TicketNotFound):
            wishes.append({*(await lobby.tickets.get(party.ticket)).map_preferences})
    maps = [one for one in lobby.catalogue.maps_of(template).maps if one.map_weight]
    liked = preferred(maps, [wish for wish in wishes if wish])
    return random.choices(liked, [one.map_weight for one in liked])[0]


def preferred(maps: list[Map], wishes: list[set[str]]) -> list[Map]:
    """Those that all like who like some; else those that anybody likes; else all."""
    if not wishes:
        return maps
    likes = [sum(bool(wish & {one.map_id, one.name}) for wish in wishes) for one in maps]
    for enough in (len(wishes), 1):
        if liked := [one for one, n in zip(maps, likes, strict=True) if n >= enough]:
            return liked
    return maps


async def _invite_host(lobby: Lobby, proposal: Proposal, session: Session) -> Session:
    """At once: the others are invited when the host says that it can be joined."""
    now = round(lobby.clock(), 3)

    def decide(session: Session) -> None:
        held = session.held_by(str(proposal.host))
        if held is not None and held[1].unannounced:
            held[1].announce(until=now + instances.MATCH_INVITE_SECONDS, now=now)

    return await telling.alter(lobby, session.id, decide, wanted=False)


# A session that lacks players


async def _fill(lobby: Lobby, proposal: Proposal, session: Session) -> Outcome:
    """They are invited at once, all or none, each to the side that they were found for."""
    now = round(lobby.clock(), 3)
    until = now + instances.MATCH_INVITE_SECONDS
    if all(session.held_by(player) for player in proposal.players()):
        return Outcome.JOINABLE
    ratings = Match(proposal.id, now)
    sides = await _guests(lobby, proposal, ratings)

    def decide(session: Session) -> None:
        instance, match = session.instance, session.match
        if instance is None or instance.status is not JoinStatus.JOINABLE or match is None:
            raise TicketTaken
        for team, guests in enumerate(sides):
            free = [s for s in session.teams[team] if s.status is SeatStatus.FREE]
            if len(free) < len(guests):
                raise TicketTaken
            for guest in guests:
                session.invite(guest, until=until, now=now, team=team)
        match.tickets += [party.ticket for party in proposal.parties]
        match.ratings |= ratings.ratings

    try:
        await telling.alter(lobby, session.id, decide, wanted=False)
    except Conflict:
        return Outcome.FAILED
    return Outcome.JOINABLE


# How long it took


async def note_waits(lobby: Lobby, profile: str, seconds: list[float]) -> None:
    """What those may expect who wait for the like."""
    kept = [*await waits(lobby, profile), *seconds][-WAITS_KEPT:]
    await lobby.leases.remember(_waits(profile), WAITS.dump_json(kept).decode(), WAITS_SECONDS)


async def waits(lobby: Lobby, profile: str) -> list[float]:
    """Of those who were matched last, in seconds."""
    kept = await lobby.leases.recall(_waits(profile))
    return WAITS.validate_json(kept) if kept else []


def _waits(profile: str) -> str:
    return f"waits:{profile}"
