"""Sessions that players ask for by type: one that is there and has room, or a new one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from lobby.actions import instances, membership, sessions, telling, welcome
from lobby.actions.membership import Wish
from lobby.catalogue.sessions import SessionTemplate
from lobby.context import Lobby
from lobby.domain.errors import Conflict, Forbidden, NotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.platforms import Client
from lobby.domain.seats import Guest
from lobby.domain.session_errors import TemplateNotFound, TypeNotCreatable
from lobby.domain.sessions import Session
from lobby.tokens import opaque
from persistence.ports import Unreachable

PAGE = 50
MOST_LOOKED_AT = 200
"""Sessions that are tried before another one is made."""
LOOKS, LOOK_SECONDS = 40, 0.05
"""How often those who find no room look again while another makes it."""
TURN_SECONDS = 2.0
ELEVATED = "session:update:any"
"""Who may do this may make sessions that players do not."""


async def create_or_join(
    lobby: Lobby, permit: Permit, *, session_type: str, region: str | None, client: Client
) -> Session:
    """Of those who come at once and find no room, one makes it and the others join."""
    template = lobby.catalogue.by_session_type.get(session_type)
    if template is None:
        raise TemplateNotFound
    sessions.require_region(lobby, region)
    if not template.joinable:
        return await _make(lobby, permit, template, region=region, client=client)
    turn, holder = f"making:{session_type}:{region or ''}", opaque()
    for _ in range(LOOKS):
        if found := await _join(lobby, permit, session_type, region=region, client=client):
            return found
        if await lobby.leases.hold(turn, holder, TURN_SECONDS):
            try:
                found = await _join(lobby, permit, session_type, region=region, client=client)
                return found or await _make(lobby, permit, template, region=region, client=client)
            finally:
                with suppress(Unreachable):
                    await lobby.leases.release(turn, holder)
        await asyncio.sleep(LOOK_SECONDS)
    return await _make(lobby, permit, template, region=region, client=client)


async def _join(
    lobby: Lobby, permit: Permit, session_type: str, *, region: str | None, client: Client
) -> Session | None:
    """The oldest one that lets the player in."""
    wish = Wish(client=client)
    async for candidate in _candidates(lobby, permit.actor, session_type, region):
        with suppress(Conflict, Forbidden, NotFound):
            return await membership.enter(
                lobby, permit, id=candidate.id, player=permit.actor.uuid, wish=wish
            )
    return None


async def _make(
    lobby: Lobby, permit: Permit, template: SessionTemplate, *, region: str | None, client: Client
) -> Session:
    """One that the player leads."""
    if not (template.can_be_created_by_players_directly or permit.actor.holds(ELEVATED)):
        raise TypeNotCreatable
    leader = await welcome.guest(lobby, permit.actor, client=client)
    await welcome.linger(lobby, leader)
    return await _create(lobby, template, region=region, leader=leader, by=permit.actor)


async def provide(lobby: Lobby, template: SessionTemplate, *, region: str) -> Session:
    """One that is there before anybody comes."""
    return await _create(lobby, template, region=region, leader=None, by=SYSTEM.actor)


async def _candidates(
    lobby: Lobby, actor: Actor, session_type: str, region: str | None
) -> AsyncIterator[Session]:
    """The oldest first, but none that the player is in, or has just left."""
    label = f"open:{session_type}" if region is None else f"open:{session_type}:{region}"
    after = ""
    for _ in range(MOST_LOOKED_AT // PAGE):
        page = await lobby.sessions.ranked(label, after=after, limit=PAGE)
        for session in page:
            if not session.sits(actor.uuid) and not await membership.just_left(
                lobby, session.id, actor.uuid
            ):
                yield session
        if len(page) < PAGE:
            return
        after = f"{page[-1].sequence:012}"


async def _create(
    lobby: Lobby,
    template: SessionTemplate,
    *,
    region: str | None,
    leader: Guest | None,
    by: Actor,
) -> Session:
    session = await sessions.new(lobby, template.shape(), leader)
    session.region, session.joinable = region, template.joinable
    if template.auto_add_to_browser or session.hosted:
        session.listing = dict(template.auto_browser_params)
    session = await telling.add(lobby, session, by=by)
    if leader is not None:
        await sessions.require_still_there(lobby, session)
    return await instances.request_planned(lobby, session)
