"""Removal of abandoned accounts: anonymous ones that nobody can come back to.

Only a token led to them, it ended long ago, nobody is there, and no seat, session or ticket is
theirs. Whoever renews a token notes its end in the account first, so that a removal at the same
time is decided anew (optimistic concurrency); once it has begun, no token is renewed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lobby.actions.accounts import accounts
from lobby.actions.changes import visibility
from lobby.actions.login import tokens
from lobby.actions.login.tokens import DAY_SECONDS
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, StillReachable
from lobby.domain.matchmaking.errors import TicketNotFound
from lobby.identity.tokens import LEEWAY_SECONDS
from lobby.storage.account_index import by_time

AT_ONCE = 8
"""Accounts that are removed concurrently; they share commits, and leave others their turn."""


class Abandoned:
    """Goes through them by the end of their last token, some at a time."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby, self._after = lobby, ""

    async def remove(self, *, most: int) -> int:
        """Remove some; returns how many were looked at. Those that stay are looked at again once
        all others were."""
        lobby, before = self._lobby, _before(self._lobby)
        found = await lobby.accounts.ranked("leaving", after=self._after, limit=most)
        due = [one for one in found if one.token_until is not None and one.token_until < before]
        self._after = _by_end(due[-1]) if len(due) == most else ""
        online = await lobby.roster.present([one.uuid for one in due]) if due else set()
        away, removed = [one.uuid for one in due if one.uuid not in online], 0
        for first in range(0, len(away), AT_ONCE):
            some = away[first : first + AT_ONCE]
            removed += sum(await asyncio.gather(*(_settle(lobby, one, before) for one in some)))
        if removed:
            lobby.audit.act("abandoned accounts removed", count=removed)
        return len(due)


async def _settle(lobby: Lobby, account: str, before: float) -> bool:
    return not await _in_use(lobby, account) and await remove(lobby, account, before=before)


async def remove(lobby: Lobby, account: str, *, before: float) -> bool:
    """Remove it if its last token ended before then; others see it leave as any deleted one. It is
    marked first and goes last: who finds the mark of a process that was killed meanwhile begins
    again."""
    try:
        await lobby.accounts.change(account, lambda one: one.leave(before))
    except (AccountNotFound, StillReachable):
        return False
    tokens.publish_revoked(lobby, account, None)
    await accounts.clear_up(lobby, account)
    with suppress(AccountNotFound):
        await lobby.accounts.remove(account)
    tokens.publish_revoked(lobby, account, None)
    return True


def _before(lobby: Lobby) -> float:
    """A token is accepted a little longer than it lasts."""
    kept = lobby.settings.anonymous_kept_days * DAY_SECONDS
    return lobby.clock() - max(kept, 2 * LEEWAY_SECONDS)


async def _in_use(lobby: Lobby, account: str) -> bool:
    """Whether a seat, a session, a ticket or a login is the account's."""
    if await lobby.sessions.find("player", account, limit=1):
        return True
    if await visibility.live_session(lobby.sessions, account):
        return True
    with suppress(TicketNotFound):
        await lobby.tickets.claimed("player", account)
        return True
    families = await lobby.families.find("account", account)
    return any(family.ends > lobby.clock() for family in families)


def _by_end(account: Account) -> str:
    """Where it stands among those that leave."""
    return by_time(account.token_until or 0.0, account.uuid)
