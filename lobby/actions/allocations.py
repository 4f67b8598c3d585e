"""Game servers for sessions: those that have registered ask each second whether there is work.

A host takes the oldest session that waits and suits it, when it asks: so it is known to be there.
First the host is marked, then the session, then the host again: whoever stops between, what is
written tells the next one who asks how to go on, and no host ever serves two sessions.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from lobby.actions import executing, losses, telling
from lobby.context import Lobby
from lobby.domain import allocations
from lobby.domain.allocations import GameHost, HostState
from lobby.domain.errors import Conflict, LobbyError, NotFound, SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.session_errors import GameHostBusy, GameHostNotFound, InvalidJoinStatus
from lobby.domain.sessions import Session

ALARM, FORGET = "allocation", "registered"
FORGOTTEN_SECONDS = 86_400.0
"""How long a host is known that no longer asks."""
LONGEST_LOOK = 100
"""How many of the oldest waiting sessions a host looks through for one that suits it."""
UNSURE_SECONDS = 5.0
"""How long it may take to write down a promise; after that nobody is writing any more."""


async def seek(lobby: Lobby, session: Session) -> Session:
    """Find a host for the session, or let it wait for one until its time is up."""
    seconds = lobby.catalogue.instances.allocate_timeout_s
    await lobby.leases.linger(f"{ALARM}:{session.id}", seconds)
    if lobby.catalogue.instances.provider == "exec":
        return await executing.start(lobby, session)
    return session


async def expire(lobby: Lobby, id: str) -> None:
    """No host was found in time, or the one that was found has not come."""
    with suppress(SessionNotFound):
        session = await lobby.sessions.get(id)
        instance = session.instance
        if instance is None or instance.awaited_since is None:
            return
        until = instance.awaited_since + lobby.catalogue.instances.allocate_timeout_s
        left = until - lobby.clock()
        if left > 0:
            await lobby.leases.linger(f"{ALARM}:{id}", left)
        else:
            await losses.close(lobby, session, instance, why="no host came")


@dataclass(frozen=True, slots=True)
class Offer:
    """A game server as it offers itself."""

    id: str
    address: str
    port: int
    tags: list[str]


async def register(
    lobby: Lobby, permit: Permit, *, offers: list[Offer]
) -> list[GameHost | LobbyError]:
    """Each as it is known from now on; registering again changes where it is found, and whom it
    serves."""
    return [await _said(_register(lobby, permit.actor, offer)) for offer in offers]


async def poll(lobby: Lobby, permit: Permit, *, ids: list[str]) -> list[GameHost | LobbyError]:
    """Each with the session that it is to serve, if there is one; or why it cannot be told."""
    return [await _said(_poll(lobby, permit.actor, id)) for id in ids]


async def _said(told: Awaitable[GameHost]) -> GameHost | LobbyError:
    """One that is refused does not keep the others from work."""
    try:
        return await told
    except (GameHostNotFound, GameHostBusy) as refusal:
        return refusal


async def _register(lobby: Lobby, actor: Actor, offer: Offer) -> GameHost:
    new = GameHost(actor.uuid, offer.id, offer.address, offer.port, offer.tags)

    def decide(host: GameHost) -> None:
        host.address, host.port, host.tags = offer.address, offer.port, offer.tags

    try:
        await lobby.game_hosts.change(new.key, decide)
    except GameHostNotFound:
        with suppress(Conflict):
            await lobby.game_hosts.add(new)
    return await _poll(lobby, actor, offer.id)


async def _poll(lobby: Lobby, actor: Actor, id: str) -> GameHost:
    host = await lobby.game_hosts.get(allocations.key(actor.uuid, id))
    await lobby.leases.linger(f"{FORGET}:{host.key}", FORGOTTEN_SECONDS)
    if host.state is HostState.DEALLOCATED:
        return await _take(lobby, host)
    return await _follow(lobby, host)


async def forget(lobby: Lobby, key: str) -> None:
    with suppress(GameHostNotFound):
        await lobby.game_hosts.remove(key)


async def rearm(lobby: Lobby, session: Session) -> None:
    """Whoever is awaited has the whole time before them again."""
    if session.instance is not None and session.instance.awaited_since is not None:
        seconds = lobby.catalogue.instances.allocate_timeout_s
        await lobby.leases.linger(f"{ALARM}:{session.id}", seconds)


async def rearm_hosts(lobby: Lobby) -> None:
    for host in await lobby.game_hosts.all("registered", "yes"):
        await lobby.leases.linger(f"{FORGET}:{host.key}", FORGOTTEN_SECONDS)


async def _follow(lobby: Lobby, host: GameHost) -> GameHost:
    """Promised or serving: still so, if the session says the same."""
    promise = str(host.allocation)
    if await _stands(lobby, host):
        if host.state is HostState.ALLOCATED:
            return host
        return await lobby.game_hosts.change(host.key, lambda host: host.confirm(promise))
    since = lobby.clock() - (host.promised or 0.0)
    if host.state is HostState.ALLOCATING and since < UNSURE_SECONDS:
        return host
    return await lobby.game_hosts.change(host.key, lambda host: host.free(promise))


async def _stands(lobby: Lobby, host: GameHost) -> bool:
    try:
        instance = (await lobby.sessions.get(str(host.session))).instance
    except SessionNotFound:
        return False
    return instance is not None and instance.live and instance.allocation == host.allocation


async def _take(lobby: Lobby, host: GameHost) -> GameHost:
    """The oldest session that waits and that it may serve, unless another host is quicker."""
    regions = {region.region_id for region in lobby.catalogue.regions}
    for waiting in await lobby.sessions.ranked("seeking", limit=LONGEST_LOOK):
        if host.serves(waiting.region, waiting.template, regions=regions):
            try:
                return await _give(lobby, host, waiting.id)
            except GameHostBusy:
                return await lobby.game_hosts.get(host.key)
            except (NotFound, InvalidJoinStatus):
                continue
    return host


async def _give(lobby: Lobby, host: GameHost, session: int) -> GameHost:
    """Raise GameHostBusy where the host, NotFound or InvalidJoinStatus where the session is another
    one's by now."""
    promise, now = str(uuid4()), round(lobby.clock(), 3)

    def allocate(session: Session) -> None:
        if session.instance is None:
            raise InvalidJoinStatus
        session.instance.allocate(
            promise,
            now=now,
            host=host.account,
            process=host.id,
            server=host.address,
        )

    def promised(host: GameHost) -> None:
        host.promise(promise, session, now=now)

    await lobby.game_hosts.change(host.key, promised)
    try:
        await telling.alter(lobby, session, allocate)
    except (NotFound, InvalidJoinStatus):
        await lobby.game_hosts.change(host.key, lambda host: host.free(promise))
        raise
    return await _confirm(lobby, host, session, promise)


async def _confirm(lobby: Lobby, host: GameHost, session: int, promise: str) -> GameHost:
    """If the host was given up meanwhile, because this took too long, the session waits on."""

    def withdraw(session: Session) -> None:
        if session.instance is not None:
            session.instance.withdraw(promise)

    seconds = lobby.catalogue.instances.allocate_timeout_s
    await lobby.leases.linger(f"{ALARM}:{session}", seconds)
    try:
        return await lobby.game_hosts.change(host.key, lambda host: host.confirm(promise))
    except (GameHostBusy, GameHostNotFound):
        with suppress(SessionNotFound):
            await telling.alter(lobby, session, withdraw)
        raise GameHostBusy from None
