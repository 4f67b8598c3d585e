"""Player authentication: verifies a credential (secret, password, refresh token, authorization
code or a platform's ID token) and finds its account.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from uuid import uuid4

from lobby.actions.login import authorization_codes, tokens
from lobby.catalogue.auth import BasicUser, ClientRow
from lobby.catalogue.providers import Provider
from lobby.context import Lobby
from lobby.domain.accounts import SERVICE_PLATFORM, Account, Portal
from lobby.domain.entropy import is_guessable
from lobby.domain.errors import (
    AccountNotFound,
    BadCredentials,
    TokenExpired,
    Unauthenticated,
    Unavailable,
)
from lobby.domain.login_errors import LoginRefused
from lobby.domain.permissions import Kind, Login
from lobby.domain.platform_login import GRANTS, PlatformUser, TokenNotValid
from lobby.domain.upstream_errors import UpstreamFailed
from lobby.identity.passwords import is_common
from lobby.identity.tokens import digest

ANON = "Anon"
PASSWORD = "password"  # noqa: S105  # the name of a grant
"""The grant of an account with a password: a user of the lobby's other APIs."""
OWN_GRANTS = ("anon", "basic", "refresh", PASSWORD)
"""Grants that need no identity provider."""
CODE = "authorization_code"
"""The grant of an OAuth login; clients cannot name it."""
GUEST, PLAYER = "guest", "player"
"""The roles of an anonymous player, who has only a secret of their own choice, and of a user."""
CODE_PREFIXES = {"xboxlive": "xbox", "nintendo_switch": "nintendo"}
"""Prefixes of error codes, where they differ from the grant's name."""

MALFORMED = "basic_auth_incorrect_format"
UNKNOWN = "basic_auth_credentials_not_found"


@dataclass(frozen=True, slots=True)
class Credential:
    """A grant with its secret and, for that of a user, the `login`; the display name, the accepted
    agreements, and the id and secret of HTTP Basic authentication, if any."""

    grant: str
    secret: str = field(repr=False)
    login: str = ""
    name: str = ""
    accepted: frozenset[str] = frozenset()
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)


def claimed(shown: Credential) -> str | None:
    """Whose failed logins are counted besides the address': a user's, by the login, or that of a
    machine, by its name. No other credential claims an account."""
    if shown.grant == PASSWORD:
        return shown.login.lower() or None
    if shown.grant != "basic":
        return None
    name = shown.secret.partition(":")[0] if shown.secret else (shown.basic_auth or ("", ""))[0]
    return f"machine {digest(name)}"


def client_of(lobby: Lobby, shown: Credential) -> ClientRow | None:
    """The client whose credentials came by HTTP Basic; None for none and for a machine's own.
    Raises LoginRefused."""
    auth = lobby.catalogue.auth
    if shown.basic_auth is not None:
        id, secret = shown.basic_auth
        for client in auth.clients:
            if _same(client.id, id) & _same(client.secret.get_secret_value(), secret):
                return client
        if _machine(lobby, id, secret) is None:
            raise LoginRefused(UNKNOWN)
    if auth.require_client_credentials and shown.grant != "basic":
        message = "this game has to show its own id and secret"
        raise LoginRefused(UNKNOWN, message, guessed=False)
    return None


async def authenticate(
    lobby: Lobby, shown: Credential, client: ClientRow | None, *, address: str
) -> Account:
    """The account that the credential proves; version 0: it is new and not stored yet. Raises
    LoginRefused."""
    if shown.grant == CODE:
        return await _by_code(lobby, shown.secret, client)
    portal = CODE_PREFIXES.get(shown.grant, shown.grant)
    provider = provider_of(lobby, shown.grant)
    known = provider is not None or shown.grant in OWN_GRANTS
    if not known or shown.grant not in lobby.catalogue.auth.grants:
        message = f"{portal} does not let anybody in here"
        raise LoginRefused(f"{portal}_disabled", message, guessed=False)
    if shown.grant == "basic":
        return await _by_password(lobby, shown)
    if provider is not None:
        identity = await verify_id_token(lobby, provider, shown.grant, shown.secret)
        return await _from_platform(lobby, identity, client)
    if not shown.secret:
        raise LoginRefused(f"{portal}_token_empty", guessed=False)
    if shown.grant == PASSWORD:
        return await _by_account_password(lobby, shown, client, address=address)
    if shown.grant == "refresh":
        return await _by_refresh_token(lobby, shown.secret, client)
    return await _by_own_secret(lobby, shown.secret, client)


async def _by_own_secret(lobby: Lobby, secret: str, client: ClientRow | None) -> Account:
    """Of a device without another credential. A new one must not be guessed."""
    role = client.default_role if client else GUEST
    account = await _account_for(lobby, Portal(ANON, digest(f"anon {secret}")), role=role)
    if not account.version and (is_guessable(secret) or is_common(secret)):
        message = "this secret can be guessed; draw 32 random bytes"
        raise LoginRefused("anon_token_empty", message, guessed=False)
    return account


def provider_of(lobby: Lobby, grant: str) -> Provider | None:
    """The identity provider of a grant."""
    return lobby.catalogue.auth.provider(GRANTS[grant].platform) if grant in GRANTS else None


