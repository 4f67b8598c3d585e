"""What can be done to the instance of a session: asked for, reported on, ended."""

from __future__ import annotations

from uuid import uuid4

from lobby.actions import allocations, health, notes, telling
from lobby.context import Lobby
from lobby.domain import hosting
from lobby.domain.errors import SessionNotFound
from lobby.domain.happenings import Happening
from lobby.domain.instances import HostType, Instance, JoinStatus, Report, StartupParams
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.session_errors import AllocationNotFound, NoGameServers
from lobby.domain.sessions import Session
from lobby.logs import audit
from lobby.tokens import opaque

MATCH_INVITE_SECONDS = 60.0
"""How long a seat in a made match waits for its player."""
FUBAR_SECONDS = 86_400.0
"""How long an instance that was told to be broken is not counted again."""


async def request(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    host_type: HostType,
    instance_id: str | None = None,
    startup: StartupParams | None = None,
    host: str | None = None,
    custom_data: dict[str, str] | None = None,
) -> Session:
    """The session with its instance: hosted by a player at once, or waiting for a game server."""
    dedicated = host_type is HostType.DEDICATED
    if dedicated and lobby.catalogue.instances.provider == "none":
        raise NoGameServers
    own = host in (None, permit.actor.uuid)
    instance = Instance(
        id=instance_id.lower() if instance_id else str(uuid4()),
        host_type=host_type,
        status=JoinStatus.REQUESTED if dedicated else JoinStatus.PENDING,
        created=round(lobby.clock(), 3),
        host=None if dedicated else host or permit.actor.uuid,
        host_number=permit.actor.number or None if own and not dedicated else None,
        startup=startup,
        custom_data=custom_data or {},
    )

    def decide(session: Session) -> None:
        instance.startup = startup or _planned(lobby, session)
        hosting.request(session, permit, instance)

    session = await telling.alter(lobby, id, decide, by=permit.actor, outright=permit.outright)
    if dedicated:
        session = await allocations.seek(lobby, session)
    return session


async def request_planned(lobby: Lobby, session: Session) -> Session:
    """The game server that sessions of this type begin with. Where the game has none, they begin
    without."""
    startup = _planned(lobby, session)
    if startup is None:
        return session
    try:
        return await request(lobby, SYSTEM, id=session.id, host_type=HostType.DEDICATED)
    except NoGameServers as no:
        audit.info("instance not requested", session=session.id, why=no.code)
        return session


async def report(lobby: Lobby, permit: Permit, *, id: int, report: Report) -> Session:
    """The host's word on how far it is; from joinable on, players may travel there."""
    now = round(lobby.clock(), 3)
    catalogue = lobby.catalogue.server

    def decide(session: Session) -> None:
        made = session.created_by_matchmaking
        until = now + (MATCH_INVITE_SECONDS if made else catalogue.invite_ttl_s)
        hosting.report(session, permit, report, now=now, invited_until=until)

    session = await telling.alter(lobby, id, decide, by=permit.actor, outright=permit.outright)
    await health.watch(lobby, session)
    return session


async def remove(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """The session without it. A game server learns by its next poll that it is free."""
    return await telling.alter(
        lobby, id, lambda session: hosting.remove(session, permit), by=permit.actor
    )


async def allocated(lobby: Lobby, permit: Permit, *, allocation: str) -> Session:
    """The session that was given to a game server under this id."""
    try:
        return await lobby.sessions.claimed("allocation", allocation.lower())
    except SessionNotFound:
        raise AllocationNotFound from None


async def fubar(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    instance: str,
    error: str,
    region: str,
    profile: str | None = None,
    provider: str | None = None,
) -> None:
    """Players cannot play there. Counted once for each instance that the session has had; it does
    not close for that."""
    session = await lobby.sessions.get(str(id))
    session.require(permit)
    if session.instance is None or session.instance.id.lower() != instance.lower():
        return
    if await lobby.leases.hold(f"fubar:{session.instance.id}", opaque(), FUBAR_SECONDS):
        audit.warning(
            "instance fubar",
            session=id,
            instance=session.instance.id,
            error=error,
            region=region,
            profile=profile,
            provider=provider,
        )
        await notes.log(lobby, session, [Happening("instance_fubar")], by=permit.actor)


def _planned(lobby: Lobby, session: Session) -> StartupParams | None:
    """What game servers for this type of session start with."""
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is None or template.auto_startup_params is None:
        return None
    said = template.auto_startup_params
    return StartupParams(said.map, said.mode, said.misc_params, dict(said.custom_data))
