"""The instance of a session: request, report, remove; fault reports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from uuid import uuid4

from lobby import expiring_keys
from lobby.actions.changes import change, match_invitations, notify, visibility, wait_credits
from lobby.actions.instances import allocations, health
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.matchmaking.errors import ProposalNotFound
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.sessions import hosting
from lobby.domain.sessions.diff import SessionChange
from lobby.domain.sessions.errors import AllocationNotFound, NoGameServers, VersionIncompatible
from lobby.domain.sessions.instances import (
    HostType,
    Instance,
    InstanceReport,
    JoinStatus,
    StartupParams,
)
from lobby.domain.sessions.session import Session
from lobby.identity.tokens import random_secret

MATCH_INVITE_SECONDS = 60.0
"""How long players of a match are invited to its session."""
FUBAR_SECONDS = 86_400.0
"""For so long, further fault reports on the same instance are ignored (deduplication)."""


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
    """Request an instance: hosted by a player at once, or waiting for a game server."""
    dedicated = host_type is HostType.DEDICATED
    if dedicated and lobby.catalogue.instances.provider == "none":
        raise NoGameServers
    session = await visibility.find(lobby, permit, id=id)
    own = host in (None, permit.actor.uuid)
    instance = Instance(
        id=instance_id.lower() if instance_id else str(uuid4()),
        host_type=host_type,
        status=JoinStatus.REQUESTED if dedicated else JoinStatus.PENDING,
        created=lobby.now(),
        host=None if dedicated else host or permit.actor.uuid,
        host_number=permit.actor.number or None if own and not dedicated else None,
        startup=startup or _planned(lobby, session),
        custom_data=custom_data or {},
    )
    session = await change.alter(
        lobby,
        id,
        lambda session: hosting.request(session, permit, instance),
        by=permit.actor,
        outright=permit.outright,
        known=session,
    )
    if dedicated:
        session = await allocations.start(lobby, session)
    return session


async def request_planned(lobby: Lobby, session: Session) -> Session:
    """Request the game server that new sessions of this type start with (catalogue), if any; a
    deployment without game servers is no fault."""
    startup = _planned(lobby, session)
    if startup is None:
        return session
    try:
        return await request(lobby, SYSTEM, id=session.id, host_type=HostType.DEDICATED)
    except NoGameServers as no:
        lobby.audit.act("instance not requested", session=session.id, code=no.code)
        return session


async def report(lobby: Lobby, permit: Permit, *, id: int, report: InstanceReport) -> Session:
    """Apply a status report of the host; once joinable, players that were set aside are invited.
    The host of a match whose players have another version is closed: raises VersionIncompatible."""
    now = lobby.now()
    catalogue = lobby.catalogue.server

    def decide(session: Session) -> None:
        made = session.created_by_matchmaking
        until = now + (MATCH_INVITE_SECONDS if made else catalogue.invite_ttl_s)
        hosting.report(session, permit, report, now=now, invited_until=until)

    before = await visibility.find(lobby, permit, id=id)
    if hosting.misfits(before, report.version):
        decide(deepcopy(before))  # raises what is to be refused
        await _close_other_version(lobby, before, str(report.version))
    if report.status is JoinStatus.JOINABLE:
        await _note_invited(lobby, before, decide)
    session = await change.alter(
        lobby, id, decide, by=permit.actor, outright=permit.outright, known=before
    )
    if session.instance and not session.instance.live and before.match and not before.match.started:
        await wait_credits.keep(lobby, before)
    await health.expect_reports(lobby, session)
    return session


async def _close_other_version(lobby: Lobby, session: Session, version: str) -> None:
    """The game server of a match has another version than its players: it has failed, and they wait
    on. Raises VersionIncompatible."""
    if session.match is not None and session.instance is not None:
        await allocations.note_version(lobby, session.instance, version)
        with suppress(ProposalNotFound):
            await match_invitations.give_up(lobby, session.match.id, TicketReason.SERVER_VERSION)
        why = "its version is not that of its players"
        await health.close_lost(lobby, session, session.instance, why=why)
    raise VersionIncompatible


async def _note_invited(
    lobby: Lobby, session: Session, decide: Callable[[Session], object]
) -> None:
    """Where the report is about to invite the players of a match, its proposal is told first.
    Raises SessionNotFound if the match was given up: the session is about to end."""
    made = session.match if session.created_by_matchmaking else None
    if made is not None and any(seat.unannounced for seat in session.seats.values()):
        decide(deepcopy(session))  # raises what is to be refused
        try:
            await match_invitations.prepare(lobby, made.id)
        except ProposalNotFound:
            raise SessionNotFound from None


async def remove(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """Remove the instance; its game server is free again at its next poll."""
    found = await visibility.find(lobby, permit, id=id)
    return await change.alter(
        lobby, id, lambda session: hosting.remove(session, permit), by=permit.actor, known=found
    )


async def allocated(lobby: Lobby, permit: Permit, *, allocation: str) -> Session:
    """The session of this allocation. Raises AllocationNotFound."""
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
    """Fault report: players cannot play on the instance. Logged once for each instance; it stays
    open."""
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit)
    if session.instance is None or session.instance.id.lower() != instance.lower():
        return
    if await lobby.locks.acquire(
        expiring_keys.fubar_report(session.instance.id), random_secret(), FUBAR_SECONDS
    ):
        lobby.audit.act(
            "instance fubar",
            session=id,
            target=session.instance.id,
            error=error,
            region=region,
            profile=profile,
            provider=provider,
        )
        await notify.log(lobby, session, [SessionChange("instance_fubar")], by=permit.actor)


def _planned(lobby: Lobby, session: Session) -> StartupParams | None:
    """Startup parameters of the catalogue for this session type."""
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is None or template.auto_startup_params is None:
        return None
    params = template.auto_startup_params
    return StartupParams(params.map, params.mode, params.misc_params, dict(params.custom_data))
