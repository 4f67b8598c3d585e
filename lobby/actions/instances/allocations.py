"""Allocation of registered game servers (game hosts) to sessions: hosts poll, sessions wait.

A polling host gets the oldest waiting session that it serves, so only a live host is allocated. The
writes go host, session, host: after a crash between two of them the next poll completes or undoes
the allocation, and no host ever serves two sessions.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from lobby import expiring_keys
from lobby.actions.changes import change
from lobby.actions.instances import health, local_servers
from lobby.context import Lobby
from lobby.domain import game_hosts
from lobby.domain.errors import Conflict, LobbyError, NotFound, SessionNotFound
from lobby.domain.game_hosts import GameHost, HostState
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions import hosting
from lobby.domain.sessions.errors import GameHostBusy, GameHostNotFound, InvalidJoinStatus
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.session import Session

REGISTRATION_SECONDS = 86_400.0
"""How long a host stays registered after its last poll."""
MOST_SCANNED = 100
"""Waiting sessions, the oldest first, that one poll checks for a match."""
ALLOCATION_WRITE_SECONDS = 5.0
"""How long the writes of an allocation may take; after that it was interrupted."""


async def start(lobby: Lobby, session: Session) -> Session:
    """Start the allocation: a local server, or wait for a host until the allocation timeout."""
    seconds = lobby.catalogue.instances.allocate_timeout_s
    await lobby.timers.set(expiring_keys.allocation_timeout(session.id), seconds)
    if lobby.catalogue.instances.provider == "exec":
        return await local_servers.start(lobby, session)
    return session


async def expire(lobby: Lobby, id: str) -> None:
    """Allocation timeout: no host polled in time, or the allocated one has not reported."""
    with suppress(SessionNotFound):
        session = await lobby.sessions.get(id)
        instance = session.instance
        if instance is None or instance.awaited_since is None:
            return
        until = instance.awaited_since + lobby.catalogue.instances.allocate_timeout_s
        left = until - lobby.clock()
        if left > 0:
            await lobby.timers.set(expiring_keys.allocation_timeout(id), left)
        else:
            await health.close_lost(lobby, session, instance, why="no host came")


@dataclass(frozen=True, slots=True)
class Offer:
    """Registration of a game server."""

    id: str
    address: str
    port: int
    tags: list[str]


async def register(
    lobby: Lobby, permit: Permit, *, offers: list[Offer]
) -> list[GameHost | LobbyError]:
    """Register hosts; idempotent, a later one replaces address and tags. A host or its refusal for
    each offer."""
    return [await _result(_register(lobby, permit.actor, offer)) for offer in offers]


async def poll(lobby: Lobby, permit: Permit, *, ids: list[str]) -> list[GameHost | LobbyError]:
    """Poll for work: for each id the host, with its session if it is allocated, or its refusal."""
    return [await _result(_poll(lobby, permit.actor, id)) for id in ids]


async def _result(told: Awaitable[GameHost]) -> GameHost | LobbyError:
    """Return a refusal instead of raising it, so that the other hosts get their answers."""
    try:
        return await told
    except (GameHostNotFound, GameHostBusy) as refusal:
        return refusal


async def _register(lobby: Lobby, actor: Actor, offer: Offer) -> GameHost:
    new = GameHost(actor.uuid, offer.id, offer.address, offer.port, offer.tags)
    try:
        await lobby.game_hosts.change(
            new.key, lambda host: host.update_registration(offer.address, offer.port, offer.tags)
        )
    except GameHostNotFound:
        with suppress(Conflict):
            await lobby.game_hosts.add(new)
    return await _poll(lobby, actor, offer.id)


async def _poll(lobby: Lobby, actor: Actor, id: str) -> GameHost:
    host = await lobby.game_hosts.get(game_hosts.key(actor.uuid, id))
    await lobby.timers.set(expiring_keys.game_host(host.key), REGISTRATION_SECONDS)
    if host.state is HostState.DEALLOCATED:
        return await _allocate_oldest(lobby, host)
    return await _check_allocation(lobby, host)


async def note_version(lobby: Lobby, instance: Instance, version: str) -> None:
    """Remember the version that the game server of this instance has reported, so that it is given
    no players of another one; nothing to remember of one that did not register."""
    if instance.host and instance.process:
        key = game_hosts.key(instance.host, instance.process)
        with suppress(GameHostNotFound):
            await lobby.game_hosts.change(key, lambda host: host.note_version(version))


async def unregister(lobby: Lobby, key: str) -> None:
    with suppress(GameHostNotFound):
        await lobby.game_hosts.remove(key)


async def unregister_all(lobby: Lobby, account: str) -> None:
    """Unregister every host of this account; idempotent."""
    for host in await lobby.game_hosts.all("account", account):
        await unregister(lobby, host.key)


async def rearm(lobby: Lobby, session: Session) -> None:
    """Set the allocation timeout again after the timers were lost."""
    if session.instance is not None and session.instance.awaited_since is not None:
        seconds = lobby.catalogue.instances.allocate_timeout_s
        await lobby.timers.set(expiring_keys.allocation_timeout(session.id), seconds)


async def rearm_hosts(lobby: Lobby) -> None:
    for host in await lobby.game_hosts.all("registered", "yes"):
        await lobby.timers.set(expiring_keys.game_host(host.key), REGISTRATION_SECONDS)


async def _check_allocation(lobby: Lobby, host: GameHost) -> GameHost:
    """Confirm a host's allocation against its session; free the host if they disagree."""
    allocation = str(host.allocation)
    if await _session_agrees(lobby, host):
        if host.state is HostState.ALLOCATED:
            return host
        return await lobby.game_hosts.change(host.key, lambda host: host.confirm(allocation))
    since = lobby.clock() - (host.promised or 0.0)
    if host.state is HostState.ALLOCATING and since < ALLOCATION_WRITE_SECONDS:
        return host
    return await lobby.game_hosts.change(host.key, lambda host: host.deallocate(allocation))


