"""What can be done to accounts: come in three ways, prove it, lose it."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

from lobby import names
from lobby.actions import (
    administrators,
    entitlements,
    families,
    logins,
    presence,
    profiles,
    ranks,
    settings,
)
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    LoginTaken,
    NotFound,
)
from lobby.domain.permissions import Kind, Permit
from lobby.logs import audit
from lobby.tokens import digest, opaque
from protocol import topics
from protocol.events import LookAgain, Revoked

USERS_PAGE = 1_000


async def register_user(lobby: Lobby, *, login: str, password: str, address: str = "") -> Account:
    """`address`: whose registrations are counted; empty for the operator, who may also give
    logins that are reserved or like an administrator's."""
    if not address:
        return await _add(lobby, login=login, password=password)
    await _require_honest(lobby, login)
    await lobby.limits.spend(lobby.limits.rules.registrations, address)
    await lobby.limits.require(lobby.limits.rules.conflicts, address)
    try:
        return await _add(lobby, login=login, password=password)
    except LoginTaken:
        await lobby.limits.spend(lobby.limits.rules.conflicts, address)
        raise


async def add_user(
    lobby: Lobby,
    permit: Permit,
    *,
    login: str,
    password: str,
    profile: profiles.Profile,
) -> Account:
    """Register somebody whole, as an administrator: by the same rules, counted against nobody."""
    permit.require_outright()
    await _require_honest(lobby, login)
    by = await lobby.accounts.get(permit.actor.uuid)
    wanted = await profiles.accepted(lobby, profile)
    return await _add(lobby, login=login, password=password, by=by.login, wanted=wanted)


async def register_host(lobby: Lobby, *, address: str) -> tuple[Account, str]:
    """The account, and the key that opens it: shown now, kept as a hash."""
    await lobby.limits.spend(lobby.limits.rules.registrations, address)
    key = opaque()
    account = await _new(lobby, Kind.HOST)
    account.host_key_hash = digest(key)
    return await lobby.accounts.add(account), key


async def register_anonymous(lobby: Lobby, *, address: str) -> Account:
    """An identity without a name."""
    await lobby.limits.spend(lobby.limits.rules.registrations, address)
    return await lobby.accounts.add(await _new(lobby, Kind.ANONYMOUS))


async def list_users(
    lobby: Lobby, permit: Permit, *, after: int = 0, limit: int = USERS_PAGE
) -> list[Account]:
    """Those with a login, by number, beginning behind `after`."""
    return await lobby.accounts.ranked("user", after=f"{after:012}", limit=min(limit, USERS_PAGE))


async def find(lobby: Lobby, *, login: str) -> Account:
    return await lobby.accounts.claimed("login", login.lower())


async def set_password(lobby: Lobby, permit: Permit, *, account: str, password: str) -> Account:
    """Every token that was given before ends, in every process."""
    permit.require_self(account)
    hash = await lobby.passwords.hash(password)
    changed = await lobby.accounts.change(account, lambda account: account.set_password(hash))
    audit.info("password changed", actor=permit.actor.uuid, account=account)
    _tell_revoked(lobby, changed.uuid, changed.token_version)
    return changed


async def sign_out_everywhere(lobby: Lobby, permit: Permit, *, account: str) -> None:
    permit.require_self(account)
    changed = await lobby.accounts.change(account, Account.revoke_tokens)
    _tell_revoked(lobby, changed.uuid, changed.token_version)


async def set_admin(lobby: Lobby, permit: Permit, *, account: str, admin: bool) -> None:
    """Made first and counted then, uncounted first and unmade then: never one too few."""
    permit.require_outright()
    if not admin:
        await administrators.strike(lobby, account)

    def decide(account: Account) -> None:
        account.admin = admin

    changed = await lobby.accounts.change(account, decide)
    if admin:
        await administrators.enter(lobby, account)
    audit.info("administrator", actor=permit.actor.uuid, account=account, admin=admin)
    lobby.standings.forget(account)
    lobby.tell(topics.ACCOUNTS, profiles.changed(changed))


async def delete(lobby: Lobby, permit: Permit, *, account: str) -> None:
    """The account goes, and with it its tokens, sockets, seats, session, friendships and bans.

    The last administrator stays.
    """
    permit.require_self(account)
    await administrators.strike(lobby, account)
    await lobby.accounts.remove(account)
    _tell_revoked(lobby, account, None)
    await families.end_all(lobby, account=account)
    await presence.gone(lobby, account)
    for knower in await lobby.accounts.all("knows", account):
        with suppress(NotFound):
            await lobby.accounts.change(knower.uuid, lambda knower: knower.host.forget(account))
    await profiles.forget(lobby, account)
    await entitlements.forget_all(lobby, account)
    await ranks.forget(lobby, account)
    await settings.forget(lobby, account)
    await lobby.store.forget(topics.inbox(account))


async def delete_all(lobby: Lobby, permit: Permit) -> int:
    """Everybody with a login but the administrator who asks; how many they were."""
    permit.require_outright()
    count = 0
    while others := [a for a in await list_users(lobby, permit) if a.uuid != permit.actor.uuid]:
        for account in others:
            with suppress(NotFound):
                await delete(lobby, permit, account=account.uuid)
                count += 1
    return count


async def _require_honest(lobby: Lobby, login: str) -> None:
    """Nothing reserved, and nothing that passes for an administrator's."""
    names.login(login, of_rank=await profiles.of_rank(lobby, but=""))


async def _add(
    lobby: Lobby,
    *,
    login: str,
    password: str,
    by: str | None = None,
    wanted: profiles.Profile | None = None,
) -> Account:
    await _require_free(lobby, login)
    account, worn = await _new(lobby, Kind.USER, login=login), wanted or profiles.Profile()
    account.registered_by = by
    profiles.wear(account, worn, most=lobby.settings.max_nicknames)
    account.password_hash = await lobby.passwords.hash(password)
    account = await lobby.accounts.add(account)
    await profiles.keep_icon(lobby, account, worn)
    return account


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
    if await logins.by_login(lobby, login):
        raise LoginTaken


def _tell_revoked(lobby: Lobby, account: str, token_version: int | None) -> None:
    audit.info("tokens revoked", account=account, deleted=token_version is None)
    lobby.standings.forget(account)
    lobby.tell(topics.ACCOUNTS, Revoked(account=account, token_version=token_version))
    lobby.tell(topics.host(account), LookAgain())
