"""Access and refresh tokens: two opaque ids a login, renewed as a pair, ended as a family.

An id is the family's name, then what sort it is, then its secret, all in hexadecimal. Only hashes
of the ids are kept.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass

from lobby.actions import logins
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    FamilyNotFound,
    RefreshUnknown,
    Reused,
    TokenMistaken,
    TokenUnknown,
)
from lobby.domain.families import Family
from lobby.domain.permissions import Actor
from lobby.tokens import digest

ACCESS, REFRESH = "a", "f"
ID = re.compile(r"([0-9a-f]{32})([af])[0-9a-f]{63}")


@dataclass(frozen=True, slots=True)
class Pair:
    """Both ids, shown now and never again, and when each dies, in Unix seconds."""

    access: str
    access_until: float
    refresh: str
    refresh_until: float


async def login(lobby: Lobby, *, login: str, password: str, address: str) -> Pair:
    account = await logins.prove(lobby, login=login, password=password, address=address)
    return await begin(lobby, account)


async def begin(lobby: Lobby, account: Account) -> Pair:
    """A new family, for who has just shown the password; the oldest go when there are too many."""
    now, name = lobby.clock(), secrets.token_hex(16)
    access, refresh = _id(name, ACCESS), _id(name, REFRESH)
    family = Family(
        id=name,
        account=account.uuid,
        token_version=account.token_version,
        proved=now,
        ends=now + lobby.settings.refresh_seconds,
        access_hash=digest(access),
        access_until=now + lobby.settings.access_seconds,
        refresh_hash=digest(refresh),
    )
    await lobby.families.add(family)
    await _keep_newest(lobby, account.uuid)
    return Pair(access, family.access_until, refresh, family.ends)


async def renew(lobby: Lobby, *, refresh: str) -> Pair:
    """A new pair for a refresh id, once: whoever shows it again ends the whole family."""
    name = _name(refresh, REFRESH, unknown=RefreshUnknown)
    now = lobby.clock()
    new_access, new_refresh = _id(name, ACCESS), _id(name, REFRESH)

    def decide(family: Family) -> None:
        family.require_refresh(digest(refresh), now=now)
        until = now + lobby.settings.access_seconds
        family.renew(digest(new_access), digest(new_refresh), access_until=until)

    try:
        await _account_of(lobby, await lobby.families.get(name), unknown=RefreshUnknown)
        family = await lobby.families.change(name, decide)
    except FamilyNotFound:
        raise RefreshUnknown from None
    except Reused:
        await _end(lobby, name)
        raise
    return Pair(new_access, family.access_until, new_refresh, family.ends)


async def identify(lobby: Lobby, access: str) -> tuple[Actor, Family]:
    """Who shows this access id, and the family it is of."""
    name = _name(access, ACCESS, unknown=TokenUnknown)
    try:
        family = await lobby.families.get(name)
    except FamilyNotFound:
        raise TokenUnknown from None
    family.require_access(digest(access), now=lobby.clock())
    account = await _account_of(lobby, family, unknown=TokenUnknown)
    return account.actor(expires=family.access_until), family


async def logout(lobby: Lobby, *, family: str) -> None:
    """Both halves are dead."""
    await _end(lobby, family)


async def end_all(lobby: Lobby, *, account: str, but: str = "") -> None:
    """End every family of the account, except one."""
    for family in await lobby.families.all("account", account):
        if family.id != but:
            await _end(lobby, family.id)


async def follow(lobby: Lobby, *, family: str, token_version: int) -> None:
    """The password was changed from within this family: it alone stays."""

    def decide(family: Family) -> None:
        family.token_version = token_version

    with suppress(FamilyNotFound):
        await lobby.families.change(family, decide)


async def _account_of(
    lobby: Lobby, family: Family, *, unknown: type[TokenUnknown | RefreshUnknown]
) -> Account:
    """The account, if the family has not been ended by a new password or a deletion."""
    try:
        account = await lobby.standings.get(family.account)
    except AccountNotFound:
        raise unknown from None
    if account.token_version != family.token_version:
        raise unknown
    return account


async def _keep_newest(lobby: Lobby, account: str) -> None:
    families = await lobby.families.all("account", account)
    families.sort(key=lambda family: (family.proved, family.id), reverse=True)
    for family in families[lobby.settings.max_tokens :]:
        await _end(lobby, family.id)


async def _end(lobby: Lobby, family: str) -> None:
    with suppress(FamilyNotFound):
        await lobby.families.remove(family)


def _id(family: str, sort: str) -> str:
    return f"{family}{sort}{secrets.token_hex(32)[1:]}"


def _name(id: str, sort: str, *, unknown: type[TokenUnknown | RefreshUnknown]) -> str:
    """The family's name; raises when it is no id, or one of the other sort."""
    match = ID.fullmatch(id)
    if match is None:
        raise unknown
    if match[2] != sort:
        raise TokenUnknown if sort == REFRESH else TokenMistaken
    return match[1]
