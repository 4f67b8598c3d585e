"""Who administrates, counted in one document, so that the last of them cannot go."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.errors import AdminsNotFound, Conflict
from lobby.domain.profiles import Admins
from lobby.repositories import ADMINS


async def enter(lobby: Lobby, account: str) -> None:
    """Count the account among them."""
    while True:
        try:
            await lobby.admins.change(ADMINS, lambda admins: admins.enter(account))
            return
        except AdminsNotFound:
            pass
        try:
            await lobby.admins.add(Admins([account]))
            return
        except Conflict:
            continue


async def strike(lobby: Lobby, account: str) -> None:
    """Count it no more; raises LastAdmin. Nothing happens to one who is none."""
    try:
        await lobby.admins.change(ADMINS, lambda admins: admins.strike(account))
    except AdminsNotFound:
        return
