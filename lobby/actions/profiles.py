"""What an account shows of itself: its name, nicknames and icon. Whoever watches sees it change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypedDict

from lobby import icons, names
from lobby.actions import showing
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
from lobby.tokens import digest
from protocol import topics
from protocol.events import Changed, LookAgain


class Profile(TypedDict, total=False):
    """What is named of it; the rest stays. A name or icon of None is none."""

    name: str | None
    icon: str | None
    nicknames: list[str]


async def change(lobby: Lobby, permit: Permit, *, account: str, profile: Profile) -> Account:
    """All that is named, or nothing of it."""
    permit.require_self(account)
    wanted, most = await accepted(lobby, profile, account=account), lobby.settings.max_nicknames
    changed = await lobby.accounts.change(account, lambda a: wear(a, wanted, most=most))
    await keep_icon(lobby, changed, wanted)
    await tell(lobby, changed)
    return changed


def wear(account: Account, wanted: Profile, *, most: int) -> None:
    """Show what was accepted; `most`: nicknames that an account may have."""
    if "name" in wanted:
        account.name = wanted["name"]
    if "nicknames" in wanted:
        account.set_nicknames(wanted["nicknames"], most=most)
    if "icon" in wanted:
        icon = wanted["icon"]
        account.icon = digest(icon)[:16] if icon is not None else None


async def accepted(lobby: Lobby, profile: Profile, *, account: str = "") -> Profile:
    """As it will be shown: names that pass for nobody else's, the icon drawn anew.

    Raises what is wrong with it. `account`: whose it is; empty for somebody to come.
    """
    wanted, ranked = profile.copy(), await of_rank(lobby, but=account)
    nicknames, most = profile.get("nicknames", []), lobby.settings.max_nicknames
    if len(nicknames) > most:
        raise TooManyNicknames(f"an account has at most {most} nicknames")
    if nicknames:
        shown = [names.name(nickname, of_rank=ranked) for nickname in nicknames]
        apart = {names.key(nickname): nickname for nickname in reversed(shown)}
        wanted["nicknames"] = list(reversed(apart.values()))
        await _require_free(lobby, apart, account)
    if (name := profile.get("name")) is not None:
        wanted["name"] = names.name(name, of_rank=ranked)
    if (icon := profile.get("icon")) is not None:
        wanted["icon"] = await icons.drawn(icon)
    return wanted


async def add_nickname(lobby: Lobby, permit: Permit, *, account: str, nickname: str) -> Account:
    """One that is there already, in whichever case, stays as it is."""
    permit.require_self(account)
    shown = names.name(nickname, of_rank=await of_rank(lobby, but=account))
    most = lobby.settings.max_nicknames

    def decide(account: Account) -> None:
        if _same(account, shown) is None:
            account.add_nickname(shown, most=most)

    return await _change(lobby, account, decide)


async def remove_nickname(lobby: Lobby, permit: Permit, *, account: str, nickname: str) -> Account:
    permit.require_self(account)

    def decide(account: Account) -> None:
        account.remove_nickname(_same(account, nickname) or nickname)

    return await _change(lobby, account, decide)


async def remove_nicknames(lobby: Lobby, permit: Permit, *, account: str) -> int:
    """How many there were."""
    permit.require_self(account)
    had = 0

    def decide(account: Account) -> None:
        nonlocal had
        had = len(account.nicknames)
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
    """The account is gone, and its icon with it."""
    with suppress(IconNotFound):
        await lobby.icons.remove(account)


async def keep_icon(lobby: Lobby, account: Account, wanted: Profile) -> None:
    """The picture itself, apart from the account, which is read far more often."""
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


async def of_rank(lobby: Lobby, *, but: str) -> list[str]:
    """What nobody else may be taken for: the names of all administrators, except one's own."""
    admins = [a for a in await lobby.accounts.all("admin", "yes") if a.uuid != but]
    shown = [name for a in admins for name in (a.login, a.name, *a.nicknames)]
    return [name for name in shown if name]


async def _require_free(lobby: Lobby, keys: Iterable[str], account: str) -> None:
    """Look before anything is changed. The claim decides all the same."""
    for key in keys:
        with suppress(AccountNotFound):
            if (await lobby.accounts.claimed("nickname", key)).uuid != account:
                raise NicknameTaken


def _same(account: Account, nickname: str) -> str | None:
    """How the account spells it, if it has it."""
    key = names.key(nickname)
    return next((kept for kept in account.nicknames if names.key(kept) == key), None)


async def _change(lobby: Lobby, account: str, decide: Callable[[Account], object]) -> Account:
    changed = await lobby.accounts.change(account, decide)
    await tell(lobby, changed)
    return changed


async def tell(lobby: Lobby, account: Account) -> None:
    """In presence, on the host's own topic, and on every seat that bears the name."""
    lobby.standings.forget(account.uuid)
    lobby.tell(topics.ACCOUNTS, changed(account))
    lobby.tell(topics.host(account.uuid), LookAgain())
    for session in await lobby.sessions.all("player", account.uuid):
        with suppress(NotFound, AccountNotFound):
            renamed = await lobby.sessions.change(
                str(session.id), lambda session: session.rename(account.uuid, account.shown_name)
            )
            if renamed.version != session.version:
                showing.show(lobby, renamed)


async def show_again(lobby: Lobby, account: str) -> None:
    """Here only: a word about their name may have been lost."""
    with suppress(AccountNotFound):
        lobby.attendance.rename(changed(await lobby.standings.get(account)))


def changed(account: Account) -> Changed:
    return Changed(
        account=account.uuid,
        version=account.version,
        name=account.shown_name,
        nickname=account.nickname,
        icon=account.icon,
    )
