"""Host settings: who may join a host's sessions, friends and bans."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from lobby.actions.changes import change, publish
from lobby.actions.changes.removals import RemovalNotice
from lobby.actions.sessions import exclusions, lifecycle, members
from lobby.actions.timers import bans
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    NotOneself,
    NotSeated,
    OtherNotFound,
    SessionNotFound,
)
from lobby.domain.hosts import BanTerms
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.session import Session
from lobby.identity import free_text
from protocol import topics
from protocol.events import FriendsChanged, Invalidated


async def get(lobby: Lobby, permit: Permit, *, host: str) -> Account:
    permit.require_self(host)
    return await lobby.accounts.get(host)


async def update(
    lobby: Lobby,
    permit: Permit,
    *,
    host: str,
    only_friends: bool | None = None,
    allow_nonames: bool | None = None,
    attributes: dict[str, Any] | None = None,
) -> Account:
    """Fields that are None stay as they are."""
    permit.require_self(host)

    def decide(account: Account) -> None:
        if only_friends is not None:
            account.host.only_friends = only_friends
        if allow_nonames is not None:
            account.host.allow_nonames = allow_nonames
        if attributes is not None:
            account.host.attributes = attributes

    changed = await lobby.accounts.change(host, decide)
    lobby.publish(topics.host(host), Invalidated())
    if (only_friends, allow_nonames) != (None, None):
        await show_terms(lobby, changed)
    return changed


async def complete_update(lobby: Lobby, permit: Permit, *, host: str) -> Account:
    """Where a process was killed behind the account: what depends on it is shown as it is now."""
    account = await get(lobby, permit, host=host)
    lobby.publish(topics.host(host), Invalidated())
    await show_terms(lobby, account)
    return account


async def show_terms(lobby: Lobby, host: Account) -> None:
    """Show the sessions that the host leads as open as their settings are by now."""
    for session in await lobby.sessions.all("player", host.uuid):
        if session.leader == host.uuid and session.terms is not None:
            await lifecycle.note_terms(lobby, session, host)


async def befriend(lobby: Lobby, permit: Permit, *, host: str, friend: str) -> Account:
    permit.require_self(host)
    await _other(lobby, host, friend)
    changed = await lobby.accounts.change(host, lambda account: account.host.befriend(friend))
    lobby.publish(topics.ACCOUNTS, FriendsChanged(accounts=[host, friend]))
    return changed


async def unfriend(lobby: Lobby, permit: Permit, *, host: str, friend: str) -> Account:
    permit.require_self(host)
    changed = await lobby.accounts.change(host, lambda account: account.host.unfriend(friend))
    lobby.publish(topics.ACCOUNTS, FriendsChanged(accounts=[host, friend]))
    return changed


async def ban(
    lobby: Lobby,
    permit: Permit,
    *,
    host: str,
    guest: str,
    seconds: int | None = None,
    reason: str = "",
) -> Account:
    """Ban the guest, for so many seconds or for good, and remove them from the sessions that the
    host leads, with a notice. `reason`: for the host alone; Unacceptable if it cannot be shown."""
    permit.require_self(host)
    await _other(lobby, host, guest)
    now = lobby.now()
    until = now + seconds if seconds is not None else None
    why = free_text.message(reason) if reason else None
    terms = BanTerms(until, why) if until or why else None
    banned = await lobby.accounts.change(
        host, lambda account: account.host.ban(guest, now=now, terms=terms)
    )
    lobby.audit.act("ban", target=guest, host=_other_host(permit, host))
    await remove_banned(lobby, host=host, guest=guest)
    return banned


async def remove_banned(lobby: Lobby, *, host: str, guest: str) -> None:
    """From the host's sessions, and from all who watch them: to the guest they are over.
    Invitations by the banned are declined, so that nothing of theirs is told the host any more."""
    watched = []
    for session in await lobby.sessions.all("player", host):
        if session.leader == host and not session.led_in_name:
            watched.append(topics.session(session.id))
            await _remove(lobby, session, guest)
        elif session.seats.invited(host) and session.seats.of(host).seat.inviter == guest:
            with suppress(NotSeated, SessionNotFound):
                await members.leave(lobby, Permit(Actor(host)), id=session.id)
    publish.hide(lobby, [guest], watched)
    bans.tell(lobby, [guest])


async def _remove(lobby: Lobby, session: Session, guest: str) -> None:
    """Whether they sit there or not, they have to show its password again."""
    with suppress(NotSeated, SessionNotFound):
        await exclusions.kick(
            lobby,
            SYSTEM,
            id=session.id,
            player=guest,
            reason=Reason.BANNED,
            seconds=0,
            notice=BANNED,
        )
    if guest in session.password.known:
        with suppress(SessionNotFound):
            await change.alter(
                lobby, session.id, lambda s: s.password.forget(guest), refresh_ttl=False
            )


BANNED = RemovalNotice("session_banned", "The host has banned you from their sessions.")


async def unban(lobby: Lobby, permit: Permit, *, host: str, guest: str) -> Account:
    permit.require_self(host)
    now = lobby.now()
    changed = await lobby.accounts.change(host, lambda account: account.host.unban(guest, now=now))
    bans.tell(lobby, [guest])
    lobby.audit.act("unban", target=guest, host=_other_host(permit, host))
    return changed


def complete_unban(lobby: Lobby, *, guest: str) -> None:
    """Where a process was killed behind the account: what is hidden from the guest is read anew."""
    bans.tell(lobby, [guest])


def _other_host(permit: Permit, host: str) -> str | None:
    """Whose list it is, where that is not the actor's own."""
    return host if permit.actor.uuid != host else None


async def _other(lobby: Lobby, host: str, other: str) -> None:
    """Both must exist; the host is read first, so that each has an error of its own."""
    await lobby.accounts.get(host)
    if host == other:
        raise NotOneself
    try:
        await lobby.accounts.get(other)
    except AccountNotFound:
        raise OtherNotFound from None
