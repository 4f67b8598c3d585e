"""Notifications about sessions: entries of inboxes and instance streams, lines of the event log.

Entries are neutral, without addresses or texts of a door: each door adds those in its responses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lobby.actions.changes import views
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor
from lobby.domain.reasons import Departure
from lobby.domain.sessions.diff import SYSTEM_SOURCE, SessionChange
from lobby.domain.sessions.seats import HeldSeat, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.idempotency import first_write
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import InboxEntry, SessionEventEntry

LONGEST_LOG = 1_000
"""The lobby's lines in a session's event log; the oldest are deleted first."""
LONGEST_CLIENT_LOG = 1_000
"""Clients' lines in a session's event log; the oldest are deleted first."""
FINAL_KINDS = frozenset({"session_closed", "session_banned"})
"""Kinds of entries after which the reader can no longer watch the session."""
INSTANCE_EVENTS = frozenset({"player_joined", "player_left", "player_kicked", "match_ended"})
"""Event codes that the instance of a session is notified of."""


async def put(
    lobby: Lobby,
    seat: HeldSeat,
    session: Session,
    *,
    kind: Any,
    message: str,
    why: Departure | None = None,
    until: float | None = None,
) -> None:
    """Write an entry to the inbox of the player who holds the seat, or held it, and `why` no more;
    `until`: for how long they are kept out of the session. Where the store is away it is written
    later, as things are by then; raises Unreachable all the same."""
    entry, stream = _entry(lobby, seat, session, kind, message), topics.inbox(seat.player)
    entry.reason, entry.until = why.reason if why else None, until

    async def again() -> InboxEntry | None:
        held, now = await _held_now(lobby, session, seat.player)
        if held is None:
            return None if kind == "session_invited" else entry
        if kind == "session_invited" and held.seat.status is SeatStatus.INVITED:
            return _entry(lobby, held, now, kind, message)
        return _changed(lobby, held, now) if held.seat.announced else None

    try:
        await lobby.inbox.put(stream, entry)
    except Unreachable:
        lobby.inbox.put_later(stream, entry, reread=again)
        raise


def put_throttled(lobby: Lobby, seat: HeldSeat, session: Session) -> None:
    """Throttled entry that the session has changed: several changes are coalesced into one."""
    player = seat.player

    async def again() -> InboxEntry | None:
        held, now = await _held_now(lobby, session, player)
        return _changed(lobby, held, now) if held and held.seat.announced else None

    lobby.inbox.put_throttled(player, _changed(lobby, seat, session), reread=again)


async def _held_now(lobby: Lobby, session: Session, player: str) -> tuple[HeldSeat | None, Session]:
    """The player's seat and the session as they are by now; no seat where it has ended."""
    try:
        now = await lobby.sessions.get(str(session.id))
    except SessionNotFound:
        return None, session
    return now.seats.held_by(player), now


async def notify_instance(lobby: Lobby, session: Session, *, kind: str) -> None:
    """Write to the notification stream of the session's instance; later, as `put` does, where the
    store is away: of several then the newest."""
    if session.instance is None:
        return
    entry = InboxEntry(
        kind="session_updated",
        session=str(session.id),
        message=kind,
        at=lobby.now(),
        custom_data={"session_id": str(session.id), "reason": kind},
    )
    stream = topics.instance(session.instance.id)
    try:
        await lobby.inbox.put(stream, entry)
    except Unreachable:
        lobby.inbox.put_later(stream, entry)
        raise


async def log(
    lobby: Lobby, session: Session, happened: Iterable[SessionChange], *, by: Actor
) -> None:
    """Append events to the event log, in order."""
    at = lobby.now()
    lines = [_line(session, one, by, at) for one in happened]
    await append(lobby, topics.session_events(session.id), *lines, keep=LONGEST_LOG)


async def append(lobby: Lobby, stream: str, *lines: SessionEventEntry, keep: int) -> None:
    bodies = [line.model_dump_json(exclude_none=True) for line in lines]
    with first_write(stream) as once:
        await lobby.store.append(stream, *bodies, keep=keep, once=once)


def _line(session: Session, one: SessionChange, by: Actor, at: float) -> SessionEventEntry:
    return SessionEventEntry(
        code=one.code,
        source=by.uuid if by.uuid != SYSTEM_SOURCE else None,
        source_number=by.number or None,
        target=one.player,
        target_number=one.number,
        instance=session.instance.id if session.instance else None,
        match=session.match.id if session.match else None,
        platform=one.platform.platform if one.platform else None,
        platform_session=one.platform.id if one.platform else None,
        reason=one.why.reason if one.why else None,
        said=one.why.said or None if one.why else None,
        at=at,
        version=session.version,
    )


def _changed(lobby: Lobby, seat: HeldSeat, session: Session) -> InboxEntry:
    return _entry(lobby, seat, session, "session_updated", "The session has changed.")


def _entry(lobby: Lobby, seat: HeldSeat, session: Session, kind: Any, message: str) -> InboxEntry:
    player = seat.player
    there = session.seats.held_by(player) is not None and kind != "session_closed"
    return InboxEntry(
        kind=kind,
        session=str(session.id),
        version=session.version if there else None,
        view=views.view_of(session, player) if there else None,
        about=None if kind in FINAL_KINDS else topics.session(session.id),
        host=session.leader,
        message=message,
        at=lobby.now(),
        custom_data={"session_id": str(session.id), "session_type": session.template},
    )
