"""Evictions that a process left unfinished: another one completes them."""

from __future__ import annotations

import structlog

from lobby.actions.accounts import accounts, eviction
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, Unavailable
from lobby.domain.evictions import Eviction
from lobby.domain.permissions import SYSTEM
from lobby.storage.account_index import EVICTING
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Evictions that one round completes."""


async def complete(lobby: Lobby) -> None:
    """One that fails for a reason of its own does not hold up the others."""
    for begun in await lobby.accounts.find(EVICTING, "yes", limit=AT_ONCE):
        try:
            await _complete(lobby, begun)
        except (Unreachable, Unavailable):
            raise
        except AccountNotFound:
            continue
        except Exception:
            log.exception("eviction_failed", account=begun.uuid)


async def _complete(lobby: Lobby, begun: Account) -> None:
    if begun.evicting is Eviction.DELETED:
        await accounts.finish_delete(lobby, SYSTEM, account=begun)
    else:
        await eviction.carry_out(lobby, begun)
