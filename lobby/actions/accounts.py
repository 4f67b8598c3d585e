"""What can be done to accounts: come in three ways, prove it, lose it."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

from lobby.actions import presence
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    BadCredentials,
    HostNotFound,
    LoginTaken,
    NotFound,
    TokenRevoked,
    Unauthenticated,
)
from lobby.domain.permissions import NOBODY, Actor, Kind, Permit
from lobby.logs import audit
from lobby.tokens import digest, opaque
from protocol import topics
from protocol.events import LookAgain, Revoked

KNOWN_SECONDS = 30 * 86_400
USERS_PAGE = 1_000


async def register_user(lobby: Lobby, *, login: str, password: str, address: str = "") -> Account:
    """`address`: whose registrations are counted; empty for the operator."""
    if address:
        await lobby.limits.spend(lobby.limits.rules.registrations, address)
        await lobby.limits.require(lobby.limits.rules.conflicts, address)
    try:
        await _require_free(lobby, login)
        account = await _new(lobby, Kind.USER, login=login)
        account.password_hash = await lobby.passwords.hash(password)
        return await lobby.accounts.add(account)
    except LoginTaken:
        if address:
            await lobby.limits.spend(lobby.limits.rules.conflicts, address)
        raise


async def register_host(lobby: Lobby, *, address: str) -> tuple[Account, str]:
    """The account, and the key that opens it: shown now, kept as a hash."""
    await lobby.limits.spend(lobby.limits.rules.registrations, address)
    key = opaque()
    account = await _new(lobby, Kind.HOST)
    account.host_key_hash = digest(key)
    return await lobby.accounts.add(account), key


async def register_anonymous(lobby: Lobby, *, address: str) -> tuple[Account, str]:
    """An identity without a name, and its token."""
    await lobby.limits.spend(lobby.limits.rules.registrations, address)
    account = await lobby.accounts.add(await _new(lobby, Kind.ANONYMOUS))
    return account, issue(lobby, account)


async def login_with_password(lobby: Lobby, *, login: str, password: str, address: str) -> str:
    """A token; BadCredentials alike, and after as long, whichever of the two is wrong.

    Failures count against the address, and against the login: apart for an address that this
    login has come from before, so that strangers cannot lock somebody out.
    """
    rules, who = lobby.limits.rules, login.lower()
    known = f"known:{digest(f'{who} {address}')}"
    bucket = (who, address) if await lobby.leases.recall(known) else (who,)
    await lobby.limits.require(rules.logins_per_address, address)
    await lobby.limits.require(rules.logins_per_account, *bucket)
    account = await _by_login(lobby, login)
    hash = account.password_hash if account else None
    if not await lobby.passwords.verify(hash, password) or account is None or hash is None:
        await lobby.limits.spend(rules.logins_per_address, address)
        await lobby.limits.spend(rules.logins_per_account, *bucket)
        audit.info("login refused", account=account and account.number, address=address)
        raise BadCredentials
    await lobby.leases.remember(known, "yes", KNOWN_SECONDS)
    if lobby.passwords.outdated(hash):
        await _rehash(lobby, account.uuid, hash, password)
    audit.info("login", account=account.number, address=address)
    return issue(lobby, account)


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
    }[account.kind]
    return lobby.ring.issue(
        account.uuid, account.kind, token_version=account.token_version, seconds=seconds
    )


async def identify(lobby: Lobby, token: str | None) -> Actor:
    """Who shows this token; without one, nobody. AccountNotFound: it is good, but they are gone."""
    if token is None:
        return NOBODY
    claims = lobby.ring.read(token)
    account = await lobby.standings.get(claims.account)
    if claims.token_version != account.token_version:
        raise TokenRevoked
    if claims.kind is not account.kind:
        raise Unauthenticated
    return account.actor(expires=claims.expires)


async def list_users(
    lobby: Lobby, permit: Permit, *, after: int = 0, limit: int = USERS_PAGE
) -> list[Account]:
    """Those with a login, by number, beginning behind `after`."""
    return await lobby.accounts.ranked("user", after=f"{after:012}", limit=min(limit, USERS_PAGE))


async def find(lobby: Lobby, *, login: str) -> Account:
    return await lobby.accounts.claimed("login", login.lower())


async def set_password(lobby: Lobby, permit: Permit, *, account: str, password: str) -> None:
    """Every token that was given before ends, in every process."""
    permit.require_self(account)
    hash = await lobby.passwords.hash(password)
    changed = await lobby.accounts.change(account, lambda account: account.set_password(hash))
    _tell_revoked(lobby, changed.uuid, changed.token_version)


async def sign_out_everywhere(lobby: Lobby, permit: Permit, *, account: str) -> None:
    permit.require_self(account)
    changed = await lobby.accounts.change(account, Account.revoke_tokens)
    _tell_revoked(lobby, changed.uuid, changed.token_version)


async def set_admin(lobby: Lobby, permit: Permit, *, account: str) -> None:
    """Only the operator makes administrators here."""
    permit.require_self(account)

    def decide(account: Account) -> None:
        account.admin = True

    await lobby.accounts.change(account, decide)
    lobby.standings.forget(account)


async def delete(lobby: Lobby, permit: Permit, *, account: str) -> None:
    """The account goes, and with it its tokens, sockets, seats, session, friendships and bans."""
    permit.require_self(account)
    await lobby.accounts.remove(account)
    _tell_revoked(lobby, account, None)
    await presence.gone(lobby, account)
    for knower in await lobby.accounts.all("knows", account):
        with suppress(NotFound):
            await lobby.accounts.change(knower.uuid, lambda knower: knower.host.forget(account))
    await lobby.store.forget(topics.inbox(account))


async def _new(lobby: Lobby, kind: Kind, *, login: str | None = None) -> Account:
    return Account(
        uuid=str(uuid4()),
        number=await lobby.store.next_number("account"),
        kind=kind,
        registered=round(lobby.clock(), 3),
        login=login,
    )


async def _require_free(lobby: Lobby, login: str) -> None:
    """Look before hashing: a conflict should cost nobody a hash. The claim decides all the same."""
    if await _by_login(lobby, login):
        raise LoginTaken


async def _by_login(lobby: Lobby, login: str) -> Account | None:
    try:
        return await find(lobby, login=login)
    except AccountNotFound:
        return None


async def _rehash(lobby: Lobby, account: str, old: str, password: str) -> None:
    """Costs were raised since; the password is the same, so its tokens stay."""
    new = await lobby.passwords.hash(password)

    def decide(account: Account) -> None:
        if account.password_hash == old:
            account.password_hash = new

    await lobby.accounts.change(account, decide)


def _tell_revoked(lobby: Lobby, account: str, token_version: int | None) -> None:
    audit.info("tokens revoked", account=account, deleted=token_version is None)
    lobby.standings.forget(account)
    lobby.tell(topics.ACCOUNTS, Revoked(account=account, token_version=token_version))
    lobby.tell(topics.host(account), LookAgain())
