"""Accounts that are shut out: restricted, or about to be put out of everything.

Whoever is given a seat is looked at before it is written, and again behind it: an eviction writes
the account first and reads the sessions second, so that one of the two sees the other. The account
is read from the store, never from the cache, which may be some seconds old.
"""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, GuestNotWelcome, LobbyError
from lobby.domain.permissions import Actor
from lobby.domain.reasons import Reason


async def present(lobby: Lobby, account: str, *, no: type[LobbyError] = AccountNotFound) -> Account:
    """The account; raises AccountNotFound, or `no` where it is shut out."""
    found = await lobby.accounts.get(account)
    if found.shut_out(lobby.clock()):
        raise no
    return found


async def require_still_in(
    lobby: Lobby, actor: Actor, *, no: type[LobbyError] = GuestNotWelcome
) -> Account:
    """Second look at somebody who has just been given a seat: raises `no` where they are gone, shut
    out, or were signed out everywhere meanwhile."""
    try:
        now = await lobby.accounts.get(actor.uuid)
    except AccountNotFound:
        raise no from None
    if _why_out(lobby, actor, now):
        raise no
    return now


async def why_out(lobby: Lobby, actor: Actor) -> Reason | None:
    """Why somebody may not keep the seat that they have just been given; None: they may."""
    try:
        now = await lobby.accounts.get(actor.uuid)
    except AccountNotFound:
        return Reason.ACCOUNT_DELETED
    return _why_out(lobby, actor, now)


def _why_out(lobby: Lobby, actor: Actor, now: Account) -> Reason | None:
    signed_out = actor.token_version not in (0, now.token_version)  # 0: not one with a token
    return now.shut_out_for(lobby.clock()) or (Reason.LEFT if signed_out else None)
