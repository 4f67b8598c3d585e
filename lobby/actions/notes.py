"""What is written down of a session: lines of its log, entries of inboxes and of instance streams.

An entry of an inbox is also a notification: `rh_url` says what to look at again, and `etag` how it
looks by now to whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lobby.actions import views
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.happenings import TIME, Happening
from lobby.domain.permissions import Actor
from lobby.domain.seats import Seat
from lobby.domain.sessions import Session
from protocol import topics
from protocol.events import InboxEntry, SessionEventEntry

LONGEST_LOG = 1_000
"""Lines of a session's log; the oldest go first."""
FOR_HOSTS = frozenset({"player_joined", "player_left", "player_kicked", "match_ended"})
"""What whoever serves a session hears at once."""


async def put(lobby: Lobby, seat: Seat, session: Session, *, kind: Any, message: str) -> None:
    """Into the inbox of whoever holds the seat, or held it."""
    entry = _entry(lobby, seat, session, kind, message)
    await lobby.notices.put(topics.inbox(str(seat.player)), entry)


def soon(lobby: Lobby, seat: Seat, session: Session) -> None:
    """That the session has changed: written in a moment, together with what else changes in it."""
    player = str(seat.player)

    async def again() -> InboxEntry | None:
        try:
            now = await lobby.sessions.get(str(session.id))
        except SessionNotFound:
            return None
        held = now.held_by(player)
        return _changed(lobby, held[1], now) if held and held[1].announced else None

    lobby.notices.soon(player, _changed(lobby, seat, session), again=again)


async def tell_instance(lobby: Lobby, session: Session, *, kind: str) -> None:
    """The stream that whoever serves the session reads."""
    if session.instance is None:
        return
    entry = InboxEntry(
        kind="session_updated",
        session=str(session.id),
        message=kind,
        at=round(lobby.clock(), 3),
        rh_url=url(session),
        custom_data={"session_id": str(session.id), "reason": kind},
    )
    await lobby.notices.put(topics.instance(session.instance.id), entry)


async def log(lobby: Lobby, session: Session, happened: Iterable[Happening], *, by: Actor) -> None:
    """In the order in which they happened."""
    at = round(lobby.clock(), 3)
    lines = [_line(session, one, by, at) for one in happened]
    await append(lobby, session.id, *lines)


async def append(lobby: Lobby, session: int, *lines: SessionEventEntry) -> None:
    bodies = [line.model_dump_json(exclude_none=True) for line in lines]
    await lobby.store.append(topics.session_events(session), *bodies, keep=LONGEST_LOG)


def url(session: Session) -> str:
    return address(session.id)


def address(session: int) -> str:
    """How a client is told which session to look at again."""
    return f"/session/v1/session/{session}"


def _line(session: Session, one: Happening, by: Actor, at: float) -> SessionEventEntry:
    return SessionEventEntry(
        code=one.code,
        source=by.uuid if by.uuid != TIME else None,
        source_number=by.number or None,
        target=one.player,
        target_number=one.number,
        instance=session.instance.id if session.instance else None,
        match=session.match.id if session.match else None,
        platform=one.platform.platform if one.platform else None,
        platform_session=one.platform.id if one.platform else None,
        at=at,
        version=session.version,
    )


def _changed(lobby: Lobby, seat: Seat, session: Session) -> InboxEntry:
    return _entry(lobby, seat, session, "session_updated", "The session has changed.")


def _entry(lobby: Lobby, seat: Seat, session: Session, kind: Any, message: str) -> InboxEntry:
    player = str(seat.player)
    there = session.held_by(player) is not None and kind != "session_closed"
    return InboxEntry(
        kind=kind,
        session=str(session.id),
        host=session.leader,
        message=message,
        at=round(lobby.clock(), 3),
        rh_url=url(session),
        etag=views.etag(session, player) if there else None,
        custom_data={"session_id": str(session.id), "session_type": session.template},
    )
