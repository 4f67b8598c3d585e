"""What is shown to come in, and whether it proves anything: secrets, passwords, renewing tokens,
codes, and what a platform says.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from uuid import uuid4

from lobby.actions import codes, logouts, oidc
from lobby.catalogue.access import BasicUser, Client
from lobby.catalogue.providers import Provider
from lobby.context import Lobby
from lobby.domain.accounts import MACHINES, Account, Portal
from lobby.domain.errors import AccountNotFound, Unauthenticated, Unavailable
from lobby.domain.login_errors import LoginRefused
from lobby.domain.outbound_errors import UpstreamFailed
from lobby.domain.permissions import Kind
from lobby.domain.portals import GRANTS, TokenNotValid, Vouched
from lobby.tokens import digest

ANON = "Anon"
OURS = ("anon", "basic", "refresh")
"""Grants that need nobody else's word."""
CODE = "authorization_code"
"""Of somebody who has been to a platform's page: no grant that a client may name."""
GUEST = "guest"
"""The role of who shows nothing but a secret of their own making."""
SPELT = {"xboxlive": "xbox", "nintendo_switch": "nintendo"}
"""Grants whose refusals begin otherwise than they do themselves."""

INCORRECT = "basic_auth_incorrect_format"
UNKNOWN = "basic_auth_credentials_not_found"


@dataclass(frozen=True, slots=True)
class Credential:
    """What is shown: a grant and its secret; the name somebody wants to be called by, what they
    agree to, and the id and secret that came beside it, if any."""

    grant: str
    secret: str = field(repr=False)
    name: str = ""
    accepted: frozenset[str] = frozenset()
    beside: tuple[str, str] | None = field(default=None, repr=False)


def who(shown: Credential, address: str) -> str:
    """Whose tries these are: a machine's by its name, anybody else's by where they come from."""
    if shown.grant != "basic":
        return f"from {address}"
    name = shown.secret.partition(":")[0] if shown.secret else (shown.beside or ("", ""))[0]
    return f"machine {digest(name)}"


def client_of(lobby: Lobby, shown: Credential) -> Client | None:
    """The game that is played, where it says so. Machines may show what is theirs instead."""
    auth = lobby.catalogue.auth
    if shown.beside is not None:
        id, secret = shown.beside
        for client in auth.clients:
            if _same(client.id, id) & _same(client.secret.get_secret_value(), secret):
                return client
        if _machine(lobby, id, secret) is None:
            raise LoginRefused(UNKNOWN)
    if auth.require_client_credentials and shown.grant != "basic":
        raise LoginRefused(UNKNOWN, "this game has to show its own id and secret")
    return None


async def proven(lobby: Lobby, shown: Credential, client: Client | None) -> Account:
    """The player, who is new at version 0."""
    if shown.grant == CODE:
        return await _by_code(lobby, shown.secret, client)
    portal = SPELT.get(shown.grant, shown.grant)
    provider = provider_of(lobby, shown.grant)
    known = provider is not None or shown.grant in OURS
    if not known or shown.grant not in lobby.catalogue.auth.grants:
        raise LoginRefused(f"{portal}_disabled", f"{portal} does not let anybody in here")
    if shown.grant == "basic":
        return await _by_password(lobby, shown)
    if provider is not None:
        who = await vouched(lobby, provider, shown.grant, shown.secret)
        return await _from_platform(lobby, who, client)
    if not shown.secret:
        raise LoginRefused(f"{portal}_token_empty")
    if shown.grant == "refresh":
        return await _by_token(lobby, shown.secret, client)
    role = client.default_role if client else GUEST
    return await _found(lobby, Portal(ANON, digest(f"anon {shown.secret}")), role=role)


def provider_of(lobby: Lobby, grant: str) -> Provider | None:
    """Who is asked about tokens of this grant."""
    return lobby.catalogue.auth.provider(GRANTS[grant].platform) if grant in GRANTS else None


