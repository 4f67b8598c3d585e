"""The one way by which verbs change sessions: saves, then publishes to watchers, notifies players
and instances, and writes the event log.

All of that is derived from the session before and after, so that no verb can forget somebody. Once
the change is saved, an unreachable dependency does not fail the verb.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import structlog

from lobby import expiring_keys
from lobby.actions.changes import (
    expiry_timers,
    host_terms,
    notify,
    publish,
    tickets,
    visibility,
)
from lobby.actions.changes.removals import EXPIRED, KICKED, OVER, RemovalNotice, notify_removed
from lobby.actions.changes.trail import departures, note_in_trails
from lobby.context import Lobby
from lobby.domain.errors import LobbyError, SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions import invariants
from lobby.domain.sessions.diff import SYSTEM_SOURCE, SessionChange, between
from lobby.domain.sessions.seats import HeldSeat, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.idempotency import carrying
from persistence.ports import Unreachable
from protocol import topics

log = structlog.get_logger(__name__)

LOG_SECONDS = 86_400.0
"""How long the event log of a session is kept after its end."""


class HoldIsOver(Exception):
    """A seat is still held whose time is up: nobody has swept since."""


EMPTY = "Everybody has left."


class StillInUse(LobbyError):
    """Somebody joined meanwhile, so the session does not end."""


async def alter(
    lobby: Lobby,
    id: int,
    decide: Callable[[Session], object],
    *,
    by: Actor = SYSTEM.actor,
    notice: RemovalNotice = KICKED,
    refresh_ttl: bool = True,
    outright: bool = False,
    known: Session | None = None,
) -> Session:
    """Change the session, and end it if it became empty; returns it after the change.
    `refresh_ttl`: an action by a member, or by others `outright`, renews its time to live.
    `known`: as it has just been read, so that it need not be read again."""
    if notice is EXPIRED:
        before, after = await lobby.sessions.alter(str(id), invariants.applied(decide), known=known)
    else:
        before, after = await _altered_in_time(lobby, id, decide, known=known)
    if after.version != before.version:
        await announce(lobby, before, after, by=by, notice=notice)
        await _best_effort(tickets.withdraw_if_left(lobby, before, after))
    if refresh_ttl:
        await _best_effort(expiry_timers.refresh(lobby, after, by, outright=outright))
    if invariants.wanted(before) and not invariants.wanted(after):
        if invariants.over(after):
            await _best_effort(expiry_timers.schedule_end(lobby, after))
        elif not stays_when_empty(lobby, after):
            with suppress(SessionNotFound, StillInUse):
                last = next(reversed(after.seats.gone.values())).reason
                await end(lobby, id, _require_empty, by=by, message=EMPTY, reason=last)
    return await _with_terms(lobby, after) if host_terms.outdated(lobby, after) else after


async def _with_terms(lobby: Lobby, session: Session) -> Session:
    """After a change of its leader, with the new one's terms. What fails is made good by the next
    change: until then the session is shown as strict as a new host is."""
    try:
        decides = lobby.catalogue.host_decides(session.template)
        account = await lobby.accounts.get(str(session.leader)) if decides else None
        with carrying(None):
            note = partial(host_terms.note, account=account)
            return await alter(lobby, session.id, note, refresh_ttl=False)
    except (LobbyError, Unreachable) as error:
        log.warning("terms_not_noted", session=session.id, why=str(error))
        return session


async def _altered_in_time(
    lobby: Lobby, id: int, decide: Callable[[Session], object], *, known: Session | None
) -> tuple[Session, Session]:
    """A hold that is over is a free seat, whoever sweeps and when: it lapses before anything else
    is decided."""
    now = lobby.clock()

    def in_time(session: Session) -> object:
        if session.seats.expired(now):
            raise HoldIsOver
        return decide(session)

    try:
        return await lobby.sessions.alter(str(id), invariants.applied(in_time), known=known)
    except HoldIsOver:
        with carrying(None):  # whatever is being done, this is not it
            await alter(lobby, id, lambda session: session.free_expired_seats(now), notice=EXPIRED)
        return await lobby.sessions.alter(str(id), invariants.applied(decide))


async def complete(lobby: Lobby, id: int) -> None:
    """Where a process was killed before it ended a session that had become empty: end it."""
    with suppress(SessionNotFound, StillInUse):
        session = await lobby.sessions.get(str(id))
        if not (invariants.over(session) or stays_when_empty(lobby, session)):
            await end(lobby, id, _require_empty, message=EMPTY, reason=Reason.UNATTENDED)


async def add(lobby: Lobby, session: Session, *, by: Actor) -> Session:
    """Create a session."""
    session = await lobby.sessions.add(session)
    publish.session_state(lobby, session)
    publish.host_changed(lobby, session)
    happened = [
        SessionChange("player_joined", held.player, held.seat.number or None)
        for held in session.seats.occupants()
    ]
    _notify_members(lobby, session)
    note_in_trails(lobby, session, happened, by=by)
    await _best_effort(
        expiry_timers.start_ttl(lobby, session),
        notify.log(lobby, session, [SessionChange("session_created"), *happened], by=by),
    )
    return session


async def end(
    lobby: Lobby,
    id: int,
    decide: Callable[[Session], object] = lambda session: None,
    *,
    by: Actor = SYSTEM.actor,
    message: str,
    reason: Reason,
    own: Reason | None = None,
    code: str = "session_deleted",
) -> Session:
    """Delete the session; its members and its instance are notified, also of the reason. `own`: why
    whoever did it is out of it, where that is another. `code`: the last line of its event log,
    which is kept for a day."""
    session = await lobby.sessions.remove(str(id), decide)
    publish.end(lobby, session)
    gone = departures(session, reason, but=by.uuid, own=own or reason)
    await _best_effort(tickets.withdraw_if_left(lobby, session, None))
    note_in_trails(lobby, session, gone.values(), by=by)
    session.version += 1  # its end comes after everything else in its log
    await _best_effort(
        notify.log(lobby, session, [SessionChange(code, why=Departure(reason))], by=by),
        notify.notify_instance(lobby, session, kind="session_closed"),
        *(
            notify.put(
                lobby,
                held,
                session,
                kind="session_closed",
                message=message,
                why=gone[held.player].why,
            )
            for held in session.seats.announced()
            if held.player != session.leader or held.seat.notified
        ),
        lobby.store.forget(topics.chat(session.id)),
        lobby.timers.set(expiring_keys.event_log(session.id), LOG_SECONDS),
        expiry_timers.expire_stream(lobby, session),
    )
    return session


async def announce(
    lobby: Lobby, before: Session, after: Session, *, by: Actor, notice: RemovalNotice = KICKED
) -> None:
    """Publish, notify and log all differences. Nothing is awaited before the events and the
    members' notifications are queued, so that one process sends them in order of versions."""
    publish.session_state(lobby, after)
    if before.listing is not None and after.listing is None:
        publish.unlist(lobby, after, version=after.version)
    publish.exclude_from_chat(lobby, before, after)
    if invariants.disbanded(before, after):
        by, notice = Actor(SYSTEM_SOURCE), OVER
    happened = between(before, after, by=by.uuid)
    if not happened:
        return
    note_in_trails(lobby, after, happened, by=by)
    invited = _newly_invited(before, after)
    _notify_members(lobby, after, but=[held.player for held in invited])
    await _best_effort(
        notify.log(lobby, after, happened, by=by),
        visibility.follow_leader(lobby, before, after),
        *(
            notify.notify_instance(lobby, before, kind=one.code)
            for one in happened
            if one.code in notify.INSTANCE_EVENTS
        ),
        *(
            notify.put(lobby, held, after, kind="session_invited", message=_invitation(after))
            for held in invited
        ),
        *(notify_removed(lobby, held, after, by, notice) for held in _removed(before, after)),
    )
    if before.instance is not None and before.instance.id not in _instances(after):
        await _best_effort(expiry_timers.expire_stream(lobby, before))