async def _session_agrees(lobby: Lobby, host: GameHost) -> bool:
    try:
        instance = (await lobby.sessions.get(str(host.session))).instance
    except SessionNotFound:
        return False
    return instance is not None and instance.live and instance.allocation == host.allocation


async def _allocate_oldest(lobby: Lobby, host: GameHost) -> GameHost:
    """Allocate the host to the oldest waiting session that it serves, if any."""
    regions = {region.region_id for region in lobby.catalogue.regions}
    for waiting in await lobby.sessions.ranked("seeking", limit=MOST_SCANNED):
        version = waiting.seats.version()
        if host.serves(waiting.region, waiting.template, regions=regions, version=version):
            try:
                return await _allocate(lobby, host, waiting.id)
            except GameHostBusy:
                return await lobby.game_hosts.get(host.key)
            except (NotFound, InvalidJoinStatus):
                continue
    return host


async def _allocate(lobby: Lobby, host: GameHost, session: int) -> GameHost:
    """Allocate the host to the session. Raises GameHostBusy if the host, NotFound or
    InvalidJoinStatus if the session was taken meanwhile."""
    allocation, now = str(uuid4()), lobby.now()

    def allocate(session: Session) -> None:
        hosting.allocate(
            session, allocation, now=now, host=host.account, process=host.id, server=host.address
        )

    await lobby.game_hosts.change(
        host.key, lambda host: host.allocate(allocation, session, now=now)
    )
    try:
        await change.alter(lobby, session, allocate)
    except (NotFound, InvalidJoinStatus):
        await lobby.game_hosts.change(host.key, lambda host: host.deallocate(allocation))
        raise
    return await _confirm(lobby, host, session, allocation)


async def _confirm(lobby: Lobby, host: GameHost, session: int, allocation: str) -> GameHost:
    """Third write. If the host was freed meanwhile (ALLOCATION_WRITE_SECONDS), the session waits
    again."""
    seconds = lobby.catalogue.instances.allocate_timeout_s
    await lobby.timers.set(expiring_keys.allocation_timeout(session), seconds)
    try:
        return await lobby.game_hosts.change(host.key, lambda host: host.confirm(allocation))
    except (GameHostBusy, GameHostNotFound):
        with suppress(SessionNotFound):
            await change.alter(lobby, session, lambda s: hosting.withdraw(s, allocation))
        raise GameHostBusy from None
