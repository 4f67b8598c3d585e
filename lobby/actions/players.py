"""What can be done about players, beside what they do themselves."""

from __future__ import annotations

from lobby.actions import accounts, profiles
from lobby.context import Lobby
from lobby.domain.accounts import Account, Restriction
from lobby.domain.errors import Unacceptable
from lobby.domain.permissions import Permit
from lobby.logs import audit
from protocol import topics


async def numbered(lobby: Lobby, number: int) -> Account:
    """By the older name of a player; raises AccountNotFound."""
    return await lobby.accounts.claimed("number", str(number))


async def restrict(
    lobby: Lobby, permit: Permit, *, account: str, restriction: Restriction
) -> Account:
    """In place of one of the same type. Who is kept out by it is out at once, with every token they
    have."""
    permit.require_outright()
    changed = await lobby.accounts.change(account, lambda account: account.restrict(restriction))
    audit.info("restricted", actor=permit.actor.uuid, account=account, type=restriction.type)
    lobby.standings.forget(account)
    if changed.barred(lobby.clock()):
        await accounts.sign_out_everywhere(lobby, permit, account=account)
    return changed


async def lift(lobby: Lobby, permit: Permit, *, account: str, type: str | None = None) -> Account:
    """The restriction of this type, or every one."""
    permit.require_outright()
    changed = await lobby.accounts.change(account, lambda account: account.lift(type))
    audit.info("restriction_lifted", actor=permit.actor.uuid, account=account, type=type)
    lobby.standings.forget(account)
    return changed


async def set_role(lobby: Lobby, permit: Permit, *, account: str, role: str) -> Account:
    """It counts from now on, for tokens that are about already too."""
    permit.require_outright()
    if role not in lobby.catalogue.roles:
        raise Unacceptable("the catalogue has no such role")

    def decide(account: Account) -> None:
        account.role = role

    changed = await lobby.accounts.change(account, decide)
    audit.info("role", actor=permit.actor.uuid, account=account, role=role)
    lobby.standings.forget(account)
    lobby.tell(topics.ACCOUNTS, profiles.changed(changed))
    return changed
