"""Signs of life, from those who are not connected all the time."""

from __future__ import annotations

from lobby.actions import presence
from lobby.context import Lobby
from lobby.domain.permissions import Permit


async def still_here(lobby: Lobby, permit: Permit, *, status: str | None) -> None:
    """Their seats are held for as long again; who is connected shows as they wish."""
    account = permit.actor.uuid
    if status is not None:
        await presence.set_status(lobby, permit, status=status)
    if lobby.attendance.present(account) is None:
        await lobby.leases.linger(account, lobby.settings.unattended_seconds)
