"""Views: states of sessions and hosts for their audiences. Fields without a value are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from lobby.domain.accounts import Account
from lobby.domain.permissions import Permit, Role
from lobby.domain.sessions import listing
from lobby.domain.sessions.exclusions import Exclusion
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.seats import Seat, SeatStatus, seat_id
from lobby.domain.sessions.session import Session
from protocol.events import (
    Excluded,
    HostState,
    InstanceState,
    ListedSession,
    PermitName,
    ReachableInstance,
    SeatState,
    SessionState,
    SessionView,
)

State = dict[str, Any]


def outside(session: Session) -> State:
    """The view for anybody: players of reserved and invited seats are hidden."""
    seats = {n: _seat(session, n, seat, inside=False) for n, seat in session.seats.items()}
    return ListedSession(**_listing(session), seats=seats).model_dump(exclude_none=True)


def facts(session: Session, now: float) -> State:
    """What a list of sessions needs to know beside `outside`, to tell whom it shows the session and
    whom it is open for. Never shown: it names who is invited and who is kept out, until when."""
    held = session.seats.held()
    return {
        "bans_count": not session.led_in_name,
        "insiders": session.insiders(),
        "kept": [one.player for one in held if one.seat.status is not SeatStatus.TAKEN],
        "excluded": {who: why.until for who, why in session.exclusions.in_force(now).items()},
        "host_decides": listing.host_decides(session),
    }


def inside(session: Session, links: str) -> State:
    """The view for members. `links`: what links to sessions begin with."""
    code = session.code.text if session.code else None
    seats = {n: _seat(session, n, seat, inside=True) for n, seat in session.seats.items()}
    listing = _listing(session) | {"instance": _reachable(session.instance)}
    state = SessionState(
        **listing,
        seats=seats,
        location=session.location,
        state=session.state,
        code=code,
        link=links + code if code else None,
        custom_data=session.custom_data,
        teams_locked=session.teams_locked or None,
    )
    return state.model_dump(exclude_none=True)


def sees_all(session: Session, permit: Permit) -> bool:
    """Whether the caller gets the inside view: members, and outright callers."""
    return permit.outright or view_of(session, permit.actor.uuid) == "inside"


def view_of(session: Session, player: str) -> SessionView:
    """Which of the two views a player gets."""
    return "inside" if Role.ACTIVE in session.roles_of(player) else "outside"


def host(account: Account, live: Session | None) -> State:
    return HostState(
        uuid=account.uuid,
        name=account.shown_name,
        only_friends=account.host.only_friends,
        allow_nonames=account.host.allow_nonames,
        attributes=account.host.attributes,
        session=str(live.id) if live else None,
    ).model_dump(exclude_none=True)


def excluded(found: Mapping[str, Exclusion]) -> State:
    """Who is kept out of a session, for those who may exclude."""
    return {
        player: Excluded(until=one.until, reason=one.reason, by=one.by).model_dump(
            exclude_none=True
        )
        for player, one in found.items()
    }


def _listing(session: Session) -> State:
    return {
        "id": str(session.id),
        "template": session.template,
        "host": session.leader,
        "host_name": session.leader_name,
        "name": session.name,
        "created": session.created,
        "joinable": listing.entry(session).joinable,
        "entry": listing.entry(session).value,
        "nonames": listing.nonames(session),
        "password": session.password.asked,
        "free": listing.free(session),
        "full": listing.free(session) == 0,
        "attributes": session.attributes,
        "region": session.region,
        "browser": session.listing,
        "instance": _instance(session.instance),
        "match": session.match.id if session.match else None,
        "created_by_matchmaking": session.created_by_matchmaking,
        "led_in_name": session.led_in_name or None,
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


def _seat(session: Session, n: str, seat: Seat, *, inside: bool) -> SeatState:
    named = inside or seat.status is SeatStatus.TAKEN
    return SeatState(
        id=seat_id(session.id, n),
        team=seat.team,
        status=seat.status.value,
        player=seat.player if named else None,
        name=seat.name if named else None,
        until=seat.until,
        permits=cast("list[PermitName]", seat.permits) if inside and seat.permits else None,
    )