async def vouched(lobby: Lobby, provider: Provider, grant: str, token: str) -> Vouched:
    """Whom a platform's ID token is for, or LoginRefused with the grant's code."""
    if not token:
        raise LoginRefused(GRANTS[grant].empty)
    try:
        return await oidc.verify(lobby, provider, token)
    except TokenNotValid:
        raise LoginRefused(GRANTS[grant].wrong) from None
    except (UpstreamFailed, Unavailable):
        raise LoginRefused(GRANTS[grant].away) from None


async def _by_code(lobby: Lobby, code: str, client: Client | None) -> Account:
    who = await codes.find(lobby, code)
    if who is None:
        raise LoginRefused("authorization_code_not_found")
    return await _from_platform(lobby, who, client)


async def _from_platform(lobby: Lobby, who: Vouched, client: Client | None) -> Account:
    """The same by a code and by a token: the platform and its name for them are who they are."""
    provider = lobby.catalogue.auth.provider(who.platform)
    if provider is None:
        raise LoginRefused("authorization_code_not_found")
    role = client.default_role if client else provider.default_role
    return await _found(lobby, Portal(who.platform, who.user), role=role)


async def _by_password(lobby: Lobby, shown: Credential) -> Account:
    """A machine's name and password, as the secret or beside it. Its role is the catalogue's."""
    if not shown.secret and shown.beside is None:
        raise LoginRefused("basic_token_empty")
    name, colon, password = shown.secret.partition(":")
    if not shown.secret and shown.beside is not None:
        (name, password), colon = shown.beside, ":"
    if not colon:
        raise LoginRefused(INCORRECT, "a name, a colon and a password")
    machine = _machine(lobby, name, password)
    if machine is None:
        raise LoginRefused(UNKNOWN)
    account = await _found(lobby, Portal(MACHINES, machine.name), role=machine.role)
    if account.role == machine.role:
        return account

    def decide(account: Account) -> None:
        account.role = machine.role

    account = await lobby.accounts.change(account.uuid, decide)
    lobby.standings.forget(account.uuid)
    return account


async def _by_token(lobby: Lobby, token: str, client: Client | None) -> Account:
    try:
        claims = lobby.ring.read_renewing(token)
    except Unauthenticated:
        raise LoginRefused("refresh_token_not_found") from None
    if await logouts.ended(lobby, token):
        raise LoginRefused("refresh_token_not_found")
    if claims.client != (client.id if client else None):
        raise LoginRefused("refresh_token_client_id_mismatch")
    try:
        account = await lobby.accounts.get(claims.account)
    except AccountNotFound:
        raise LoginRefused("refresh_token_invalid_user") from None
    good = claims.token_version == account.token_version
    if not good or claims.seal != seal(lobby, account):
        raise LoginRefused("refresh_token_not_found")
    return account


def _machine(lobby: Lobby, name: str, password: str) -> BasicUser | None:
    """Every one is looked at, so that the time it takes says nothing."""
    found = None
    for machine in lobby.catalogue.auth.basic_users:
        known = machine.password.get_secret_value()
        if _same(machine.name, name) & _same(known, password):
            found = machine
    return found


def _same(ours: str, theirs: str) -> bool:
    return compare_digest(digest(ours), digest(theirs))


def seal(lobby: Lobby, account: Account) -> str:
    """A machine's new password, or its leaving the catalogue, ends what was given for the old."""
    secret = ""
    if account.portal and account.machine:
        machines = lobby.catalogue.auth.basic_users
        passwords = {one.name: one.password.get_secret_value() for one in machines}
        secret = passwords.get(account.portal.user, "")
    return lobby.ring.seal(secret, token_version=account.token_version)


async def _found(lobby: Lobby, portal: Portal, *, role: str) -> Account:
    """Whoever comes from there; else somebody new, who is nobody's yet."""
    with suppress(AccountNotFound):
        return await lobby.accounts.claimed("portal", portal.claim)
    return Account(
        uuid=str(uuid4()),
        number=0,
        kind=Kind.PLAYER,
        registered=round(lobby.clock(), 3),
        name=portal.user if portal.platform == MACHINES else None,
        portal=portal,
        role=role,
    )
