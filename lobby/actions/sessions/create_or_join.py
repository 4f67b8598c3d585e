"""Create or join a session by type: an open one with room, else a new one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from lobby import expiring_keys
from lobby.actions.changes import change
from lobby.actions.instances import instances
from lobby.actions.sessions import admission, lifecycle, members, passwords, quotas, recent_leaves
from lobby.catalogue.sessions import SessionTemplate
from lobby.context import Lobby
from lobby.domain.errors import Conflict, Forbidden, ListFull, NotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.errors import TemplateNotFound, TypeNotCreatable
from lobby.domain.sessions.passwords import NewPassword
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.identity.tokens import random_secret
from persistence.ports import Unreachable

PAGE = 50
"""Candidates read from the store at a time."""
MOST_TRIED = 200
"""Candidates tried before a new session is created."""
JOIN_TRIES, JOIN_RETRY_SECONDS = 40, 0.05
"""How often a caller without a candidate tries again while another one creates a session."""
CREATION_LOCK_SECONDS = 2.0
"""Term of the lock under which a session of a type and region is created."""
ELEVATED = "session:update:any"
"""The grant to create session types that players may not create."""


async def create_or_join(
    lobby: Lobby,
    permit: Permit,
    *,
    session_type: str,
    region: str | None,
    client: Client,
    password: passwords.Said | None = None,
) -> Session:
    """Of concurrent callers that find no room, one creates the session and the others join it.
    `password`: of a session that is created; such a one is nobody else's to join."""
    template = lobby.catalogue.by_session_type.get(session_type)
    if template is None:
        raise TemplateNotFound
    lifecycle.require_region(lobby, region)
    if password is not None:
        passwords.require_allowed(lobby, session_type)
    create = partial(
        _create_led, lobby, permit, template, region=region, client=client, password=password
    )
    join = partial(_join, lobby, permit, session_type, region=region, client=client)
    if not template.joinable:
        return await create()
    if password is not None:
        return await join() or await create()
    return await _one_creates(lobby, session_type, region, join=join, create=create)


async def _one_creates(
    lobby: Lobby,
    session_type: str,
    region: str | None,
    *,
    join: Callable[[], Awaitable[Session | None]],
    create: Callable[[], Awaitable[Session]],
) -> Session:
    """Join, or create under the lock of this type and region; others wait for that, then join."""
    lock, holder = expiring_keys.session_creation(session_type, region), random_secret()
    for _ in range(JOIN_TRIES):
        if found := await join():
            return found
        if await lobby.locks.acquire(lock, holder, CREATION_LOCK_SECONDS):
            try:
                return await join() or await create()
            finally:
                with suppress(Unreachable):
                    await lobby.locks.release(lock, holder)
        await asyncio.sleep(JOIN_RETRY_SECONDS)
    return await create()


async def _join(
    lobby: Lobby, permit: Permit, session_type: str, *, region: str | None, client: Client
) -> Session | None:
    """Join the oldest session that is open to everybody and admits the player."""
    edit = MemberEdit(client=client)
    async for candidate in _candidates(lobby, permit.actor, session_type, region):
        try:
            return await members.join(
                lobby,
                permit,
                id=candidate.id,
                edit=edit,
                way=Way.MATCHING,
                rejoin=True,
                known=candidate,
            )
        except ListFull:
            raise  # so is every other candidate
        except (Conflict, Forbidden, NotFound):
            continue
    return None


async def _create_led(
    lobby: Lobby,
    permit: Permit,
    template: SessionTemplate,
    *,
    region: str | None,
    client: Client,
    password: passwords.Said | None,
) -> Session:
    """Create a session that the player leads."""
    if not (template.can_be_created_by_players_directly or permit.actor.holds(ELEVATED)):
        raise TypeNotCreatable
    leader = await admission.guest(lobby, permit.actor, client=client)
    await admission.expire_if_unattended(lobby, leader)
    asks = (
        None if password is None else await passwords.hashed(lobby, template.session_type, password)
    )

    async def seated(place: int | None) -> Session:
        async def opened(opening: int | None) -> Session:
            placed = replace(leader, place=place, opening=opening)
            return await _add(
                lobby, template, region=region, leader=placed, by=permit.actor, password=asks
            )

        return await quotas.opened(lobby, permit.actor, opened)

    session = await quotas.seated(lobby, permit.actor, seated)
    await lifecycle.require_still_there(lobby, session, permit.actor)
    return await instances.request_planned(lobby, session)


async def complete(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """Where a process was killed while it created the session: its instance is requested now."""
    session = await lobby.sessions.get(str(id))
    if session.leader == permit.actor.uuid and session.instance is None:
        await instances.request_planned(lobby, session)


async def create_empty(lobby: Lobby, template: SessionTemplate, *, region: str) -> Session:
    """Create a session without members (auto-created types of the catalogue)."""
    session = await _add(lobby, template, region=region, leader=None, by=SYSTEM.actor)
    return await instances.request_planned(lobby, session)


async def _candidates(
    lobby: Lobby, actor: Actor, session_type: str, region: str | None
) -> AsyncIterator[Session]:
    """Open sessions, the oldest first, without those that the player is in or has just left."""
    label = f"open:{session_type}" if region is None else f"open:{session_type}:{region}"
    after = ""
    for _ in range(MOST_TRIED // PAGE):
        page = await lobby.sessions.ranked(label, after=after, limit=PAGE)
        for session in page:
            if not session.seats.sits(actor.uuid) and not await recent_leaves.just_left(
                lobby, session.id, actor.uuid
            ):
                yield session
        if len(page) < PAGE:
            return
        after = f"{page[-1].sequence:012}"


async def _add(
    lobby: Lobby,
    template: SessionTemplate,
    *,
    region: str | None,
    leader: Guest | None,
    by: Actor,
    password: NewPassword | None = None,
) -> Session:
    session = await lifecycle.new(lobby, template.as_template(), leader)
    session.region = region
    if password is not None:
        session.password.change(password, by=by.uuid)
    if template.auto_add_to_browser or session.hosted:
        session.listing = dict(template.auto_browser_params)
    return await change.add(lobby, session, by=by)
