"""What can be done to hosts: how they host, and whom they welcome."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from lobby.actions import seating
from lobby.actions.telling import Farewell
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    NotOneself,
    NotSeated,
    OtherNotFound,
    SessionNotFound,
)
from lobby.domain.permissions import SYSTEM, Permit
from lobby.logs import audit
from protocol import topics
from protocol.events import Excluded, LookAgain


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
    """What is None stays."""
    permit.require_self(host)

    def decide(account: Account) -> None:
        if only_friends is not None:
            account.host.only_friends = only_friends
        if allow_nonames is not None:
            account.host.allow_nonames = allow_nonames
        if attributes is not None:
            account.host.attributes = attributes

    changed = await lobby.accounts.change(host, decide)
    lobby.tell(topics.host(host), LookAgain())
    return changed


async def befriend(lobby: Lobby, permit: Permit, *, host: str, friend: str) -> Account:
    permit.require_self(host)
    await _other(lobby, host, friend)
    return await lobby.accounts.change(host, lambda account: account.host.befriend(friend))


async def unfriend(lobby: Lobby, permit: Permit, *, host: str, friend: str) -> Account:
    permit.require_self(host)
    return await lobby.accounts.change(host, lambda account: account.host.unfriend(friend))


async def ban(lobby: Lobby, permit: Permit, *, host: str, guest: str) -> Account:
    """Ban the guest; whoever sits in a session that the host leads leaves it, and is told why."""
    permit.require_self(host)
    await _other(lobby, host, guest)
    banned = await lobby.accounts.change(host, lambda account: account.host.ban(guest))
    audit.info("ban", actor=permit.actor.uuid, host=host, guest=guest)
    watched = [topics.host(host)]
    for session in await lobby.sessions.all("player", host):
        if session.leader == host:
            watched.append(topics.session(session.id))
            with suppress(NotSeated, SessionNotFound):
                await seating.remove(lobby, SYSTEM, id=session.id, guest=guest, farewell=BANNED)
    lobby.tell(topics.ACCOUNTS, Excluded(account=guest, topics=watched, code="guest_not_welcome"))
    return banned


BANNED = Farewell("session_banned", "The host has banned you from their sessions.")


async def unban(lobby: Lobby, permit: Permit, *, host: str, guest: str) -> Account:
    permit.require_self(host)
    return await lobby.accounts.change(host, lambda account: account.host.unban(guest))


async def _other(lobby: Lobby, host: str, other: str) -> None:
    """The host itself is asked for first, so that each of the two is missed by its own name."""
    await lobby.accounts.get(host)
    if host == other:
        raise NotOneself
    try:
        await lobby.accounts.get(other)
    except AccountNotFound:
        raise OtherNotFound from None
