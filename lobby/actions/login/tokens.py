"""Login and authentication: verifying credentials, issuing access tokens, and
identifying callers by them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from lobby.actions.login import attempts
from lobby.caller import about
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    BadCredentials,
    HostNotFound,
    TokenExpired,
    TokenRevoked,
    TooMany,
)
from lobby.domain.login_errors import BadToken
from lobby.domain.permissions import NOBODY, Actor, Kind, Login, Permit
from lobby.identity.tokens import Claims, digest
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import Invalidated, TokensRevoked

DAY_SECONDS = 86_400


async def verify_login(lobby: Lobby, *, login: str, password: str, address: str) -> Account:
    """The account with this login and password, within the rate limits. Raises BadCredentials for
    a restricted one, too."""
    async with attempts.attempt(lobby, login.lower(), address=address):
        found = await verify_password(lobby, login=login, password=password, address=address)
        if found.barred(lobby.clock()):
            no = BadCredentials()
            lobby.audit.refused(no, what="login refused", way="restricted")
            raise no
        lobby.audit.act("login", actor=found.uuid, way="password")
        return found


async def verify_password(lobby: Lobby, *, login: str, password: str, address: str) -> Account:
    """As `verify_login`, within an attempt. BadCredentials, after the same time, whichever of the
    two is wrong."""
    account = await by_login(lobby, login)
    hash = account.password_hash if account else None
    if account is not None:
        about(account.uuid)
    async with attempts.evaluation(lobby, login.lower(), address=address):
        verdict = await lobby.passwords.verify(hash, password, by=address)
    if verdict == "wrong" or account is None or hash is None:
        no = BadCredentials()
        lobby.audit.refused(no, what="login refused", way="password")
        raise no
    if verdict == "outdated":
        with suppress(TooMany):  # the next login will do it
            await _rehash(lobby, account.uuid, hash, password=password, address=address)
    return account


async def login_with_password(lobby: Lobby, *, login: str, password: str, address: str) -> str:
    """A token without an expiry."""
    return issue(lobby, await verify_login(lobby, login=login, password=password, address=address))


async def login_by_uuid(lobby: Lobby, *, host: str, key: str | None, address: str) -> str:
    """A token for a host. The first login with its key locks it: then the key is required, and
    every token of before is revoked."""
    async with attempts.attempt(lobby, None, address=address):
        try:
            account = await lobby.accounts.get(host)
            opened = key is not None and account.host_key_hash == digest(key)
            by_uuid = key is None and not account.locked and lobby.settings.host_login == "open"
            barred = account.barred(lobby.clock())
            if account.kind is not Kind.HOST or barred or not (opened or by_uuid):
                raise HostNotFound
        except AccountNotFound:
            no = HostNotFound()
            lobby.audit.refused(no, what="login refused", target=host, way="key" if key else "uuid")
            raise no from None
    if opened and not account.locked:
        account = await lobby.accounts.change(host, Account.lock)
        publish_revoked(lobby, host, account.token_version)
    lobby.audit.act("login", actor=host, way="key" if opened else "uuid")
    return issue(lobby, account)


def publish_revoked(lobby: Lobby, account: str, token_version: int | None) -> None:
    """Tokens of a lower version end, and their sockets, in every process; None: all of them."""
    lobby.account_cache.invalidate(account)
    lobby.publish(topics.ACCOUNTS, TokensRevoked(account=account, token_version=token_version))
    lobby.publish(topics.host(account), Invalidated())


def publish_changed(lobby: Lobby, account: Account) -> None:
    """No process goes on with an older copy of the account, or with sockets of ended logins."""
    lobby.account_cache.invalidate(account.uuid)
    told = TokensRevoked(
        account=account.uuid, token_version=account.token_version, ended=list(account.ended)
    )
    lobby.publish(topics.ACCOUNTS, told)


async def renew(lobby: Lobby, permit: Permit) -> str:
    """Another token of the same login, which it does not outlive. Raises TokenRevoked, by the
    account as it is in the store: a token that was revoked is not exchanged for a good one."""
    account = await lobby.accounts.get(permit.actor.uuid)
    revoked = account.token_version != permit.actor.token_version
    if revoked or account.barred(lobby.clock()):
        raise TokenRevoked
    return await issue_noted(lobby, account, login=permit.actor.login)


async def issue_noted(lobby: Lobby, account: Account, *, login: Login | None = None) -> str:
    """As `issue`. Where a token alone leads to the account, its end is noted first: until then the
    account is not removed. Raises AccountNotFound."""
    if account.by_token_alone:
        until = lobby.now() + lobby.settings.anonymous_token_seconds
        account = await lobby.accounts.change(account.uuid, lambda a: a.extend_token(until))
    return issue(lobby, account, login=login)


def issue_player(lobby: Lobby, account: Account, *, login: Login | None = None) -> str:
    """A token for player services, also of a user who has logged in there."""
    return lobby.key_ring.issue(
        account.uuid,
        Kind.PLAYER,
        token_version=account.token_version,
        seconds=within(lobby, login, seconds_of(lobby, Kind.PLAYER)),
        login=login,
        more=_player_claims(lobby, account),
    )


def issue(lobby: Lobby, account: Account, *, login: Login | None = None) -> str:
    """A token of this login; None: of a new one."""
    if account.kind is Kind.PLAYER:
        return issue_player(lobby, account, login=login)
    return lobby.key_ring.issue(
        account.uuid,
        account.kind,
        token_version=account.token_version,
        seconds=within(lobby, login, seconds_of(lobby, account.kind)),
        login=login,
    )


def seconds_of(lobby: Lobby, kind: Kind) -> float | None:
    """How long an access token of this kind lasts; None: it has no expiry."""
    match kind:
        case Kind.PLAYER:
            return float(lobby.catalogue.auth.token_ttl_s)
        case Kind.HOST:
            return float(lobby.settings.host_token_seconds)
        case Kind.ANONYMOUS:
            return float(lobby.settings.anonymous_token_seconds)
    return None


def over_at(lobby: Lobby, login: Login) -> float:
    """When a login is over, however often its tokens are renewed."""
    return login.at + lobby.settings.user_token_days * DAY_SECONDS


def within(lobby: Lobby, login: Login | None, seconds: float | None) -> float | None:
    """A token's lifetime, cut where its login is over."""
    if login is None or seconds is None:
        return seconds
    return max(0.0, min(seconds, over_at(lobby, login) - lobby.clock()))


