"""Eviction: an account is put out of everything, everywhere and at once, as if it had said goodbye.

One verb for restricting, deleting and signing out everywhere. It begins by one write: from then on
no token is good, and whoever gives the account a seat, a session or a match finds that it is shut
out. The steps that follow may be repeated, and the mark goes last: where a process is killed,
another one that finds the mark does them again.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import structlog

from lobby.actions.changes import change
from lobby.actions.instances import allocations
from lobby.actions.login import token_families, tokens
from lobby.actions.matchmaking import removal
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, SessionNotFound
from lobby.domain.evictions import Eviction
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.permissions import Actor
from lobby.domain.reasons import Reason
from lobby.domain.sessions import departures
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

GOODBYES = "evictions"
"""The keeper in whose name those leave the roster whom no process serves any more."""
HOST_GONE = "The host is gone."
WHY_TICKETS_END = {
    Eviction.RESTRICTED: TicketReason.RESTRICTED,
    Eviction.SIGNED_OUT: TicketReason.LEFT_QUEUE,
    Eviction.DELETED: TicketReason.ACCOUNT_DELETED,
}
WHY_SESSIONS_END = {
    Reason.RESTRICTED: Reason.RESTRICTED,
    Reason.ACCOUNT_DELETED: Reason.HOST_GONE,
}
"""Sessions that somebody hosts, by the reason why their host is out; any other: the host left."""


async def evict(lobby: Lobby, account: str, why: Eviction) -> Account:
    """Put the account out of everything; returns it as it was when that began."""
    begun = await lobby.accounts.change(account, lambda account: account.evict(why))
    await carry_out(lobby, begun)
    return begun


async def carry_out(lobby: Lobby, begun: Account) -> None:
    """All that follows the beginning, which is stored; idempotent, for any process to do. A deleted
    account keeps its mark, for it is to be removed next; and so does one that still shows as
    online, as Redis is away: the sweeper does it again."""
    tokens.publish_revoked(lobby, begun.uuid, begun.token_version)
    await put_out(lobby, begun.uuid, begun.evicting or Eviction.DELETED)
    if await _leave_roster(lobby, begun.uuid) and begun.evicting is not Eviction.DELETED:
        version = begun.token_version
        with suppress(AccountNotFound):
            await lobby.accounts.change(begun.uuid, lambda one: one.finish_eviction(version))


async def put_out(lobby: Lobby, account: str, why: Eviction) -> None:
    """Out of logins, queues, matches that are being made, and sessions: those they host end. Game
    servers of theirs are registered no more."""
    await token_families.end_all(lobby, account=account)
    await allocations.unregister_all(lobby, account)
    inviting = await removal.remove_player(lobby, account, WHY_TICKETS_END[why])
    for id in await _sessions_of(lobby, account, inviting):
        with suppress(SessionNotFound):
            await leave(lobby, id, account, why.reason)


async def _sessions_of(lobby: Lobby, account: str, more: Iterable[int]) -> list[int]:
    """Wherever they have a seat of any kind, lead or host."""
    found = [
        one for label in ("player", "unaware") for one in await lobby.sessions.all(label, account)
    ]
    return sorted({*(one.id for one in found), *more})


async def leave(lobby: Lobby, id: int, account: str, reason: Reason) -> None:
    """Out of this session, which ends where it does not go on without them: for everybody else, and
    in its log, for one and the same reason. Raises SessionNotFound."""
    by = Actor(account)
    if (await lobby.sessions.get(str(id))).ends_without(account):
        over = WHY_SESSIONS_END.get(reason, Reason.HOST_LEFT)
        await change.end(lobby, id, by=by, message=HOST_GONE, reason=over, own=reason)
    else:
        await change.alter(
            lobby, id, lambda s: departures.dismiss(s, account, reason), by=by, refresh_ttl=False
        )


async def _leave_roster(lobby: Lobby, account: str) -> bool:
    """Nobody sees them any more, though they might come back from a dropped connection. Sockets
    that are still open leave as they are closed."""
    try:
        await lobby.roster.leave(GOODBYES, {account: None}, seconds=0.0)
    except Unreachable:
        log.warning("eviction_not_shown", account=account)
        return False
    return True
