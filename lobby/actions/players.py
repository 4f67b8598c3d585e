"""What can be done about players, beside what they do themselves."""

from __future__ import annotations

from collections.abc import Iterable

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
    lobby: Lobby, permit: Permit, *, account: str, restrictions: Iterable[Restriction]
) -> None:
    """These and no others. Who is kept out by one is out at once, with every token they have."""
    permit.require_outright()
    wanted = list(restrictions)

    def decide(account: Account) -> None:
        account.restrictions = wanted

    changed = await lobby.accounts.change(account, decide)
    types = [restriction.type for restriction in wanted]
    audit.info("restricted", actor=permit.actor.uuid, account=account, types=types)
    lobby.standings.forget(account)
    if changed.barred(lobby.clock()):
        await accounts.sign_out_everywhere(lobby, permit, account=account)


async def set_role(lobby: Lobby, permit: Permit, *, account: str, role: str) -> None:
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
