"""The list of administrators, in one document, so that the last one cannot be removed."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, AdminsNotFound, Conflict
from lobby.domain.profiles import Admins
from lobby.storage.kinds import ADMINS


async def add(lobby: Lobby, account: str) -> None:
    """Add the account; idempotent."""
    while True:
        try:
            await lobby.admins.change(ADMINS, lambda admins: admins.add(account))
            return
        except AdminsNotFound:
            pass
        try:
            await lobby.admins.add(Admins([account]))
            return
        except Conflict:
            continue


async def remove(lobby: Lobby, account: str) -> None:
    """Remove the account; raises LastAdmin. Does nothing for one that is not in the list.

    Accounts are promoted before they are listed. One that is listed but no longer an administrator
    was deleted or demoted concurrently; it is removed too and does not count as remaining.
    """
    try:
        counted = (await lobby.admins.get(ADMINS)).accounts
        gone = [one for one in counted if one != account and not await _is_admin(lobby, one)]

        def decide(admins: Admins) -> None:
            admins.accounts = [one for one in admins.accounts if one not in gone]
            admins.remove(account)

        await lobby.admins.change(ADMINS, decide)
    except AdminsNotFound:
        return


async def _is_admin(lobby: Lobby, account: str) -> bool:
    try:
        return (await lobby.accounts.get(account)).admin
    except AccountNotFound:
        return False
