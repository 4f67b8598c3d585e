"""Nouns as watchers see them. A field without a value is left out."""

from __future__ import annotations

from typing import Any

from lobby.domain.accounts import Account
from lobby.domain.instances import Instance
from lobby.domain.permissions import Permit, Role
from lobby.domain.seats import Seat, SeatStatus, seat_id
from lobby.domain.sessions import Session
from protocol.events import (
    HostState,
    InstanceState,
    ListedSession,
    ReachableInstance,
    SeatState,
    SessionState,
)

State = dict[str, Any]


def listed(session: Session) -> State:
    """As anybody may see it: who holds a seat without sitting in it is not told."""
    seats = {n: _seat(session, n, seat, whole=False) for n, seat in session.seats.items()}
    return ListedSession(**_listing(session), seats=seats).model_dump(exclude_none=True)


def whole(session: Session) -> State:
    """As those inside see it."""
    seats = {n: _seat(session, n, seat, whole=True) for n, seat in session.seats.items()}
    listing = _listing(session) | {"instance": _reachable(session.instance)}
    state = SessionState(
        **listing,
        seats=seats,
        location=session.location,
        state=session.state,
        custom_data=session.custom_data,
    )
    return state.model_dump(exclude_none=True)


def sees_all(session: Session, permit: Permit) -> bool:
    """Who is in it does, and who stands above it."""
    return permit.outright or Role.ACTIVE in session.roles_of(permit.actor.uuid)


def etag(session: Session, player: str) -> str:
    """Alike exactly when the session looks alike to this player: full to those in it."""
    full = Role.ACTIVE in session.roles_of(player)
    return marked(session, full=full)


def marked(session: Session, *, full: bool) -> str:
    return f'"{session.version}-{"f" if full else "l"}"'


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
        "region": session.region,
        "browser": session.listing,
        "instance": _instance(session.instance),
        "match": session.match.id if session.match else None,
        "created_by_matchmaking": session.created_by_matchmaking,
        "version": session.version,
    }


def _instance(instance: Instance | None) -> InstanceState | None:
    if instance is None:
        return None
    return InstanceState(
        id=instance.id,
        host_type=instance.host_type.value,
        status=instance.status.value,
        health=instance.health.value if instance.health else None,
    )


def _reachable(instance: Instance | None) -> ReachableInstance | None:
    shown = _instance(instance)
    if instance is None or shown is None:
        return None
    return ReachableInstance(
        **shown.model_dump(),
        host=instance.host,
        version=instance.version,
        map=instance.startup.map if instance.startup else None,
        mode=instance.startup.mode if instance.startup else None,
        public_conn_str=instance.join.public_conn_str if instance.join else None,
        private_conn_str=instance.join.private_conn_str if instance.join else None,
        custom_data={
            **instance.custom_data,
            **(instance.join.custom_data if instance.join else {}),
        },
    )


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
