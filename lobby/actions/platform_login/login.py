"""Login of players by a credential; somebody new gets an account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lobby.actions.accounts import profiles
from lobby.actions.login import attempts, credentials, tokens
from lobby.actions.login.credentials import Credential
from lobby.caller import about, covered
from lobby.catalogue.auth import ClientRow
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import Conflict, Unacceptable
from lobby.domain.login_errors import LoginRefused
from lobby.domain.permissions import Login, Permit


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A successful login and its tokens; `refresh` is bound to the client."""

    account: Account
    access: str
    refresh: str


async def log_in(lobby: Lobby, shown: Credential, *, address: str) -> LoggedIn:
    """Raises LoginRefused, Restricted or AgreementsNeeded."""
    try:
        async with attempts.attempt(lobby, credentials.claimed(shown), address=address):
            client = credentials.client_of(lobby, shown)
            with covered():  # the login of a player stands for that of the user they are
                account = await credentials.authenticate(lobby, shown, client, address=address)
    except LoginRefused as no:
        lobby.audit.refused(no, what="login refused", way=shown.grant)
        raise
    about(account.uuid)
    account.require_unrestricted(lobby.clock())
    account = await _with_agreements(lobby, account, shown, address=address)
    account = await _with_name(lobby, account, shown.name)
    lobby.audit.act("login", actor=account.uuid, way=shown.grant)
    goes_on = credentials.login_of(lobby, shown)
    return LoggedIn(
        account,
        tokens.issue_player(lobby, account, login=goes_on),
        _refresh_token(lobby, account, client, login=goes_on),
    )


def _refresh_token(
    lobby: Lobby, account: Account, client: ClientRow | None, *, login: Login
) -> str:
    return lobby.key_ring.issue_refresh(
        account.uuid,
        token_version=account.token_version,
        seconds=tokens.within(lobby, login, lobby.settings.refresh_seconds) or 0.0,
        client=client.id if client else None,
        seal=credentials.seal_of(lobby, account),
        login=login,
    )


async def _with_agreements(
    lobby: Lobby, account: Account, shown: Credential, *, address: str
) -> Account:
    """The account with its agreements; a new one is stored only once it has agreed. Machines need
    none."""
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
    await lobby.rate_limits.register(lobby.rate_limits.rules.players, address)
    account.number = await lobby.store.next_number("account")
    try:
        return await lobby.accounts.add(account)
    except Conflict:
        if account.portal is None:
            raise
        return await lobby.accounts.claimed("portal", account.portal.claim)


async def _with_name(lobby: Lobby, account: Account, name: str) -> Account:
    """The account with the given display name, if that is allowed; else unchanged."""
    if not name or name == account.name or account.machine:
        return account
    with suppress(Unacceptable):
        permit = Permit(account.actor())
        return await profiles.change(lobby, permit, account=account.uuid, profile={"name": name})
    return account
