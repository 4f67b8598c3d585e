"""Account life cycle: registration of users, hosts and anonymous accounts, passwords, deletion."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

from lobby import idempotency
from lobby.actions.accounts import administrators, eviction, profiles, settings
from lobby.actions.economy import entitlements, ranks
from lobby.actions.login import attempts, tokens
from lobby.caller import covered
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.entropy import is_guessable
from lobby.domain.errors import AccountNotFound, Conflict, LoginTaken, NotFound, Unacceptable
from lobby.domain.evictions import Eviction
from lobby.domain.permissions import Kind, Permit
from lobby.identity import name_rules, passwords
from lobby.identity.tokens import digest, random_secret
from protocol import topics
from protocol.events import FriendsChanged

USERS_PAGE = 1_000
"""Users in one page of the list."""


async def register_user(lobby: Lobby, *, login: str, password: str, address: str = "") -> Account:
    """`address`: counted against the rate limit of registrations; empty for the operator, who is
    not limited and may use reserved logins."""
    if not address:
        return await _add(lobby, login=login, password=password)
    await _require_allowed(lobby, login)
    await lobby.rate_limits.register(lobby.rate_limits.rules.registrations, address)
    conflicts, taken = lobby.rate_limits.rules.conflicts, lambda no: isinstance(no, LoginTaken)
    async with lobby.rate_limits.guess(conflicts, address, wrong=taken):
        return await _add(lobby, login=login, password=password, address=address)


async def add_user(
    lobby: Lobby,
    permit: Permit,
    *,
    login: str,
    password: str,
    profile: profiles.AccountProfile,
    address: str = "",
) -> Account:
    """Register a user with a profile, as an administrator: by the same rules, without a rate
    limit."""
    permit.require_outright()
    await _require_allowed(lobby, login)
    by = await lobby.accounts.get(permit.actor.uuid)
    wanted = await profiles.validated(lobby, profile)
    account = await _add(
        lobby, login=login, password=password, by=by.login, wanted=wanted, address=address
    )
    lobby.audit.act("account added", target=account.uuid)
    return account


async def register_host(lobby: Lobby, *, address: str) -> tuple[Account, str]:
    """The account and its key, of which only the hash is stored."""
    await lobby.rate_limits.register(lobby.rate_limits.rules.registrations, address)
    key = random_secret()
    account = await _new(lobby, Kind.HOST)
    account.host_key_hash = digest(key)
    return await lobby.accounts.add(account), key


async def register_anonymous(lobby: Lobby, *, address: str, secret: str | None = None) -> Account:
    """An account without login and name; the same secret gets the same account again. Raises
    Restricted."""
    hash = None if secret is None else digest(secret)
    if hash and (known := await _of_secret(lobby, hash)):
        return known
    if secret is not None and is_guessable(secret):  # of an account that is known: it opens still
        raise Unacceptable("this secret can be guessed; draw 32 random bytes")
    await lobby.rate_limits.register(lobby.rate_limits.rules.anonymous, address)
    account = await _new(lobby, Kind.ANONYMOUS)
    account.secret_hash = hash
    account.extend_token(lobby.now() + lobby.settings.anonymous_token_seconds)
    try:
        return await lobby.accounts.add(account)
    except Conflict:
        if hash and (known := await _of_secret(lobby, hash)):
            return known  # said twice at once
        raise


async def _of_secret(lobby: Lobby, hash: str) -> Account | None:
    try:
        known = await lobby.accounts.claimed("secret", hash)
    except AccountNotFound:
        return None
    known.require_unrestricted(lobby.clock())
    return known


async def list_users(
    lobby: Lobby, permit: Permit, *, after: int = 0, limit: int = USERS_PAGE
) -> list[Account]:
    """Accounts with a login, sorted by number, after the number `after`."""
    return await lobby.accounts.ranked("user", after=f"{after:012}", limit=min(limit, USERS_PAGE))


async def find(lobby: Lobby, *, login: str) -> Account:
    if not name_rules.LOGIN.fullmatch(login):
        raise AccountNotFound  # nobody can have it, and not every store can look for it
    return await lobby.accounts.claimed("login", login.lower())


async def get(lobby: Lobby, permit: Permit, *, account: str) -> Account:
    """The caller's own account, or any for an outright permit."""
    permit.require_self(account)
    return await lobby.accounts.get(account)


async def set_password(
    lobby: Lobby, permit: Permit, *, account: str, password: str, address: str = ""
) -> Account:
    """Revokes every token that was issued before, in every process. `address`: whose turn it is to
    have a password hashed, within the limit of those that are looked at; empty: the operator's."""
    permit.require_self(account)
    known = await lobby.accounts.get(account)
    passwords.require_allowed(password, context=_context(lobby, known.login))
    hash = await _hashed(lobby, permit, known, password=password, address=address)
    changed = await lobby.accounts.change(account, lambda account: account.set_password(hash))
    lobby.audit.act("password changed", target=account)
    tokens.publish_revoked(lobby, changed.uuid, changed.token_version)
    return changed


async def _hashed(
    lobby: Lobby, permit: Permit, known: Account, *, password: str, address: str
) -> str:
    """It costs as much as a login: it counts as one, of who asks for it."""
    if not address:
        return await lobby.passwords.hash(password)
    own = known.login if permit.actor.uuid == known.uuid else None
    who = own.lower() if own else permit.actor.uuid
    async with attempts.evaluation(lobby, who, address=address):
        return await lobby.passwords.hash(password, by=address)


