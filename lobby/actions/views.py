"""Nouns as watchers see them. A field without a value is left out."""

from __future__ import annotations

from typing import Any

from lobby.domain.accounts import Account
from lobby.domain.sessions import Seat, SeatStatus, Session, seat_id
from protocol.events import HostState, ListedSession, SeatState, SessionState

State = dict[str, Any]


def listed(session: Session) -> State:
    """As anybody may see it: who holds a seat without sitting in it is not told."""
    seats = {n: _seat(session, n, seat, whole=False) for n, seat in session.seats.items()}
    return ListedSession(**_listing(session), seats=seats).model_dump(exclude_none=True)


def whole(session: Session) -> State:
    """As those inside see it."""
    seats = {n: _seat(session, n, seat, whole=True) for n, seat in session.seats.items()}
    state = SessionState(
        **_listing(session), seats=seats, location=session.location, state=session.state
    )
    return state.model_dump(exclude_none=True)


def host(account: Account, live: Session | None) -> State:
    return HostState(
        uuid=account.uuid,
        name=account.shown_name,
        only_friends=account.host.only_friends,
        allow_nonames=account.host.allow_nonames,
        attributes=account.host.attributes,
        session=str(live.id) if live else None,
    ).model_dump(exclude_none=True)


def _listing(session: Session) -> State:
    return {
        "id": str(session.id),
        "template": session.template,
        "host": session.leader,
        "host_name": session.leader_name,
        "name": session.name,
        "created": session.created,
        "joinable": session.joinable,
        "attributes": session.attributes,
        "version": session.version,
    }


def _seat(session: Session, n: str, seat: Seat, *, whole: bool) -> SeatState:
    named = whole or seat.status is SeatStatus.TAKEN
    return SeatState(
        id=seat_id(session.id, n),
        team=seat.team,
        status=seat.status.value,
        player=seat.player if named else None,
        name=seat.name if named else None,
        until=seat.until,
    )
