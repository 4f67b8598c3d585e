"""What can be done to sessions as a whole."""

from __future__ import annotations

from contextlib import suppress
from random import SystemRandom
from typing import Any

from lobby.actions import lifetimes, telling, views, watching, welcome
from lobby.actions.watching import live_session
from lobby.context import Lobby
from lobby.domain.errors import AlreadyHosting, NotFound, SessionNotFound
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.seats import SPAN, Guest
from lobby.domain.session_errors import RegionNotFound
from lobby.domain.sessions import Session
from lobby.domain.templates import Template
from lobby.tokens import digest, opaque

random = SystemRandom()
LARGEST_ID = 2**53 // SPAN - 1


async def launch(
    lobby: Lobby,
    permit: Permit,
    *,
    host: str,
    name: str | None = None,
    joinable: bool = True,
    attributes: dict[str, Any] | None = None,
) -> tuple[Session, str]:
    """The host's session, the host in its first seat, and the source of truth key, shown once."""
    permit.require_self(host)
    await lobby.accounts.get(host)
    if await live_session(lobby.sessions, host):
        raise AlreadyHosting
    leader, key = await welcome.guest(lobby, permit.actor), opaque()
    session = await new(lobby, lobby.catalogue.hosted, leader, key=key)
    session.name, session.joinable, session.attributes = name, joinable, attributes or {}
    session.listing = {}
    await welcome.linger(lobby, leader)
    session = await telling.add(lobby, session, by=permit.actor)
    await require_still_there(lobby, session)
    return session, key


async def new(
    lobby: Lobby, template: Template, leader: Guest | None, *, key: str | None = None
) -> Session:
    """Not kept yet. Without a key nobody's word is the source of truth."""
    session = Session.launch(
        random.randint(1, LARGEST_ID) * SPAN,
        template,
        leader,
        now=round(lobby.clock(), 3),
        key_hash=digest(key) if key else "",
    )
    session.sequence = await lobby.store.next_number("session")
    return session


async def read(lobby: Lobby, permit: Permit, *, id: int, refresh_ttl: bool) -> Session:
    """Whoever is in it and reads it is there. For whom its leader has banned there is none."""
    session = await lobby.sessions.get(str(id))
    if not views.sees_all(session, permit):
        await watching.require_visible(lobby, permit, session)
    await lifetimes.attest(lobby, session, permit.actor)
    if refresh_ttl:
        await lifetimes.refresh(lobby, session, permit.actor, outright=permit.outright)
    return session


async def update(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    name: str | None = None,
    joinable: bool | None = None,
    location: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> Session:
    """What is None stays."""

    def decide(session: Session) -> None:
        session.require(permit)
        if name is not None:
            session.name = name
        if joinable is not None:
            session.joinable = joinable
        if location is not None:
            session.location = location
        if attributes is not None:
            session.attributes = attributes

    return await telling.alter(lobby, id, decide, by=permit.actor)


async def revise(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    region: str | None = None,
    custom_data: dict[str, str] | None = None,
    joinable: bool | None = None,
) -> Session:
    """The same in the words of player services. Custom data is replaced as a whole; where it is
    played stays while it waits for a match."""
    require_region(lobby, region)

    def decide(session: Session) -> None:
        session.require(permit)
        if region is not None and region != session.region:
            session.move_to(region)
        if custom_data is not None:
            session.custom_data = custom_data
        if joinable is not None:
            session.joinable = joinable

    return await telling.alter(lobby, id, decide, by=permit.actor)


async def push(
    lobby: Lobby, permit: Permit, *, id: int, key: str, state: dict[str, Any]
) -> Session:
    """The authority's word: whoever shows the key says what the game's state is."""
    shown = digest(key)

    def decide(session: Session) -> None:
        session.require_key(shown)
        session.state = state

    return await telling.alter(lobby, id, decide, by=permit.actor)


def require_region(lobby: Lobby, region: str | None) -> None:
    if region is not None and all(one.region_id != region for one in lobby.catalogue.regions):
        raise RegionNotFound


async def close(
    lobby: Lobby, permit: Permit, *, id: int, message: str = "The host has closed the session."
) -> None:
    """The session ends; those who sat in it are told."""
    await telling.end(
        lobby, id, lambda session: session.require(permit), by=permit.actor, message=message
    )


async def require_still_there(lobby: Lobby, session: Session) -> None:
    """Look again, now that the session is written: if its host was deleted between, it ends."""
    try:
        await lobby.accounts.get(str(session.leader))
    except NotFound:
        with suppress(SessionNotFound):
            await close(lobby, SYSTEM, id=session.id)
        raise
