"""Departure of somebody who is gone for good: whatever they are in a session, they are no more."""

from __future__ import annotations

from lobby.domain.permissions import Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions.session import Session


def dismiss(session: Session, player: str, reason: Reason) -> None:
    """Free their seat, reserved, invited or taken, and end an instance that they host. Nothing
    happens where they are not."""
    if Role.HOST in session.roles_of(player):
        session.end_instance(reason)
    if session.seats.held_by(player):
        session.unseat(player, reason)


def unaware(session: Session) -> list[str]:
    """Whom it concerns though no seat was announced to them: a seat is set aside for them, or they
    host its instance."""
    serving = session.instance.host if session.instance else None
    aside = {held.player for held in session.seats.held() if held.seat.unannounced}
    return sorted(player for player in {serving, *aside} if player)
