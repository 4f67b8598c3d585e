"""Who players are on the platforms that they come from."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.permissions import Permit


async def of_player(lobby: Lobby, permit: Permit, *, player: str) -> Account:
    """The account, with the platform that it comes from, if any."""
    permit.require_self(player)
    return await lobby.accounts.get(player)
