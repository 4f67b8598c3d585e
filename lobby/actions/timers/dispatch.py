"""Timer dispatch: for each kind of timer, its handler, and how it is set again after a loss.

`lobby.expiring_keys` describes the keys and durations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from lobby.actions.changes import expiry_timers
from lobby.actions.economy import entitlements, ranks
from lobby.actions.instances import allocations, health
from lobby.actions.matchmaking import ticket_timeouts
from lobby.actions.timers import expiry, presence
from lobby.context import Lobby
from lobby.domain.errors import Unavailable
from lobby.domain.sessions.session import Session
from lobby.expiring_keys import TimerKind
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

PAGE = 100
"""Sessions whose timers are set again in one turn of the event loop."""


@dataclass(frozen=True, slots=True)
class TimerRow:
    """Handlers of one kind of timer. `fire`: called with the id (behind the colon) when one is due.
    After a loss of volatile data, timers are set again by `rearm_session`, for each live session,
    or by `rearm`, for all others; every kind has one of the two."""

    fire: Callable[[Lobby, str], Awaitable[None]]
    rearm_session: Callable[[Lobby, Session], Awaitable[None]] | None = None
    rearm: Callable[[Lobby], Awaitable[None]] | None = None


TIMERS = {
    TimerKind.SESSION_TTL: TimerRow(expiry.expire, rearm_session=expiry_timers.start_ttl),
    TimerKind.SESSION_OVER: TimerRow(expiry.end_over, rearm_session=expiry.rearm_over),
    TimerKind.EVENT_LOG: TimerRow(expiry.delete_log, rearm=expiry.rearm_logs),
    TimerKind.INSTANCE_STREAM: TimerRow(expiry.delete_stream, rearm=expiry.rearm_streams),
    TimerKind.TICKET_TIMEOUT: TimerRow(ticket_timeouts.expire, rearm_session=ticket_timeouts.rearm),
    TimerKind.ALLOCATION_TIMEOUT: TimerRow(allocations.expire, rearm_session=allocations.rearm),
    TimerKind.GAME_HOST: TimerRow(allocations.unregister, rearm=allocations.rearm_hosts),
    TimerKind.HEALTH_CHECK: TimerRow(health.check_overdue, rearm_session=health.expect_reports),
    TimerKind.RANK_UPDATE: TimerRow(ranks.finish, rearm=ranks.rearm),
    TimerKind.ENTITLEMENT_REQUEST: TimerRow(entitlements.delete, rearm=entitlements.rearm),
    TimerKind.SIGN_OUT: TimerRow(presence.signed_out, rearm=presence.rearm_signed_out),
}


async def fire_due(lobby: Lobby) -> None:
    """At least once: a timer is done only after its handler, so an interrupted one stays due."""
    due = await lobby.timers.due()
    for key in due:
        await fire(lobby, key)
    if due:
        await lobby.timers.done(due)


async def fire(lobby: Lobby, key: str) -> None:
    """A handler that fails is not retried, since other timers wait behind it; only an unreachable
    dependency is raised."""
    kind, _, id = key.partition(":")
    try:
        await TIMERS[TimerKind(kind)].fire(lobby, id)
    except (Unreachable, Unavailable):
        raise
    except Exception:
        log.exception("timer_failed", timer=key)


async def rearm(lobby: Lobby) -> None:
    """After a loss of volatile data: set all timers again, with their full length."""
    rows = TIMERS.values()
    async for page in lobby.sessions.pages("live", "yes", size=PAGE):
        for session in page:
            await presence.rearm(lobby, session)
            for row in rows:
                if row.rearm_session is not None:
                    await row.rearm_session(lobby, session)
        await asyncio.sleep(0)
    for row in rows:
        if row.rearm is not None:
            await row.rearm(lobby)