async def identify(lobby: Lobby, token: str | None, *, players: bool = False) -> Actor:
    """The actor of an access token; NOBODY without one. Raises AccountNotFound for a valid token
    of a deleted account.

    `players`: whether players' tokens are accepted; their role's permissions are not included.
    """
    if token is None:
        return NOBODY
    claims = lobby.key_ring.read(token)
    if claims.kind is Kind.PLAYER and not players:
        raise BadToken("kind")
    account = await _valid_account(lobby, claims)
    actor = account.actor(expires=claims.expires, kind=claims.kind)
    return replace(actor, login=claims.login)


async def identify_player(lobby: Lobby, token: str | None) -> Actor:
    """The same for players only, with their role's permissions. Raises TokenRevoked for a deleted
    account."""
    if token is None:
        return NOBODY
    claims = lobby.key_ring.read(token)
    if claims.kind is not Kind.PLAYER:
        raise BadToken("kind")
    try:
        account = await _valid_account(lobby, claims)
    except AccountNotFound:
        raise TokenRevoked from None
    granted = permissions(lobby, account)
    actor = account.actor(expires=claims.expires, permissions=granted, kind=claims.kind)
    return replace(actor, login=claims.login)


def permissions(lobby: Lobby, account: Account) -> tuple[str, ...]:
    """The permissions of the account's role; none if the catalogue no longer has it."""
    role = lobby.catalogue.roles.get(account.role or "")
    return role.permissions if role else ()


async def _valid_account(lobby: Lobby, claims: Claims) -> Account:
    account = await lobby.account_cache.get(claims.account)
    if claims.token_version != account.token_version or claims.login.id in account.ended:
        raise TokenRevoked
    if account.barred(lobby.clock()):
        raise TokenRevoked
    as_player = claims.kind is Kind.PLAYER and account.kind is Kind.USER
    if claims.kind is not account.kind and not as_player:
        raise BadToken("claim")
    if lobby.clock() > over_at(lobby, claims.login):
        raise TokenExpired
    if claims.expires is None:
        await _use(lobby, account, claims)
    return account


async def _use(lobby: Lobby, account: Account, claims: Claims) -> None:
    """A token without an expiry was used; raises TokenExpired where its login was idle for too
    long. That it was used is written once a day."""
    now, idle = lobby.now(), lobby.settings.token_idle_days * DAY_SECONDS
    unused = now - max(claims.issued, account.used.get(claims.login.id, 0.0))
    if unused > idle:
        raise TokenExpired
    if unused > min(DAY_SECONDS, idle / 2):
        with suppress(Unreachable, AccountNotFound):
            name = claims.login.id
            changed = await lobby.accounts.change(
                account.uuid, lambda account: account.use_login(name, now=now, idle=idle)
            )
            publish_changed(lobby, changed)


def _player_claims(lobby: Lobby, account: Account) -> dict[str, object]:
    """Claims for game servers that read a player's token; the lobby itself does not use them."""
    role = lobby.catalogue.roles.get(account.role or "")
    return {
        "person": account.uuid,
        "player": account.uuid,
        "player_id": account.number,
        "role_id": role.id if role else None,
        "permissions": list(permissions(lobby, account)),
        "platform": account.portal.platform if account.portal else None,
    }


async def _rehash(lobby: Lobby, account: str, old: str, *, password: str, address: str) -> None:
    """Store a hash as it is made today; the password is the same, so tokens stay valid."""
    new = await lobby.passwords.hash(password, by=address)

    def decide(account: Account) -> None:
        if account.password_hash == old:
            account.password_hash = new

    await lobby.accounts.change(account, decide)


async def by_login(lobby: Lobby, login: str) -> Account | None:
    try:
        return await lobby.accounts.claimed("login", login.lower())
    except AccountNotFound:
        return None