def _instances(session: Session) -> set[str]:
    return {session.instance.id} if session.instance else set()


def stays_when_empty(lobby: Lobby, session: Session) -> bool:
    """Whether the session stays open when it is empty."""
    template = lobby.catalogue.by_session_type.get(session.template)
    return session.hosted or (template is not None and template.kept)


def _require_empty(session: Session) -> None:
    if invariants.wanted(session):
        raise StillInUse


def _notify_members(lobby: Lobby, session: Session, *, but: Collection[str] = ()) -> None:
    for held in session.seats.announced():
        if held.seat.notified and held.player not in but:
            notify.put_throttled(lobby, held, session)


def _newly_invited(before: Session, after: Session) -> list[HeldSeat]:
    return [
        held
        for held in after.seats.held()
        if held.seat.status is SeatStatus.INVITED and not before.seats.invited(held.player)
    ]


def _removed(before: Session, after: Session) -> list[HeldSeat]:
    """Seats of players who had been notified of theirs, and no longer have one."""
    return [held for held in before.seats.announced() if not after.seats.held_by(held.player)]


def _invitation(session: Session) -> str:
    return f"{session.leader_name or 'A host'} invites you."


async def _best_effort(*calls: Coroutine[Any, Any, object]) -> None:
    """Run all; an unreachable dependency is logged and ignored, since the change is saved."""
    for result in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(result, Unreachable):
            log.warning("not_told", why=str(result))
        elif isinstance(result, BaseException):
            raise result
