"""What has run out of time is a name among those that lapsed: `session:1`. People are uuids, and
have no colon in them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from lobby.actions import allocations, entitlements, expiry, health, lifetimes, queues, ranks
from lobby.context import Lobby
from lobby.domain import consequences
from lobby.domain.errors import Unavailable
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

HANDLERS: dict[str, Callable[[Lobby, str], Awaitable[None]]] = {
    "session": expiry.expire,
    "events": expiry.forget_log,
    "instance": expiry.forget_stream,
    "over": expiry.wind_up,
    queues.ALARM: queues.expire,
    allocations.ALARM: allocations.expire,
    allocations.FORGET: allocations.forget,
    health.ALARM: health.look,
    ranks.ALARM: ranks.finish,
    entitlements.FORGET: entitlements.forget,
}
"""By what the name begins with."""


def is_alarm(name: str) -> bool:
    return ":" in name


async def ring(lobby: Lobby, name: str) -> None:
    """One that fails for a reason of its own is not rung again: the others wait behind it."""
    kind, _, id = name.partition(":")
    try:
        await HANDLERS[kind](lobby, id)
    except (Unreachable, Unavailable):
        raise
    except Exception:
        log.exception("alarm_failed", alarm=name)


async def rearm(lobby: Lobby) -> None:
    """The leases remember nothing: everything that lives has its whole time before it again."""
    for session in await lobby.sessions.all("live", "yes"):
        await lifetimes.begin(lobby, session)
        await allocations.rearm(lobby, session)
        await health.watch(lobby, session)
        await queues.rearm(lobby, session)
        if consequences.over(session):
            await lifetimes.wind_up(lobby, session)
    await allocations.rearm_hosts(lobby)
    await entitlements.rearm(lobby)
    await expiry.rearm_logs(lobby)
    await expiry.rearm_streams(lobby)
    await ranks.rearm(lobby)
