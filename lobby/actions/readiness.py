"""Readiness probe: whether the lobby's dependencies answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from lobby.context import Lobby
from persistence.ports import Unreachable

PROBE_SECONDS = 1.0
"""How long the readiness probe waits for each dependency."""


async def reachable(lobby: Lobby) -> dict[str, bool]:
    """`database` and `redis`, probed concurrently; a timeout counts as unreachable."""
    database, bus, live = await asyncio.gather(
        _answers(lobby.store.probe), _answers(lobby.bus.probe), _answers(lobby.locks.probe)
    )
    return {"database": database, "redis": bus and live}


async def _answers(probe: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except (Unreachable, TimeoutError):
        return False
    return True
