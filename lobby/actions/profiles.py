"""What an account shows of itself: its name, nicknames and icon. Whoever watches sees it change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from lobby import icons, names
from lobby.actions import sessions
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, IconNotFound, NotFound
from lobby.domain.permissions import Permit
from lobby.domain.profiles import Icon
from lobby.tokens import digest
from protocol import topics
from protocol.events import Changed, LookAgain


async def set_name(lobby: Lobby, permit: Permit, *, account: str, name: str | None) -> Account:
    """None: shown by the login alone."""
    shown = await _acceptable(lobby, account, name) if name is not None else None

    def decide(account: Account) -> None:
        account.name = shown

    return await _change(lobby, permit, account, decide)


async def set_nicknames(
    lobby: Lobby, permit: Permit, *, account: str, nicknames: list[str]
) -> Account:
    shown = [await _acceptable(lobby, account, nickname) for nickname in nicknames]
    most = lobby.settings.max_nicknames
    return await _change(lobby, permit, account, lambda a: a.set_nicknames(shown, most=most))


async def add_nickname(lobby: Lobby, permit: Permit, *, account: str, nickname: str) -> Account:
    shown = await _acceptable(lobby, account, nickname)
    most = lobby.settings.max_nicknames
    return await _change(lobby, permit, account, lambda a: a.add_nickname(shown, most=most))


async def remove_nickname(lobby: Lobby, permit: Permit, *, account: str, nickname: str) -> Account:
    return await _change(lobby, permit, account, lambda a: a.remove_nickname(nickname))


async def remove_nicknames(lobby: Lobby, permit: Permit, *, account: str) -> int:
    """How many there were."""
    had = 0

    def decide(account: Account) -> None:
        nonlocal had
        had = len(account.nicknames)
        account.nicknames = []

    await _change(lobby, permit, account, decide)
    return had


async def set_icon(lobby: Lobby, permit: Permit, *, account: str, png: str | None) -> Account:
    """A data URL of a small PNG, drawn anew before it is kept. None: no icon."""
    permit.require_self(account)
    icon = await icons.drawn(png) if png is not None else None
    await _keep_icon(lobby, account, icon)

    def decide(account: Account) -> None:
        account.icon = digest(icon)[:16] if icon is not None else None

    return await _change(lobby, permit, account, decide)


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


async def _keep_icon(lobby: Lobby, account: str, icon: str | None) -> None:
    if icon is None:
        await forget(lobby, account)
        return

    def decide(kept: Icon) -> None:
        kept.png = icon

    try:
        await lobby.icons.change(account, decide)
    except IconNotFound:
        await lobby.icons.add(Icon(account, icon))


async def _acceptable(lobby: Lobby, account: str, name: str) -> str:
    """The name as it is shown, if it passes for nobody's of rank."""
    of_rank = []
    for admin in await lobby.accounts.all("admin", "yes"):
        if admin.uuid != account:
            of_rank += [name for name in (admin.login, admin.name, *admin.nicknames) if name]
    return names.name(name, of_rank=of_rank)


async def _change(
    lobby: Lobby, permit: Permit, account: str, decide: Callable[[Account], object]
) -> Account:
    permit.require_self(account)
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
                sessions.tell(lobby, renamed)


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
