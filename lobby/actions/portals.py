"""Coming in by a platform's credential: the same credential finds the same player."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lobby.actions import logins, profiles, proofs
from lobby.actions.proofs import Credential
from lobby.catalogue.access import Client
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import Conflict, Unacceptable
from lobby.domain.login_errors import LoginRefused
from lobby.domain.permissions import Permit
from lobby.logs import audit


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has come in, and their tokens; `renewing` is bound to the game they came in through."""

    account: Account
    access: str
    renewing: str


async def log_in(lobby: Lobby, shown: Credential, *, address: str) -> Arrival:
    """Raises LoginRefused, Restricted or AgreementsNeeded."""
    try:
        async with logins.attempt(lobby, proofs.who(shown, address), address=address):
            client = proofs.client_of(lobby, shown)
            account = await proofs.proven(lobby, shown, client)
    except LoginRefused as no:
        audit.info("login refused", code=no.code, address=address, by=shown.grant)
        raise
    account.require_unrestricted(lobby.clock())
    account = await _agreed(lobby, account, shown, address=address)
    account = await _called(lobby, account, shown.name)
    audit.info("login", account=account.number, address=address, by=shown.grant)
    return Arrival(account, logins.issue(lobby, account), _renewing(lobby, account, client))


def _renewing(lobby: Lobby, account: Account, client: Client | None) -> str:
    return lobby.ring.issue_renewing(
        account.uuid,
        token_version=account.token_version,
        seconds=lobby.settings.refresh_seconds,
        client=client.id if client else None,
        seal=proofs.seal(lobby, account),
    )


async def _agreed(lobby: Lobby, account: Account, shown: Credential, *, address: str) -> Account:
    """Nothing is kept of somebody new who has not agreed yet. Machines agree to nothing."""
    known = lobby.catalogue.auth.agreements.items()
    wanted = {str(name): version for name, version in known if not account.machine}
    accepted = {name: wanted[name] for name in shown.accepted if name in wanted}
    if account.version:
        if accepted:
            account = await lobby.accounts.change(account.uuid, lambda a: a.accept(accepted))
        account.require_agreed(wanted)
        return account
    account.accept(accepted)
    account.require_agreed(wanted)
    await lobby.limits.spend(lobby.limits.rules.registrations, address)
    account.number = await lobby.store.next_number("account")
    try:
        return await lobby.accounts.add(account)
    except Conflict:
        assert account.portal
        return await lobby.accounts.claimed("portal", account.portal.claim)


async def _called(lobby: Lobby, account: Account, name: str) -> Account:
    """By the name they bring, if it is one that anybody may have; else as before."""
    if not name or name == account.name or account.machine:
        return account
    with suppress(Unacceptable):
        permit = Permit(account.actor())
        return await profiles.change(lobby, permit, account=account.uuid, profile={"name": name})
    return account
