"""Moderation of players: restrictions and roles."""

from __future__ import annotations

from dataclasses import replace

from lobby.actions.accounts import eviction, profiles
from lobby.context import Lobby
from lobby.domain.accounts import Account, Restriction
from lobby.domain.errors import Unacceptable
from lobby.domain.evictions import Eviction
from lobby.domain.permissions import Permit
from lobby.identity import free_text
from protocol import topics


async def by_number(lobby: Lobby, number: int) -> Account:
    """By the older id of a player; raises AccountNotFound."""
    return await lobby.accounts.claimed("number", str(number))


async def restrict(
    lobby: Lobby, permit: Permit, *, account: str, restriction: Restriction
) -> Account:
    """Replaces a restriction of the same type. One that bars logins puts the account out of
    everything at once. Its reason, which the one is shown, becomes one line. Raises
    AccountNotFound, Unacceptable for a reason that cannot be shown."""
    permit.require_outright()
    now = lobby.clock()
    if restriction.reason is not None:
        restriction = replace(restriction, reason=free_text.title(restriction.reason))

    def decide(account: Account) -> None:
        account.restrict(restriction)
        if account.barred(now):
            account.evict(Eviction.RESTRICTED)

    changed = await lobby.accounts.change(account, decide)
    lobby.audit.act(
        "restricted",
        target=account,
        reason=restriction.reason or "",
        type=str(restriction.type),
        until=restriction.until,
    )
    lobby.account_cache.invalidate(account)
    if changed.barred(now):
        await eviction.carry_out(lobby, changed)
    return changed


async def lift(lobby: Lobby, permit: Permit, *, account: str, type: str | None = None) -> Account:
    """The restriction of this type, or every one."""
    permit.require_outright()
    changed = await lobby.accounts.change(account, lambda account: account.lift(type))
    lobby.audit.act("restriction lifted", target=account, type=type)
    lobby.account_cache.invalidate(account)
    return changed


async def set_role(lobby: Lobby, permit: Permit, *, account: str, role: str) -> Account:
    """Takes effect at once, also for tokens that were issued before."""
    permit.require_outright()
    if role not in lobby.catalogue.roles:
        raise Unacceptable("the catalogue has no such role")

    def decide(account: Account) -> None:
        account.role = role

    changed = await lobby.accounts.change(account, decide)
    lobby.audit.act("role", target=account, role=role)
    lobby.account_cache.invalidate(account)
    lobby.publish(topics.ACCOUNTS, profiles.profile_event(changed))
    return changed
