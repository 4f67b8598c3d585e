"""Hosting of a match: request its instance (game server or player), on a preferred map."""

from __future__ import annotations

from contextlib import suppress
from random import SystemRandom

from lobby.actions.changes import change
from lobby.actions.instances import instances
from lobby.catalogue.instances import InstanceTemplate, Map
from lobby.context import Lobby
from lobby.domain.matchmaking import match_sessions
from lobby.domain.matchmaking.errors import TicketNotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.sessions.errors import InstanceExists, NoGameServers
from lobby.domain.sessions.instances import HostType, StartupParams
from lobby.domain.sessions.session import Session

random = SystemRandom()
INVITE_SECONDS = instances.MATCH_INVITE_SECONDS
"""How long players of a match are invited to its session."""


async def request_host(lobby: Lobby, proposal: Proposal, session: Session) -> Session:
    """Request the instance, once; idempotent. All players are invited when it becomes joinable
    (`instances.report`), a player who hosts it at once."""
    if session.match is not None and session.instance is None:
        session = await _request(lobby, proposal, session)
    if proposal.host is None or session.instance is None:
        return session
    host, now = proposal.host, lobby.now()
    until = now + INVITE_SECONDS
    return await change.alter(
        lobby,
        session.id,
        lambda session: match_sessions.invite_host(session, host, until=until, now=now),
        refresh_ttl=False,
    )


async def _request(lobby: Lobby, proposal: Proposal, session: Session) -> Session:
    """Request the instance as the profile's instance template says."""
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
    """Draw a map by weight among the preferred ones."""
    wishes = []
    for ticket in proposal.tickets:
        with suppress(TicketNotFound):
            wishes.append({*(await lobby.tickets.get(ticket)).map_preferences})
    maps = [one for one in lobby.catalogue.maps_of(template).maps if one.map_weight]
    liked = preferred(maps, [wish for wish in wishes if wish])
    return random.choices(liked, [one.map_weight for one in liked])[0]


def preferred(maps: list[Map], wishes: list[set[str]]) -> list[Map]:
    """Maps that every party with preferences prefers; else those that any prefers; else all."""
    if not wishes:
        return maps
    likes = [sum(bool(wish & {one.map_id, one.name}) for wish in wishes) for one in maps]
    for enough in (len(wishes), 1):
        if liked := [one for one, n in zip(maps, likes, strict=True) if n >= enough]:
            return liked
    return maps
