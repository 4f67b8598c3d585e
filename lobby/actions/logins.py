"""Coming in: proofs of who somebody is, and the tokens that are given for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    BadCredentials,
    HostNotFound,
    TokenExpired,
    TokenRevoked,
)
from lobby.domain.login_errors import BadToken, LoginRefused
from lobby.domain.permissions import NOBODY, Actor, Kind, Permit
from lobby.logs import audit
from lobby.tokens import Claims, digest
from persistence.ports import Unreachable

DAY_SECONDS = 86_400
KNOWN_SECONDS = 30 * DAY_SECONDS


@asynccontextmanager
async def attempt(lobby: Lobby, who: str, *, address: str) -> AsyncIterator[None]:
    """Let nobody try without end. What is refused within counts against the address, and against
    who they say they are: apart for an address that `who` has come from before, so that strangers
    cannot lock somebody out.
    """
    rules = lobby.limits.rules
    known = f"known:{digest(f'{who} {address}')}"
    bucket = (who, address) if await _came_before(lobby, known) else (who,)
    await lobby.limits.require(rules.logins_per_address, address)
    await lobby.limits.require(rules.logins_per_account, *bucket)
    try:
        yield
    except (BadCredentials, LoginRefused):
        await lobby.limits.spend(rules.logins_per_address, address)
        await lobby.limits.spend(rules.logins_per_account, *bucket)
        raise
    with suppress(Unreachable):
        await lobby.leases.remember(known, "yes", KNOWN_SECONDS)


async def prove(lobby: Lobby, *, login: str, password: str, address: str) -> Account:
    """Whose they are; BadCredentials alike, and after as long, whichever of the two is wrong."""
    async with attempt(lobby, login.lower(), address=address):
        account = await by_login(lobby, login)
        hash = account.password_hash if account else None
        if not await lobby.passwords.verify(hash, password) or account is None or hash is None:
            audit.info("login refused", account=account and account.number, address=address)
            raise BadCredentials
    if lobby.passwords.outdated(hash):
        await _rehash(lobby, account.uuid, hash, password)
    audit.info("login", account=account.number, address=address)
    return account


async def login_with_password(lobby: Lobby, *, login: str, password: str, address: str) -> str:
    """A token without an expiry."""
    return issue(lobby, await prove(lobby, login=login, password=password, address=address))


async def login_by_uuid(lobby: Lobby, *, host: str, key: str | None, address: str) -> str:
    """A token for a host. Whoever shows the key once locks the host: from then on it takes it."""
    await lobby.limits.require(lobby.limits.rules.logins_per_address, address)
    try:
        account = await lobby.accounts.get(host)
        opened = key is not None and account.host_key_hash == digest(key)
        by_uuid = key is None and not account.locked and lobby.settings.host_login == "open"
        if account.kind is not Kind.HOST or not (opened or by_uuid):
            raise HostNotFound
    except AccountNotFound:
        await lobby.limits.spend(lobby.limits.rules.logins_per_address, address)
        audit.info("login refused", account=host, address=address)
        raise HostNotFound from None
    if opened and not account.locked:
        account = await lobby.accounts.change(host, Account.lock)
    audit.info("login", account=account.number, address=address, by="key" if opened else "uuid")
    return issue(lobby, account)


async def renew(lobby: Lobby, permit: Permit) -> str:
    return issue(lobby, await lobby.accounts.get(permit.actor.uuid))


def issue(lobby: Lobby, account: Account) -> str:
    seconds = {
        Kind.USER: None,
        Kind.HOST: float(lobby.settings.host_token_seconds),
        Kind.ANONYMOUS: float(lobby.settings.anonymous_token_seconds),
        Kind.PLAYER: float(lobby.catalogue.auth.token_ttl_s),
    }[account.kind]
    return lobby.ring.issue(
        account.uuid,
        account.kind,
        token_version=account.token_version,
        seconds=seconds,
        more=_player_claims(lobby, account) if account.kind is Kind.PLAYER else None,
    )


async def identify(lobby: Lobby, token: str | None, *, players: bool = False) -> Actor:
    """Who shows this token; without one, nobody. AccountNotFound: it is good, but they are gone.

    `players`: their tokens are taken here too. What their role permits is said elsewhere.
    """
    if token is None:
        return NOBODY
    claims = lobby.ring.read(token)
    if claims.kind is Kind.PLAYER and not players:
        raise BadToken("kind")
    account = await _standing(lobby, claims)
    return account.actor(expires=claims.expires)


async def identify_player(lobby: Lobby, token: str | None) -> Actor:
    """The same of a player alone, with what their role permits; who is gone is TokenRevoked."""
    if token is None:
        return NOBODY
    claims = lobby.ring.read(token)
    if claims.kind is not Kind.PLAYER:
        raise BadToken("kind")
    try:
        account = await _standing(lobby, claims)
    except AccountNotFound:
        raise TokenRevoked from None
    return account.actor(expires=claims.expires, permissions=permissions(lobby, account))


def permissions(lobby: Lobby, account: Account) -> tuple[str, ...]:
    """Those of the account's role; none, where the catalogue knows it no longer."""
    role = lobby.catalogue.roles.get(account.role or "")
    return role.permissions if role else ()


async def _standing(lobby: Lobby, claims: Claims) -> Account:
    account = await lobby.standings.get(claims.account)
    if claims.token_version != account.token_version:
        raise TokenRevoked
    if claims.kind is not account.kind:
        raise BadToken("claim")
    if lobby.clock() - claims.issued > lobby.settings.user_token_days * DAY_SECONDS:
        raise TokenExpired
    return account


def _player_claims(lobby: Lobby, account: Account) -> dict[str, object]:
    """For game servers and the like that read a player's token; we look it all up ourselves."""
    role = lobby.catalogue.roles.get(account.role or "")
    return {
        "person": account.uuid,
        "player": account.uuid,
        "player_id": account.number,
        "role_id": role.id if role else None,
        "permissions": list(permissions(lobby, account)),
        "platform": account.portal.platform if account.portal else None,
    }


async def _rehash(lobby: Lobby, account: str, old: str, password: str) -> None:
    """Costs were raised since; the password is the same, so its tokens stay."""
    new = await lobby.passwords.hash(password)

    def decide(account: Account) -> None:
        if account.password_hash == old:
            account.password_hash = new

    await lobby.accounts.change(account, decide)


async def by_login(lobby: Lobby, login: str) -> Account | None:
    try:
        return await lobby.accounts.claimed("login", login.lower())
    except AccountNotFound:
        return None


async def _came_before(lobby: Lobby, known: str) -> bool:
    """No, where the leases cannot be asked: logging in needs the database alone."""
    with suppress(Unreachable):
        return await lobby.leases.recall(known) is not None
    return False
