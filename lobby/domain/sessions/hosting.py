"""Operations on the instance and the match of a session: request, report, allocate, close; begin,
update and end a match.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Permit, Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions.clients import major
from lobby.domain.sessions.errors import (
    BackfillNotFound,
    InstanceExists,
    InstanceMismatch,
    InstanceNotFound,
    InvalidJoinStatus,
    MatchNotFound,
    OtherInstance,
    TeamNotFound,
)
from lobby.domain.sessions.instances import (
    Health,
    HostType,
    Instance,
    InstanceReport,
    JoinStatus,
)
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.player_need import PlayerNeed
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import SeatStatus
from lobby.domain.sessions.session import Session


def request(session: Session, permit: Permit, instance: Instance) -> None:
    """Set the instance of a session that has no live one. A player who hosts for others has to be a
    member. Raises InstanceExists, NotSeated."""
    session.require(permit, Power.PLAY)
    if session.instance is not None and session.instance.live:
        raise InstanceExists
    if instance.host_type is HostType.PLAYER and instance.host != permit.actor.uuid:
        held = session.seats.held_by(instance.host)
        if held is None or held.seat.status is not SeatStatus.TAKEN:
            raise NotSeated
        instance = replace(instance, host_number=held.seat.number or None)
    session.instance = instance


def hosted_instance(session: Session, permit: Permit) -> Instance:
    """The instance, for its host. Only members get InstanceNotFound, others Forbidden."""
    if session.instance is None:
        session.require(replace(permit, role=Role.ACTIVE))
        raise InstanceNotFound
    session.require(permit)
    return session.instance


def report(
    session: Session, permit: Permit, report: InstanceReport, *, now: float, invited_until: float
) -> None:
    """Apply the host's report; when the instance becomes joinable, players of seats that were set
    aside are invited."""
    instance = hosted_instance(session, permit)
    for held in session.seats.occupants():
        if held.seat.client is not None:
            held.seat.client.require_version(report.version)
    instance.report(report, by=permit.actor.uuid)
    if instance.status is JoinStatus.JOINABLE:
        session.seats.announce(until=invited_until, now=now)
    elif instance.status is JoinStatus.CLOSED:
        close(session, Reason.MATCH_OVER)


def misfits(session: Session, version: str | None) -> bool:
    """Whether players of its match, who are not invited yet, have another version than its host."""
    waiting = [held.seat.client for held in session.seats.held() if held.seat.unannounced]
    return version is not None and any(
        client is not None and major(client.version) != major(version) for client in waiting
    )


def close(session: Session, reason: Reason) -> None:
    """Close the instance and end the match that was started on it; a match that was not started yet
    stays."""
    if session.instance is not None:
        session.instance.status, session.over_for = JoinStatus.CLOSED, reason
        if session.match is not None and session.match.started:
            session.match = None


def remove(session: Session, permit: Permit) -> None:
    hosted_instance(session, permit)
    session.end_instance(Reason.MATCH_OVER)


def live_instance(session: Session, instance: str, permit: Permit) -> Instance:
    """The live instance of this id, for its host. Raises InstanceMismatch, InstanceNotFound."""
    found = hosted_instance(session, permit)
    if found.id.lower() != instance.lower():
        raise InstanceMismatch
    if not found.live:
        raise InstanceNotFound
    return found


def allocate(
    session: Session,
    allocation: str,
    *,
    now: float,
    host: str | None = None,
    process: str,
    server: str,
) -> None:
    """Allocate a game server. Raises InvalidJoinStatus unless the session waits for one."""
    if session.instance is None:
        raise InvalidJoinStatus
    session.instance.allocate(allocation, now=now, host=host, process=process, server=server)


def withdraw(session: Session, allocation: str) -> None:
    """Take back this allocation, if it is still the current one."""
    if session.instance is not None:
        session.instance.withdraw(allocation)


def set_health(session: Session, instance: str, health: Health | None) -> None:
    """Ignored if the session has another instance by now."""
    if session.instance is not None and session.instance.id == instance:
        session.instance.health = health


def close_lost(session: Session, lost: Instance) -> None:
    """Close an instance whose host is lost; ignored if status or allocation have changed."""
    now = session.instance
    if now and (now.id, now.allocation, now.status) == (lost.id, lost.allocation, lost.status):
        close(session, Reason.SERVER_LOST)


# Matches


def begin_match(
    session: Session, permit: Permit, new: Match, *, id: str, custom_data: dict[str, str] | None
) -> None:
    """Start the match that matchmaking made for the session; without one, the `new` one."""
    session.require(permit, Power.PLAY)
    if session.instance is None or not session.instance.live:
        raise InstanceNotFound
    if session.match is None:
        session.match = new
    else:
        session.match.begin(id, custom_data=custom_data)


def current_match(session: Session) -> Match:
    if session.match is None:
        raise MatchNotFound
    return session.match


def update_match(
    session: Session, permit: Permit, *, id: str, custom_data: dict[str, str] | None
) -> None:
    """None leaves a value as it is."""
    session.require(permit, Power.PLAY)
    current_match(session).update(id, custom_data=custom_data)


def end_match(session: Session, permit: Permit) -> None:
    """End the match; the instance stays for another one."""
    session.require(permit, Power.PLAY)
    current_match(session)
    session.match = None


# Backfill: the game server asks for players


def shown_need(session: Session) -> PlayerNeed | None:
    """The need of its match, as long as its instance is joinable."""
    instance, match = session.instance, session.match
    played = instance is not None and instance.status is JoinStatus.JOINABLE
    return match.need if match is not None and played else None


def player_need(session: Session, permit: Permit, instance: str) -> PlayerNeed:
    """The need, for the host of this instance. Raises OtherInstance, BackfillNotFound."""
    session.require(permit)
    if session.instance is not None and session.instance.id.lower() != instance.lower():
        raise OtherInstance
    need = shown_need(session)
    if need is None:
        raise BackfillNotFound
    return need


def ask_for_players(
    session: Session,
    permit: Permit,
    instance: str,
    *,
    required: Mapping[int, int],
    search: dict[str, Any],
) -> None:
    """Replace the need: players by team. Raises TeamNotFound besides."""
    need = player_need(session, permit, instance)
    if not {*required} <= {seat.team for seat in session.seats.values()}:
        raise TeamNotFound
    need.ask(required, search=search)


def end_backfill(session: Session, permit: Permit, instance: str) -> None:
    """No more players are invited to this match."""
    player_need(session, permit, instance)
    if session.match is not None:
        session.match.need = None
