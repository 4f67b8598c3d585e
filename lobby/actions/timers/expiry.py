"""Expiry of invitations, reservations, sessions, event logs and instance streams; and the minimum
number of sessions."""

from __future__ import annotations

from contextlib import suppress

from lobby import expiring_keys
from lobby.actions.changes import change, expiry_timers
from lobby.actions.changes.change import StillInUse
from lobby.actions.changes.removals import EXPIRED, OVER
from lobby.actions.sessions import create_or_join
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.reasons import Reason
from lobby.domain.sessions import invariants
from lobby.domain.sessions.session import Session
from protocol import topics

LOGS = topics.session_events("")
"""Prefix of the streams of event logs."""
STREAMS = topics.instance("")
UNWANTED = "Nobody has wanted the session for a while."


async def free_expired_seats(lobby: Lobby) -> None:
    """Sweep: free expired reservations and invitations in all sessions, and notify the players;
    drop codes that are over."""
    now = lobby.clock()

    def decide(session: Session) -> None:
        session.lapse_code(now)
        session.free_expired_seats(now)

    for held in await lobby.sessions.all("held", "yes"):
        if held.seats.expired(now) or held.lapse_code(now):
            with suppress(SessionNotFound):
                await change.alter(lobby, held.id, decide, notice=EXPIRED)


async def expire(lobby: Lobby, id: str) -> None:
    """The session's time to live is over. It stays if it has a running instance and is kept, or
    if its region needs it for the minimum."""
    with suppress(SessionNotFound):
        session = await lobby.sessions.get(id)
        if _kept_by_instance(lobby, session) or await _below_minimum(lobby, session):
            await expiry_timers.start_ttl(lobby, session)
        elif not session.hosted:
            await _end(lobby, session)


async def _end(lobby: Lobby, session: Session) -> None:
    """End the session, unless somebody joined within its time to live."""
    since = lobby.clock() - lobby.catalogue.server.session_ttl_s

    def decide(session: Session) -> None:
        if any((held.seat.joined or 0) > since for held in session.seats.occupants()):
            raise StillInUse

    try:
        await change.end(
            lobby,
            session.id,
            decide,
            message=UNWANTED,
            reason=Reason.EXPIRED,
            code="session_expired",
        )
    except StillInUse:
        await expiry_timers.start_ttl(lobby, session)


async def rearm_logs(lobby: Lobby) -> None:
    """Set the timers of the event logs of ended sessions again."""
    after = ""
    while streams := await lobby.store.streams(LOGS, after=after):
        ids = [stream.removeprefix(LOGS) for stream in streams]
        live = await lobby.sessions.versions(ids)
        for id in ids:
            if id not in live:
                await lobby.timers.set(expiring_keys.event_log(id), change.LOG_SECONDS)
        after = streams[-1]


async def end_over(lobby: Lobby, id: str) -> None:
    """End a session whose match is over."""

    def decide(session: Session) -> None:
        if invariants.wanted(session) or not invariants.over(session):
            raise StillInUse

    with suppress(SessionNotFound, StillInUse):
        await change.end(lobby, int(id), decide, message=OVER.message, reason=Reason.MATCH_OVER)


async def rearm_over(lobby: Lobby, session: Session) -> None:
    if invariants.over(session):
        await expiry_timers.schedule_end(lobby, session)


async def rearm_streams(lobby: Lobby) -> None:
    """Set the timers of instance streams again; those still in use are kept when they fire."""
    after = ""
    while streams := await lobby.store.streams(STREAMS, after=after):
        for stream in streams:
            key = expiring_keys.instance_stream(stream.removeprefix(STREAMS))
            await lobby.timers.set(key, expiry_timers.STREAM_SECONDS)
        after = streams[-1]


async def delete_stream(lobby: Lobby, id: str) -> None:
    """Delete the stream, unless a session is played on the instance."""
    try:
        await lobby.sessions.claimed("instance", id)
    except SessionNotFound:
        await lobby.inbox.end(topics.instance(id), code="instance_ended")


async def delete_log(lobby: Lobby, id: str) -> None:
    await lobby.store.forget(topics.session_events(id))
    await lobby.store.forget(topics.client_events(id))


def _kept_by_instance(lobby: Lobby, session: Session) -> bool:
    template = lobby.catalogue.by_session_type.get(session.template)
    kept = template is not None and template.keep_alive_on_empty
    return kept and session.instance is not None and session.instance.live


async def _below_minimum(lobby: Lobby, session: Session) -> bool:
    """Whether its region would have fewer sessions of this template than the minimum."""
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is None or not template.min_session_count or session.region is None:
        return False
    return await count(lobby, session.template, session.region) <= template.min_session_count


async def maintain_minimum(lobby: Lobby) -> None:
    """Create sessions until every public region has the minimum number of each template."""
    for template in lobby.catalogue.templates:
        if template.min_session_count:
            for region in lobby.catalogue.regions:
                if not region.custom_only:
                    there = await count(lobby, template.session_type, region.region_id)
                    for _ in range(template.min_session_count - there):
                        await create_or_join.create_empty(lobby, template, region=region.region_id)


async def count(lobby: Lobby, template: str, region: str) -> int:
    """How many sessions of this template there are in the region."""
    found = await lobby.sessions.all("type", template)
    return sum(session.region == region for session in found)
