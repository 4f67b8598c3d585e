"""Public profiles of accounts: name, nicknames and icon. Changes are published to watchers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypedDict

from lobby import idempotency
from lobby.actions.changes import publish
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    IconNotFound,
    NicknameTaken,
    NotFound,
    TooManyNicknames,
)
from lobby.domain.permissions import Permit
from lobby.domain.profiles import Icon
from lobby.identity import name_rules
from lobby.identity.tokens import digest
from protocol import topics
from protocol.events import Invalidated, ProfileChanged

LONGEST_SPELLING = 256
"""Characters of what is compared with nicknames: a nickname, however it is spelt."""


class AccountProfile(TypedDict, total=False):
    """Absent fields stay as they are. None removes a name or icon."""

    name: str | None
    icon: str | None
    nicknames: list[str]


async def change(lobby: Lobby, permit: Permit, *, account: str, profile: AccountProfile) -> Account:
    """All fields that are given, or none."""
    permit.require_self(account)
    wanted, most = await validated(lobby, profile, account=account), lobby.settings.max_nicknames
    changed = await lobby.accounts.change(account, lambda a: apply(a, wanted, most=most))
    await store_icon(lobby, changed, wanted)
    await publish_profile(lobby, changed)
    return changed


def apply(account: Account, wanted: AccountProfile, *, most: int) -> None:
    """Set validated fields; `most`: nicknames that an account may have."""
    if "name" in wanted:
        account.name = wanted["name"]
    if "nicknames" in wanted:
        account.set_nicknames(wanted["nicknames"], most=most)
    if "icon" in wanted:
        icon = wanted["icon"]
        account.icon = digest(icon)[:16] if icon is not None else None


async def validated(lobby: Lobby, profile: AccountProfile, *, account: str = "") -> AccountProfile:
    """The profile with names in normal form and the icon re-encoded; raises Unacceptable,
    TooManyNicknames or NicknameTaken. `account`: whose it is; empty for a new one."""
    wanted, protected = profile.copy(), await protected_names(lobby, but=account)
    nicknames, most = profile.get("nicknames", []), lobby.settings.max_nicknames
    if len(nicknames) > most:
        raise TooManyNicknames(f"an account has at most {most} nicknames")
    if nicknames:
        shown = [name_rules.name(nickname, protected=protected) for nickname in nicknames]
        apart = {name_rules.key(nickname): nickname for nickname in reversed(shown)}
        wanted["nicknames"] = list(reversed(apart.values()))
        await _require_free(lobby, apart, account)
    if (name := profile.get("name")) is not None:
        wanted["name"] = name_rules.name(name, protected=protected)
    if (icon := profile.get("icon")) is not None:
        wanted["icon"] = await lobby.icon_encoder.reencode(icon, by=account)
    return wanted


async def add_nickname(lobby: Lobby, permit: Permit, *, account: str, nickname: str) -> Account:
    """Idempotent: a nickname that the account has in any case stays as it is."""
    permit.require_self(account)
    shown = name_rules.name(nickname, protected=await protected_names(lobby, but=account))
    most = lobby.settings.max_nicknames

    def decide(account: Account) -> None:
        if _matching(account, shown) is None:
            account.add_nickname(shown, most=most)

    return await _change(lobby, account, decide)


async def remove_nickname(lobby: Lobby, permit: Permit, *, account: str, nickname: str) -> Account:
    permit.require_self(account)

    def decide(account: Account) -> None:
        account.remove_nickname(_matching(account, nickname) or nickname)

    return await _change(lobby, account, decide)


async def remove_nicknames(lobby: Lobby, permit: Permit, *, account: str) -> int:
    """Returns how many there were."""
    permit.require_self(account)
    had = 0

    def decide(account: Account) -> None:
        nonlocal had
        had = len(account.nicknames)
        idempotency.note(count=str(had))
        account.nicknames = []

    await _change(lobby, account, decide)
    return had


async def icon_of(lobby: Lobby, account: Account) -> str | None:
    """The data URL, or None."""
    if account.icon is None:
        return None
    try:
        return (await lobby.icons.get(account.uuid)).png
    except IconNotFound:
        return None


async def forget(lobby: Lobby, account: str) -> None:
    """Delete the icon of an account."""
    with suppress(IconNotFound):
        await lobby.icons.remove(account)


async def store_icon(lobby: Lobby, account: Account, wanted: AccountProfile) -> None:
    """The icon is a document of its own, since accounts are read far more often."""
    if "icon" not in wanted:
        return
    if (icon := wanted["icon"]) is None:
        await forget(lobby, account.uuid)
        return

    def decide(kept: Icon) -> None:
        kept.png = icon

    try:
        await lobby.icons.change(account.uuid, decide)
    except IconNotFound:
        await lobby.icons.add(Icon(account.uuid, icon))


async def protected_names(lobby: Lobby, *, but: str) -> list[str]:
    """Names that nobody may resemble: those of all administrators, except the account `but`."""
    admins = [a for a in await lobby.accounts.all("admin", "yes") if a.uuid != but]
    shown = [name for a in admins for name in (a.login, a.name, *a.nicknames)]
    return [name for name in shown if name]


async def _require_free(lobby: Lobby, keys: Iterable[str], account: str) -> None:
    """Checked before anything is changed. The claim is decisive."""
    for key in keys:
        with suppress(AccountNotFound):
            if (await lobby.accounts.claimed("nickname", key)).uuid != account:
                raise NicknameTaken


def _matching(account: Account, nickname: str) -> str | None:
    """The account's spelling of this nickname, if it has it."""
    if len(nickname) > LONGEST_SPELLING:
        return None
    key = name_rules.key(nickname)
    return next((kept for kept in account.nicknames if name_rules.key(kept) == key), None)


async def _change(lobby: Lobby, account: str, decide: Callable[[Account], object]) -> Account:
    changed = await lobby.accounts.change(account, decide)
    await publish_profile(lobby, changed)
    return changed


async def publish_profile(lobby: Lobby, account: Account) -> None:
    """Update presence, the host's topic and the name on every seat of the account."""
    lobby.account_cache.invalidate(account.uuid)
    lobby.publish(topics.ACCOUNTS, profile_event(account))
    lobby.publish(topics.host(account.uuid), Invalidated())
    for session in await lobby.sessions.all("player", account.uuid):
        with suppress(NotFound, AccountNotFound):
            renamed = await lobby.sessions.change(
                str(session.id), lambda session: session.rename(account.uuid, account.shown_name)
            )
            if renamed.version != session.version:
                publish.session_state(lobby, renamed)


async def refresh_presence(lobby: Lobby, account: str) -> None:
    """In this process only, after bus events may have been lost."""
    with suppress(AccountNotFound):
        lobby.presence.account_changed(profile_event(await lobby.account_cache.get(account)))


def profile_event(account: Account) -> ProfileChanged:
    return ProfileChanged(
        account=account.uuid,
        version=account.version,
        name=account.shown_name,
        nickname=account.nickname,
        icon=account.icon,
    )
