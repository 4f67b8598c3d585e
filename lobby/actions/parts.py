"""Whether the parts that the lobby stands on answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from lobby.context import Lobby
from persistence.ports import Unreachable

PATIENCE_SECONDS = 1.0


async def answering(lobby: Lobby) -> dict[str, bool]:
    """`database` and `redis`, each asked at the same time; slow is no answer."""
    database, bus, leases = await asyncio.gather(
        _answers(lobby.store.probe), _answers(lobby.bus.probe), _answers(lobby.leases.probe)
    )
    return {"database": database, "redis": bus and leases}


async def _answers(probe: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await probe()
    except (Unreachable, TimeoutError):
        return False
    return True
