"""Who administrates, counted in one document, so that the last of them cannot go."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, AdminsNotFound, Conflict
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
    """Count it no more; raises LastAdmin. Nothing happens to one who is none.

    Whoever is counted was made one before: who is none any more was deleted or demoted at the very
    moment of being made one, and must not pass for somebody who is left.
    """
    try:
        counted = (await lobby.admins.get(ADMINS)).accounts
        gone = [one for one in counted if one != account and not await _administrates(lobby, one)]

        def decide(admins: Admins) -> None:
            admins.accounts = [one for one in admins.accounts if one not in gone]
            admins.strike(account)

        await lobby.admins.change(ADMINS, decide)
    except AdminsNotFound:
        return


async def _administrates(lobby: Lobby, account: str) -> bool:
    try:
        return (await lobby.accounts.get(account)).admin
    except AccountNotFound:
        return False
