"""Who is meant: an account by its uuid, number, login, nickname or shown name."""

from __future__ import annotations

from contextlib import suppress

from lobby.context import Lobby
from lobby.domain.accounts import Account, Ambiguous
from lobby.domain.errors import AccountNotFound
from lobby.identity import name_rules
from lobby.operator.arguments import NUMBER, UUID
from lobby.storage.account_index import called

MOST_CANDIDATES = 10
"""Accounts of one name that are told apart in a refusal."""


async def find(lobby: Lobby, who: str) -> Account:
    """The only account that is meant. Raises AccountNotFound, Ambiguous. A uuid is always exact;
    anything else may be the login of one and the name of another, and is nobody's before the
    operator has chosen."""
    if UUID.fullmatch(who):
        return await lobby.accounts.get(who.lower())
    found = await _candidates(lobby, who)
    if not found:
        raise AccountNotFound
    if len(found) > 1:
        raise Ambiguous(_told_apart(who, found))
    return found[0]


async def _candidates(lobby: Lobby, who: str) -> list[Account]:
    """The oldest first."""
    names = called(who)
    claims = [("nickname", name) for name in names]
    if NUMBER.fullmatch(who):
        claims.append(("number", who))
    if name_rules.LOGIN.fullmatch(who):
        claims.append(("login", who.lower()))
    found = list[Account]()
    for name in names:
        found += await lobby.accounts.find("called", name, limit=MOST_CANDIDATES + 1)
    for claim, value in claims:
        with suppress(AccountNotFound):
            found.append(await lobby.accounts.claimed(claim, value))
    return sorted({one.uuid: one for one in found}.values(), key=lambda one: one.number)


def _told_apart(who: str, found: list[Account]) -> str:
    shown = ", ".join(map(_described, found[:MOST_CANDIDATES]))
    more = " and others" if len(found) > MOST_CANDIDATES else ""
    return f"{who} may be {shown}{more}: say the uuid. Nothing was changed."


def _described(account: Account) -> str:
    login = f", login {account.login}" if account.login else ""
    name = f', "{account.shown_name}"' if account.shown_name else ""
    return f"{account.uuid} ({account.kind} {account.number}{login}{name})"
