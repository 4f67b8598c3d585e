"""What those do to a session who host it: ask for an instance, say how it fares, end it."""

from __future__ import annotations

from dataclasses import replace

from lobby.domain.errors import NotSeated
from lobby.domain.instances import HostType, Instance, JoinStatus, Report
from lobby.domain.permissions import Permit, Role
from lobby.domain.session_errors import InstanceExists, InstanceMismatch, InstanceNotFound
from lobby.domain.sessions import Session


def request(session: Session, permit: Permit, instance: Instance) -> None:
    """A closed instance makes room for another; who hosts for others sits among them."""
    session.require(permit)
    if session.instance is not None and session.instance.live:
        raise InstanceExists
    if instance.host_type is HostType.PLAYER and instance.host != permit.actor.uuid:
        held = session.held_by(str(instance.host))
        if held is None or not session.sits(str(instance.host)):
            raise NotSeated
        instance = replace(instance, host_number=held[1].number or None)
    session.instance = instance


def hosted(session: Session, permit: Permit) -> Instance:
    """The instance, for whoever hosts it. Only those inside learn that there is none."""
    if session.instance is None:
        session.require(replace(permit, role=Role.ACTIVE))
        raise InstanceNotFound
    session.require(permit)
    return session.instance


def report(
    session: Session, permit: Permit, report: Report, *, now: float, invited_until: float
) -> None:
    """When it can be joined, those are invited whose seats were set aside."""
    instance = hosted(session, permit)
    for seat in session.occupants():
        if seat.client is not None:
            seat.client.require_version(report.version)
    instance.report(report, by=permit.actor.uuid)
    if instance.status is JoinStatus.JOINABLE:
        session.announce(until=invited_until, now=now)
    elif instance.status is JoinStatus.CLOSED:
        close(session)


def close(session: Session) -> None:
    """Nobody hosts it any more, and what was played there is over. A match that waits to be begun
    goes on waiting."""
    if session.instance is not None:
        session.instance.status = JoinStatus.CLOSED
        if session.match is not None and session.match.started:
            session.match = None


def remove(session: Session, permit: Permit) -> None:
    hosted(session, permit)
    session.end_instance()


def watched(session: Session, instance: str, permit: Permit) -> Instance:
    """The instance of this id, which lives, for whoever hosts it."""
    found = hosted(session, permit)
    if found.id.lower() != instance.lower():
        raise InstanceMismatch
    if not found.live:
        raise InstanceNotFound
    return found
