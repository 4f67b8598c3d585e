"""Recent wait times by profile, to estimate the remaining wait of others."""

from __future__ import annotations

from pydantic import TypeAdapter

from lobby import expiring_keys
from lobby.context import Lobby

WAITS = TypeAdapter(list[float])
WAITS_KEPT, WAITS_SECONDS = 100, 3_600.0
"""Number of wait times kept per profile, and for how long."""


async def note(lobby: Lobby, profile: str, seconds: list[float]) -> None:
    kept = [*await recent(lobby, profile), *seconds][-WAITS_KEPT:]
    await lobby.notes.put(
        expiring_keys.queue_waits(profile), WAITS.dump_json(kept).decode(), WAITS_SECONDS
    )


async def recent(lobby: Lobby, profile: str) -> list[float]:
    """The kept wait times, in seconds."""
    kept = await lobby.notes.get(expiring_keys.queue_waits(profile))
    return WAITS.validate_json(kept) if kept else []
