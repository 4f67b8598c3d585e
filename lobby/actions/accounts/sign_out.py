"""Signing out: the end of one login, with its access tokens, its renewals and its sockets.

It is a goodbye: who was only there by that login loses their seats at once, or as soon as the
sockets of that login are closed. Who has shown another login is there by that one.
"""

from __future__ import annotations

import structlog

from lobby import expiring_keys
from lobby.actions.login import tokens
from lobby.actions.timers import presence
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    TokenRevoked,
    Unauthenticated,
)
from lobby.domain.login_errors import BadToken, LoginRefused
from lobby.domain.permissions import Kind
from lobby.identity.tokens import Claims
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

CLOSED_SECONDS = 1.0
"""How long after the end of a login its sockets are closed, and gone from the roster."""
MARGIN_SECONDS = 60.0
"""How much longer than its tokens the end of a login is remembered: clocks differ."""


async def by_access_token(lobby: Lobby, token: str | None, *, address: str) -> None:
    """End the login of a user, a host or an anonymous identity. Idempotent. Raises what `identify`
    raises for a token that is not good for another reason."""
    if token is None:
        raise Unauthenticated
    claims = lobby.key_ring.read(token)
    if claims.kind is Kind.PLAYER:
        raise BadToken("kind")
    try:
        await _end(lobby, claims, address=address)
    except AccountNotFound:
        raise TokenRevoked from None


async def by_refresh_token(lobby: Lobby, token: str, *, address: str) -> None:
    """End the login of a player. Idempotent. Raises LoginRefused."""
    try:
        await _end(lobby, lobby.key_ring.read_refresh(token), address=address)
    except (AccountNotFound, Unauthenticated):
        raise LoginRefused("refresh_token_not_found") from None


async def _end(lobby: Lobby, claims: Claims, *, address: str) -> None:
    """The timer is set first: where a process is killed behind the account, it frees the seats."""
    now, name, first = lobby.now(), claims.login.id, False

    def decide(account: Account) -> None:
        nonlocal first
        if first := name not in account.ended:
            account.end_login(name, until=_until(lobby, claims), now=now)

    before = await lobby.accounts.get(claims.account)
    known = name in before.ended or await _set_timer(lobby, before, name, at=now)
    changed = await lobby.accounts.change(claims.account, decide)
    lobby.audit.act("logout", actor=changed.uuid)
    tokens.publish_changed(lobby, changed)
    if first and known:  # a dead token puts nobody out of what they have come into since
        await _depart(lobby, changed.uuid, name, at=now)


async def _set_timer(lobby: Lobby, account: Account, login: str, *, at: float) -> bool:
    """False while Redis is away: nobody knows then who is there, and their time runs out later."""
    who, version = account.uuid, account.token_version
    try:
        await lobby.timers.set(expiring_keys.sign_out(who, login, version, at), CLOSED_SECONDS)
    except Unreachable as away:
        log.warning("departure_unknown", account=account.uuid, why=str(away))
        return False
    return True


async def _depart(lobby: Lobby, account: str, login: str, *, at: float) -> None:
    """At once; the timer does the same again, for those whose sockets are still open now."""
    try:
        await presence.depart(lobby, account, login, at=at)
    except Unreachable as away:
        log.warning("departure_unknown", account=account, why=str(away))


def _until(lobby: Lobby, claims: Claims) -> float:
    """When the last token of this login is over that was issued before now."""
    over = tokens.over_at(lobby, claims.login)
    lives = tokens.seconds_of(lobby, claims.kind)
    if claims.kind is Kind.PLAYER:
        lives = max(lives or 0.0, lobby.settings.refresh_seconds)
    until = over if lives is None else min(over, lobby.now() + lives)
    return round(until + MARGIN_SECONDS, 3)
