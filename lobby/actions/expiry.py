"""What time does to sessions: some end, some have to be there."""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import creating, lifetimes, telling
from lobby.actions.telling import StillWanted
from lobby.context import Lobby
from lobby.domain import consequences
from lobby.domain.errors import SessionNotFound
from lobby.domain.sessions import Session
from protocol import topics

LOGS = topics.session_events("")
"""How the names of sessions' logs begin."""
STREAMS = topics.instance("")


async def expire(lobby: Lobby, id: str) -> None:
    """Nobody has wanted it for a while. One that is kept and played, or needed, stays."""
    with suppress(SessionNotFound):
        session = await lobby.sessions.get(id)
        if _stays_played(lobby, session) or await _needed(lobby, session):
            await lifetimes.begin(lobby, session)
        elif not session.hosted:
            await _end(lobby, session)


async def _end(lobby: Lobby, session: Session) -> None:
    """Unless somebody comes while it runs out: they have wanted it."""
    since = lobby.clock() - lobby.catalogue.server.session_ttl_s

    def decide(session: Session) -> None:
        if any((seat.joined or 0) > since for seat in session.occupants()):
            raise StillWanted

    message = "Nobody has wanted the session for a while."
    try:
        await telling.end(lobby, session.id, decide, message=message, code="session_expired")
    except StillWanted:
        await lifetimes.begin(lobby, session)


async def rearm_logs(lobby: Lobby) -> None:
    """The logs of sessions that are over have their day before them again."""
    after = ""
    while streams := await lobby.store.streams(LOGS, after=after):
        ids = [stream.removeprefix(LOGS) for stream in streams]
        live = await lobby.sessions.versions(ids)
        for id in ids:
            if id not in live:
                await lobby.leases.linger(f"events:{id}", telling.LOG_SECONDS)
        after = streams[-1]


async def wind_up(lobby: Lobby, id: str) -> None:
    """What was made for a match ends a moment after it."""

    def decide(session: Session) -> None:
        if consequences.wanted(session) or not consequences.over(session):
            raise StillWanted

    with suppress(SessionNotFound, StillWanted):
        await telling.end(lobby, int(id), decide, message=telling.OVER.message)


async def rearm_streams(lobby: Lobby) -> None:
    """The same of the streams of instances; those that are still there are asked for then."""
    after = ""
    while streams := await lobby.store.streams(STREAMS, after=after):
        for stream in streams:
            await lobby.leases.linger(stream, lifetimes.STREAM_SECONDS)
        after = streams[-1]


async def forget_stream(lobby: Lobby, id: str) -> None:
    """Unless a session is played there."""
    try:
        await lobby.sessions.claimed("instance", id)
    except SessionNotFound:
        await lobby.notices.end(topics.instance(id), code="instance_ended")


async def forget_log(lobby: Lobby, id: str) -> None:
    await lobby.store.forget(f"events:{id}")


def _stays_played(lobby: Lobby, session: Session) -> bool:
    template = lobby.catalogue.by_session_type.get(session.template)
    kept = template is not None and template.keep_alive_on_empty
    return kept and session.instance is not None and session.instance.live


async def _needed(lobby: Lobby, session: Session) -> bool:
    """Whether fewer would be left than the game wants of its kind in its region."""
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is None or not template.min_session_count or session.region is None:
        return False
    return await count(lobby, session.template, session.region) <= template.min_session_count


async def keep_up(lobby: Lobby) -> None:
    """In every region that players are sent to, as many sessions as their template wants."""
    for template in lobby.catalogue.templates:
        if template.min_session_count:
            for region in lobby.catalogue.regions:
                if not region.custom_only:
                    there = await count(lobby, template.session_type, region.region_id)
                    for _ in range(template.min_session_count - there):
                        await creating.provide(lobby, template, region=region.region_id)


async def count(lobby: Lobby, template: str, region: str) -> int:
    """How many sessions of this kind there are in the region."""
    found = await lobby.sessions.all("type", template)
    return sum(session.region == region for session in found)