async def sign_out_everywhere(lobby: Lobby, permit: Permit, *, account: str) -> None:
    """Every token is revoked, and the account leaves everything that it is in."""
    permit.require_self(account)
    await eviction.evict(lobby, account, Eviction.SIGNED_OUT)
    lobby.audit.act("tokens revoked", target=account)


async def set_admin(lobby: Lobby, permit: Permit, *, account: str, admin: bool) -> None:
    """The count of administrators is raised after a promotion and lowered before a demotion, so
    that it never includes too many."""
    permit.require_outright()
    if not admin:
        await administrators.remove(lobby, account)

    def decide(account: Account) -> None:
        account.admin = admin

    changed = await lobby.accounts.change(account, decide)
    if admin:
        await administrators.add(lobby, account)
    lobby.audit.act("administrator", target=account, admin=admin)
    lobby.account_cache.invalidate(account)
    lobby.publish(topics.ACCOUNTS, profiles.profile_event(changed))


async def delete(lobby: Lobby, permit: Permit, *, account: str) -> None:
    """Delete the account with its tokens, sockets, seats, session, friendships and bans. Raises
    LastAdmin for the last administrator."""
    permit.require_self(account)
    idempotency.note(account=account)
    await administrators.remove(lobby, account)
    begun = await lobby.accounts.change(account, lambda account: account.evict(Eviction.DELETED))
    await finish_delete(lobby, permit, account=begun)


async def finish_delete(lobby: Lobby, permit: Permit, *, account: Account) -> None:
    """What follows once the deletion has begun; idempotent, for any process to do."""
    permit.require_self(account.uuid)
    await eviction.carry_out(lobby, account)
    with suppress(AccountNotFound):
        await lobby.accounts.remove(account.uuid)
        lobby.audit.act("account deleted", target=account.uuid)
    await _forget(lobby, account.uuid)


async def complete_delete(lobby: Lobby, permit: Permit, *, account: str) -> None:
    """Where a process was killed while it deleted the account: what is left of it goes now."""
    if await lobby.accounts.versions([account]):
        await delete(lobby, permit, account=account)
    else:
        await _forget(lobby, account)


async def _forget(lobby: Lobby, account: str) -> None:
    """Delete what belonged to an account that is no more."""
    tokens.publish_revoked(lobby, account, None)
    await clear_up(lobby, account)


async def clear_up(lobby: Lobby, account: str) -> None:
    """Delete what led to a removed account, and what was its own: tokens, seats, friendships,
    bans, profile, purchases, ratings, settings and inbox."""
    await eviction.put_out(lobby, account, Eviction.DELETED)
    for knower in await lobby.accounts.all("knows", account):
        with suppress(NotFound):
            await lobby.accounts.change(knower.uuid, lambda knower: knower.host.forget(account))
            lobby.publish(topics.ACCOUNTS, FriendsChanged(accounts=[knower.uuid]))
    await profiles.forget(lobby, account)
    await entitlements.delete_all(lobby, account)
    await ranks.delete(lobby, account)
    await settings.delete_all(lobby, account)
    for stream in (topics.inbox(account), topics.trail(account)):
        if await lobby.store.head(stream):
            await lobby.store.forget(stream)


async def delete_all(lobby: Lobby, permit: Permit) -> int:
    """Delete every account with a login except the caller's; returns how many."""
    permit.require_outright()
    count = 0
    while others := [a for a in await list_users(lobby, permit) if a.uuid != permit.actor.uuid]:
        for account in others:
            with suppress(NotFound), covered():
                await delete(lobby, permit, account=account.uuid)
                count += 1
    lobby.audit.act("accounts deleted", count=count)
    return count


async def _require_allowed(lobby: Lobby, login: str) -> None:
    """Refuses logins that are reserved or resemble an administrator's name."""
    name_rules.login(login, protected=await profiles.protected_names(lobby, but=""))


async def _add(
    lobby: Lobby,
    *,
    login: str,
    password: str,
    by: str | None = None,
    wanted: profiles.AccountProfile | None = None,
    address: str = "",
) -> Account:
    passwords.require_allowed(password, context=_context(lobby, login))
    await _require_free(lobby, login)
    profile = wanted or profiles.AccountProfile()
    account = await _new(lobby, Kind.USER, login=login)
    account.registered_by = by
    profiles.apply(account, profile, most=lobby.settings.max_nicknames)
    account.password_hash = await lobby.passwords.hash(password, by=address)
    account = await lobby.accounts.add(account)
    await profiles.store_icon(lobby, account, profile)
    return account


def _context(lobby: Lobby, login: str | None) -> list[str]:
    """Words that whoever guesses this account's password tries first."""
    return [login or "", lobby.settings.name, *lobby.settings.name.split()]


async def _new(lobby: Lobby, kind: Kind, *, login: str | None = None) -> Account:
    return Account(
        uuid=str(uuid4()),
        number=await lobby.store.next_number("account"),
        kind=kind,
        registered=lobby.now(),
        login=login,
    )


async def _require_free(lobby: Lobby, login: str) -> None:
    """Checked before hashing, so that a conflict does not cost a hash. The claim is decisive."""
    if await tokens.by_login(lobby, login):
        raise LoginTaken
