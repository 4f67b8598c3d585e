"""Refresh token rotation: a login begins a token family, with a pair of opaque ids (access and
refresh) that is renewed; reuse of a refresh id revokes the family.

An id is the family's name, its sort and a secret: 128 hexadecimal digits. Only hashes are stored.
Ids of 96 digits, as they were once issued, are good until they end or are renewed.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass

from lobby.actions.login import tokens
from lobby.caller import identified
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
from lobby.domain.permissions import Actor
from lobby.domain.token_families import Family
from lobby.identity.tokens import digest

ACCESS, REFRESH = "a", "f"
ID = re.compile(r"([0-9a-f]{32})([af])([0-9a-f]{95}|[0-9a-f]{63})")


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Both ids, which are not stored, and their expiry in Unix seconds."""

    access: str
    access_until: float
    refresh: str
    refresh_until: float


async def login(lobby: Lobby, *, login: str, password: str, address: str) -> TokenPair:
    account = await tokens.verify_login(lobby, login=login, password=password, address=address)
    return await begin(lobby, account)


async def begin(lobby: Lobby, account: Account) -> TokenPair:
    """A new family, after verifying the password; the oldest ones are revoked beyond the limit."""
    now, name = lobby.clock(), secrets.token_hex(16)
    access, refresh = _new_id(name, ACCESS), _new_id(name, REFRESH)
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
    return TokenPair(access, family.access_until, refresh, family.ends)


async def renew(lobby: Lobby, *, refresh: str) -> TokenPair:
    """Exchange a refresh id for a new pair, once; a second use revokes the whole family."""
    match = ID.fullmatch(refresh)
    if match is None or match[2] == ACCESS:
        raise RefreshUnknown if match is None else TokenUnknown
    name, now = match[1], lobby.clock()
    new_access, new_refresh = _new_id(name, ACCESS), _new_id(name, REFRESH)

    def decide(family: Family) -> None:
        family.require_refresh(digest(refresh), now=now)
        until = now + lobby.settings.access_seconds
        family.renew(digest(new_access), digest(new_refresh), access_until=until)

    try:
        known = await lobby.families.get(name)
        identified(known.account)
        await _account_of(lobby, known, unknown=RefreshUnknown)
        family = await lobby.families.change(name, decide)
    except FamilyNotFound:
        raise RefreshUnknown from None
    except Reused:
        await _end(lobby, name)
        raise
    return TokenPair(new_access, family.access_until, new_refresh, family.ends)


async def identify(lobby: Lobby, access: str) -> tuple[Actor, Family]:
    """The actor and the family of an access id."""
    match = ID.fullmatch(access)
    if match is None:
        raise TokenUnknown
    try:
        family = await lobby.families.get(match[1])
    except FamilyNotFound:
        raise TokenUnknown from None
    if digest(access) in (family.access_hash, family.refresh_hash):
        identified(family.account)
    if family.refresh_hash == digest(access):
        raise TokenMistaken
    family.require_access(digest(access), now=lobby.clock())
    account = await _account_of(lobby, family, unknown=TokenUnknown)
    return account.actor(expires=family.access_until), family


async def logout(lobby: Lobby, *, family: str) -> None:
    """Revoke the family."""
    await _end(lobby, family)
    lobby.audit.act("logout")


async def end_all(lobby: Lobby, *, account: str, but: str = "") -> None:
    """Revoke every family of the account, except `but`."""
    for family in await lobby.families.all("account", account):
        if family.id != but:
            await _end(lobby, family.id)


async def remove_ended(lobby: Lobby, *, most: int) -> int:
    """Delete families that can no longer be renewed, the oldest first; returns how many."""
    now, count = lobby.clock(), 0
    for family in await lobby.families.ranked("ends", limit=most):
        if family.ends > now:
            break
        await _end(lobby, family.id)
        count += 1
    return count


async def keep_valid(lobby: Lobby, *, family: str, token_version: int) -> None:
    """Keep the family that changed the password valid, at the account's new token version."""

    def decide(family: Family) -> None:
        family.token_version = token_version

    with suppress(FamilyNotFound):
        await lobby.families.change(family, decide)


async def _account_of(
    lobby: Lobby, family: Family, *, unknown: type[TokenUnknown | RefreshUnknown]
) -> Account:
    """The account, unless a new password or a deletion has revoked the family."""
    try:
        account = await lobby.account_cache.get(family.account)
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


def _new_id(family: str, sort: str) -> str:
    return f"{family}{sort}{secrets.token_hex(48)[1:]}"
