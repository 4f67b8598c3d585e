"""Who left which session a moment ago: create-or-join does not lead them back."""

from __future__ import annotations

from contextlib import suppress

from lobby import expiring_keys
from lobby.context import Lobby
from persistence.ports import Unreachable

LEFT_SECONDS = 5.0
"""For so long, create-or-join skips a session that the player has left."""


async def remember(lobby: Lobby, session: int, player: str) -> None:
    with suppress(Unreachable):
        await lobby.notes.put(expiring_keys.left_session(session, player), "yes", LEFT_SECONDS)


async def just_left(lobby: Lobby, session: int, player: str) -> bool:
    """Whether the player left it within LEFT_SECONDS."""
    return await lobby.notes.get(expiring_keys.left_session(session, player)) is not None
