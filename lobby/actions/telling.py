"""Changing a session and telling everybody whom it concerns: watchers, players, its host, its log.

The one way by which verbs change sessions. What is told is read off the session itself, before and
after, so that no verb can forget somebody. Saved first, told then; telling never fails a verb.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from lobby.actions import lifetimes, notes, showing, tickets
from lobby.context import Lobby
from lobby.domain import consequences
from lobby.domain.errors import LobbyError, SessionNotFound
from lobby.domain.happenings import TIME, Happening, between
from lobby.domain.permissions import SYSTEM, Actor
from lobby.domain.seats import Seat, SeatStatus
from lobby.domain.sessions import Session
from persistence.ports import Unreachable
from protocol import topics

log = structlog.get_logger(__name__)

LOG_SECONDS = 86_400.0
"""How long the log of a session is kept when it is over."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """What those who are removed read, when it was not they who went."""

    kind: Literal["session_kicked", "session_banned", "session_closed", "seat_lapsed"] = (
        "session_kicked"
    )
    message: str = "The host has asked you to leave."


KICKED = Farewell()
LAPSED = Farewell("seat_lapsed", "The seat that was held for you is free again.")
OVER = Farewell("session_closed", "The match is over.")


class StillWanted(LobbyError):
    """Somebody has come meanwhile."""


async def alter(
    lobby: Lobby,
    id: int,
    decide: Callable[[Session], object],
    *,
    by: Actor = SYSTEM.actor,
    farewell: Farewell = KICKED,
    wanted: bool = True,
    outright: bool = False,
) -> Session:
    """The session as it is now. When the last who sat in it has gone, it is no more. `wanted`:
    what somebody in it does prolongs it, and what those do who stand above it `outright`."""
    before, after = await lobby.sessions.alter(str(id), consequences.drawn(decide))
    if after.version != before.version:
        await told(lobby, before, after, by=by, farewell=farewell)
        await _safely(tickets.follow(lobby, before, after))
    if wanted:
        await _safely(lifetimes.refresh(lobby, after, by, outright=outright))
    if consequences.wanted(before) and not consequences.wanted(after):
        if consequences.over(after):
            await _safely(lifetimes.wind_up(lobby, after))
        elif not kept(lobby, after):
            with suppress(SessionNotFound, StillWanted):
                await end(lobby, id, _require_empty, by=by, message="Everybody has left.")
    return after


async def add(lobby: Lobby, session: Session, *, by: Actor) -> Session:
    """A session that was not there."""
    session = await lobby.sessions.add(session)
    showing.show(lobby, session)
    showing.show_host(lobby, session)
    happened = [Happening("player_joined", s.player, s.number or None) for s in session.occupants()]
    _tell_members(lobby, session)
    await _safely(
        lifetimes.begin(lobby, session),
        notes.log(lobby, session, [Happening("session_created"), *happened], by=by),
    )
    return session


async def end(
    lobby: Lobby,
    id: int,
    decide: Callable[[Session], object] = lambda session: None,
    *,
    by: Actor = SYSTEM.actor,
    message: str,
    code: str = "session_deleted",
) -> Session:
    """The session is no more; who held a seat is told, and whoever served it. `code` goes into its
    log, which outlives it for a day."""
    session = await lobby.sessions.remove(str(id), decide)
    showing.end(lobby, session)
    await _safely(tickets.follow(lobby, session, None))
    session.version += 1  # its end comes after everything else in its log
    await _safely(
        notes.log(lobby, session, [Happening(code)], by=by),
        notes.tell_instance(lobby, session, kind="session_closed"),
        *(
            notes.put(lobby, seat, session, kind="session_closed", message=message)
            for seat in session.seats.values()
            if seat.announced and (seat.player != session.leader or seat.notified)
        ),
        lobby.store.forget(topics.chat(session.id)),
        lobby.leases.linger(f"events:{session.id}", LOG_SECONDS),
        lifetimes.let_fade(lobby, session),
    )
    return session


async def told(
    lobby: Lobby, before: Session, after: Session, *, by: Actor, farewell: Farewell = KICKED
) -> None:
    """Everybody, of everything that is different now. Nothing is awaited before its players are
    told, so that what one process tells of a session is in the order of its versions."""
    showing.show(lobby, after)
    if before.listing is not None and after.listing is None:
        showing.unlist(lobby, after, version=after.version)
    showing.exclude_from_chat(lobby, before, after)
    if consequences.disbanded(before, after):
        by, farewell = Actor(TIME), OVER
    happened = between(before, after, by=by.uuid)
    if not happened:
        return
    invited = _newly_invited(before, after)
    _tell_members(lobby, after, but=[seat.player for seat in invited])
    await _safely(
        notes.log(lobby, after, happened, by=by),
        *(
            notes.tell_instance(lobby, before, kind=one.code)
            for one in happened
            if one.code in notes.FOR_HOSTS
        ),
        *(
            notes.put(lobby, seat, after, kind="session_invited", message=_invitation(after))
            for seat in invited
        ),
        *(_bid_farewell(lobby, seat, after, by, farewell) for seat in _gone(before, after)),
    )
    if before.instance is not None and before.instance.id not in _instances(after):
        await _safely(lifetimes.let_fade(lobby, before))


def _instances(session: Session) -> set[str]:
    return {session.instance.id} if session.instance else set()


def kept(lobby: Lobby, session: Session) -> bool:
    """Whether it stays when nobody is in it."""
    template = lobby.catalogue.by_session_type.get(session.template)
    return session.hosted or (template is not None and template.kept)


def _require_empty(session: Session) -> None:
    if consequences.wanted(session):
        raise StillWanted


async def _bid_farewell(
    lobby: Lobby, seat: Seat, session: Session, by: Actor, farewell: Farewell
) -> None:
    """One last word, without a mark: there is nothing left to compare it with."""
    if by.uuid != seat.player:
        await notes.put(lobby, seat, session, kind=farewell.kind, message=farewell.message)
    elif seat.notified:
        await notes.put(lobby, seat, session, kind="session_updated", message="You have left.")


def _tell_members(lobby: Lobby, session: Session, *, but: Iterable[str | None] = ()) -> None:
    for seat in session.seats.values():
        if seat.announced and seat.notified and seat.player not in but:
            notes.soon(lobby, seat, session)


def _newly_invited(before: Session, after: Session) -> list[Seat]:
    return [
        seat
        for seat in after.seats.values()
        if seat.status is SeatStatus.INVITED and not before.invited(str(seat.player))
    ]


def _gone(before: Session, after: Session) -> list[Seat]:
    """The seats of those who knew that they had one, and have none any more."""
    return [s for s in before.seats.values() if s.announced and not after.held_by(str(s.player))]


def _invitation(session: Session) -> str:
    return f"{session.leader_name or 'A host'} invites you."


async def _safely(*tellings: Coroutine[Any, Any, object]) -> None:
    """All of them, whether or not one of them fails: what was saved is saved."""
    for end in await asyncio.gather(*tellings, return_exceptions=True):
        if isinstance(end, Unreachable):
            log.warning("not_told", why=str(end))
        elif isinstance(end, BaseException):
            raise end
