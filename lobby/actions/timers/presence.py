"""Presence of accounts: status, keep-alive, and what happens when their grace period ends."""

from __future__ import annotations

from contextlib import suppress

import structlog

from lobby.actions.changes import change, expiry_timers
from lobby.actions.login import tokens
from lobby.actions.sessions import lifecycle
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, NotFound, NotSeated, Unavailable
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.session import Session
from lobby.presence import INVISIBLE
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import StatusChanged

log = structlog.get_logger(__name__)


GONE = "The host is gone."
POLLER_SECONDS = 30.0
"""How often it is asked whether somebody without a socket still waits for notifications."""


async def set_status(lobby: Lobby, permit: Permit, *, status: str) -> None:
    """Show another status. Whoever wishes to be invisible stays so until they say otherwise."""
    account, wished = permit.actor.uuid, status == INVISIBLE

    def decide(account: Account) -> None:
        account.invisible = wished

    if (await lobby.account_cache.get(account)).invisible is not wished:
        tokens.publish_changed(lobby, await lobby.accounts.change(account, decide))
    await _show(lobby, account, status)


async def _show(lobby: Lobby, account: str, status: str) -> None:
    """Here, and in whatever other process serves the account, too."""
    await lobby.presence.set_status(account, status)
    here = lobby.presence.present(account)
    since = here.since if here else None
    lobby.publish(topics.ACCOUNTS, StatusChanged(account=account, status=status, since=since))


async def keep_alive(
    lobby: Lobby, permit: Permit, *, status: str | None, lasting: bool = True
) -> None:
    """Keep-alive: renews the term of an account without a socket; sets the status of one with.
    `lasting`: it is what they wish, rather than where they are."""
    account = permit.actor.uuid
    if status is not None and lasting:
        await set_status(lobby, permit, status=status)
    elif status is not None:
        await _show(lobby, account, status)
    if lobby.presence.present(account) is None:
        await lobby.roster.expire_after(account, lobby.settings.unattended_seconds)


async def release(lobby: Lobby, account: str) -> None:
    """The time of the account is over: end the session that it hosts and free its seats, as if it
    had left. An account that still reads its sessions over HTTP keeps its seats in
    sessions without a host; one that waits for its notifications is there, and keeps all."""
    left = await expiry_timers.long_poll_left(lobby, account)
    if left > 0:
        await lobby.roster.expire_after(account, min(left, POLLER_SECONDS))
        return
    reading = await expiry_timers.is_reader(lobby, account)
    sessions = await lobby.sessions.all("player", account)
    if not await lobby.roster.overdue([account]):
        return  # read behind the sessions: a seat that they have not got by then is not freed
    for session in sessions:
        if reading and not session.hosted:
            await lobby.roster.expire_after(account, lobby.catalogue.server.session_ttl_s)
        else:
            await _unseat(lobby, session, account, goodbye=False)


async def signed_out(lobby: Lobby, id: str) -> None:
    """A login ended, and its sockets are closed by now: unless they are there by another one,
    whoever was there by it is gone. Nothing where it did not end, as the process was killed."""
    account, login, version, at = id.split(":")
    with suppress(AccountNotFound):
        now = await lobby.accounts.get(account)
        if login in now.ended or now.token_version != int(version):
            await depart(lobby, account, login, at=float(at))


async def depart(lobby: Lobby, account: str, login: str, *, at: float) -> None:
    """Free the seats that they had then, if nothing but this login shows them to be there; what
    they host ends. Whose sockets are still open keeps them yet."""
    if await expiry_timers.forget_login(lobby, account, login):
        return
    if account in await lobby.roster.present([account]):
        return
    for session in await lobby.sessions.all("player", account):
        held = session.seats.held_by(account)
        since = held.seat.joined if held else session.created
        if since is not None and since <= at:
            await _unseat(lobby, session, account, goodbye=True)


async def rearm_signed_out(lobby: Lobby) -> None:
    """Nothing: of whoever does not come back after a loss the grace period ends."""


async def _unseat(lobby: Lobby, session: Session, account: str, *, goodbye: bool) -> None:
    before = session.seats.held_by(account)

    def decide(session: Session) -> None:
        if before and session.seats.of(account).seat.joined != before.seat.joined:
            raise NotSeated  # in that seat: they have come again meanwhile
        session.unseat(account, Reason.LEFT if goodbye else session.seats.absence(account))

    with suppress(NotFound, NotSeated):
        if session.ends_without(account):
            why = Reason.HOST_LEFT if goodbye else Reason.HOST_GONE
            await lifecycle.close(lobby, SYSTEM, id=session.id, message=GONE, reason=why)
        else:
            await change.alter(lobby, session.id, decide, by=Actor(account))


async def expire_due(lobby: Lobby) -> None:
    """Release every expired account, except those that came back meanwhile. After a pause of this
    process that was longer than its lease it has to beat before: it may have been the only one."""
    expired = await lobby.roster.expired()
    if not expired or not lobby.presence.vouches():
        return
    for account in expired:
        await _settle(lobby, account)
    await lobby.roster.forget(expired)


async def _settle(lobby: Lobby, account: str) -> None:
    """One for whom it fails for a reason of its own does not hold up the others."""
    try:
        await release(lobby, account)
    except (Unreachable, Unavailable):
        raise
    except Exception:
        log.exception("departure_failed", account=account)


async def rearm(lobby: Lobby, session: Session) -> None:
    """After a loss of the roster: members get a grace period to come back."""
    settings = lobby.settings
    attended = max(settings.grace_seconds, settings.restart_grace_seconds)
    for _, seat, player in session.seats.occupants():
        seconds = attended if seat.attended else settings.unattended_seconds
        await lobby.roster.expire_after(player, seconds)
