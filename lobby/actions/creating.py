"""Sessions that players ask for by type: one that is there and has room, or a new one."""

from __future__ import annotations

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
from lobby.domain.session_errors import RegionNotFound, TemplateNotFound, TypeNotCreatable
from lobby.domain.sessions import Session

PAGE = 50
MOST_LOOKED_AT = 200
"""Sessions that are tried before another one is made."""
ELEVATED = "session:update:any"
"""Who may do this may make sessions that players do not."""


async def create_or_join(
    lobby: Lobby, permit: Permit, *, session_type: str, region: str | None, client: Client
) -> Session:
    template = lobby.catalogue.by_session_type.get(session_type)
    if template is None:
        raise TemplateNotFound
    require_region(lobby, region)
    if template.joinable:
        async for candidate in _candidates(lobby, permit.actor, session_type, region):
            with suppress(Conflict, Forbidden, NotFound):
                wish = Wish(client=client)
                return await membership.enter(
                    lobby, permit, id=candidate.id, player=permit.actor.uuid, wish=wish
                )
    if not (template.can_be_created_by_players_directly or permit.actor.holds(ELEVATED)):
        raise TypeNotCreatable
    leader = await welcome.guest(lobby, permit.actor, client=client)
    await welcome.linger(lobby, leader)
    return await _create(lobby, template, region=region, leader=leader, by=permit.actor)


async def provide(lobby: Lobby, template: SessionTemplate, *, region: str) -> Session:
    """One that is there before anybody comes."""
    return await _create(lobby, template, region=region, leader=None, by=SYSTEM.actor)


def require_region(lobby: Lobby, region: str | None) -> None:
    if region is not None and all(one.region_id != region for one in lobby.catalogue.regions):
        raise RegionNotFound


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
