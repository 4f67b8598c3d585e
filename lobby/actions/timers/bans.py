"""Bans that run out. A ban is over at its time, whoever sweeps and when; the sweep removes it from
the list, and tells who depends on it."""

from __future__ import annotations

from contextlib import suppress

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound
from protocol import topics
from protocol.events import BansChanged

PAGE = 100
"""Accounts with bans that have run out, of one turn."""


async def lapse(lobby: Lobby) -> None:
    """Sweep: remove every ban that has run out. The accounts are sorted by their next one's end, so
    that one read tells that there is none."""
    while True:
        now = lobby.now()
        hosts = await lobby.accounts.ranked("lapsing", limit=PAGE)
        due = [one for one in hosts if one.host.lapses_by(now)]
        for host in due:
            await _lapse(lobby, host.uuid, now)
        if len(due) < PAGE:
            return


async def _lapse(lobby: Lobby, uuid: str, now: float) -> None:
    over: list[str] = []

    def decide(account: Account) -> None:
        over[:] = account.host.lapse(now)

    with suppress(AccountNotFound):
        await lobby.accounts.change(uuid, decide)
        if over:
            tell(lobby, over)


def tell(lobby: Lobby, guests: list[str]) -> None:
    """Somebody has banned these guests, or does so no more: what is hidden from them is read
    anew."""
    lobby.publish(topics.ACCOUNTS, BansChanged(accounts=guests))