async def verify_id_token(lobby: Lobby, provider: Provider, grant: str, token: str) -> PlatformUser:
    """The identity in a platform's ID token; raises LoginRefused with the grant's code."""
    if not token:
        raise LoginRefused(GRANTS[grant].empty, guessed=False)
    try:
        return await lobby.openid.verify(provider, token)
    except TokenNotValid:
        raise LoginRefused(GRANTS[grant].wrong) from None
    except (UpstreamFailed, Unavailable):
        raise LoginRefused(GRANTS[grant].away, guessed=False) from None


async def _by_code(lobby: Lobby, code: str, client: ClientRow | None) -> Account:
    identity = await authorization_codes.find(lobby, code)
    if identity is None:
        raise LoginRefused("authorization_code_not_found")
    return await _from_platform(lobby, identity, client)


async def _from_platform(lobby: Lobby, identity: PlatformUser, client: ClientRow | None) -> Account:
    """The account of a platform's user; the same by a code and by an ID token."""
    provider = lobby.catalogue.auth.provider(identity.platform)
    if provider is None:
        raise LoginRefused("authorization_code_not_found")
    role = client.default_role if client else provider.default_role
    return await _account_for(lobby, Portal(identity.platform, identity.user), role=role)


async def _by_password(lobby: Lobby, shown: Credential) -> Account:
    """A machine's name and password, in the body or by HTTP Basic. The catalogue has its role."""
    if not shown.secret and shown.basic_auth is None:
        raise LoginRefused("basic_token_empty", guessed=False)
    name, colon, password = shown.secret.partition(":")
    if not shown.secret and shown.basic_auth is not None:
        (name, password), colon = shown.basic_auth, ":"
    if not colon:
        raise LoginRefused(MALFORMED, "a name, a colon and a password", guessed=False)
    machine = _machine(lobby, name, password)
    if machine is None:
        raise LoginRefused(UNKNOWN)
    account = await _account_for(lobby, Portal(SERVICE_PLATFORM, machine.name), role=machine.role)
    if account.role == machine.role:
        return account

    def decide(account: Account) -> None:
        account.role = machine.role

    account = await lobby.accounts.change(account.uuid, decide)
    lobby.account_cache.invalidate(account.uuid)
    return account


async def _by_account_password(
    lobby: Lobby, shown: Credential, client: ClientRow | None, *, address: str
) -> Account:
    """A user, by the same rules and limits as everywhere. The first login here gives them a
    role."""
    if not shown.login:
        raise LoginRefused("password_token_empty", guessed=False)
    try:
        account = await tokens.verify_password(
            lobby, login=shown.login, password=shown.secret, address=address
        )
    except BadCredentials:
        raise LoginRefused(UNKNOWN) from None
    account.require_unrestricted(lobby.clock())
    if account.role is not None:
        return account
    role = client.default_role if client else PLAYER

    def decide(account: Account) -> None:
        account.role = account.role or role

    account = await lobby.accounts.change(account.uuid, decide)
    lobby.account_cache.invalidate(account.uuid)
    return account


async def _by_refresh_token(lobby: Lobby, token: str, client: ClientRow | None) -> Account:
    """One that was issued here, and is good no more, guesses nothing."""
    try:
        claims = lobby.key_ring.read_refresh(token)
    except TokenExpired:
        raise LoginRefused("refresh_token_not_found", guessed=False) from None
    except Unauthenticated:
        raise LoginRefused("refresh_token_not_found") from None
    if claims.client != (client.id if client else None):
        raise LoginRefused("refresh_token_client_id_mismatch", guessed=False)
    try:
        account = await lobby.accounts.get(claims.account)
    except AccountNotFound:
        raise LoginRefused("refresh_token_invalid_user", guessed=False) from None
    over = claims.login.id in account.ended or lobby.clock() > tokens.over_at(lobby, claims.login)
    good = claims.token_version == account.token_version and not over
    if not good or claims.seal != seal_of(lobby, account):
        raise LoginRefused("refresh_token_not_found", guessed=False)
    return account


def login_of(lobby: Lobby, shown: Credential) -> Login:
    """The login that this credential, which was good, goes on with: that of a refresh token; else a
    new one."""
    if shown.grant == "refresh":
        return lobby.key_ring.read_refresh(shown.secret).login
    return lobby.key_ring.new_login()


def _machine(lobby: Lobby, name: str, password: str) -> BasicUser | None:
    """Constant time: every machine is compared, so that timing tells nothing."""
    found = None
    for machine in lobby.catalogue.auth.basic_users:
        known = machine.password.get_secret_value()
        if _same(machine.name, name) & _same(known, password):
            found = machine
    return found


def _same(ours: str, theirs: str) -> bool:
    return compare_digest(digest(ours), digest(theirs))


def seal_of(lobby: Lobby, account: Account) -> str:
    """The MAC in refresh tokens. A machine's ends them with its password in the catalogue."""
    secret = ""
    if account.portal and account.machine:
        machines = lobby.catalogue.auth.basic_users
        passwords = {one.name: one.password.get_secret_value() for one in machines}
        secret = passwords.get(account.portal.user, "")
    return lobby.key_ring.seal(secret, token_version=account.token_version)


async def _account_for(lobby: Lobby, portal: Portal, *, role: str) -> Account:
    """The account with this platform identity, or a new one that is not stored yet."""
    with suppress(AccountNotFound):
        return await lobby.accounts.claimed("portal", portal.claim)
    return Account(
        uuid=str(uuid4()),
        number=0,
        kind=Kind.PLAYER,
        registered=lobby.now(),
        name=portal.user if portal.platform == SERVICE_PLATFORM else None,
        portal=portal,
        role=role,
    )
