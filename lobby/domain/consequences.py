"""What follows from a change of a session by itself, in the same change: who waits for a match does
so as they are, and when what was made for a match is over, everybody goes.
"""

from __future__ import annotations

from collections.abc import Callable

from lobby.domain.sessions import Session


def drawn(decide: Callable[[Session], object]) -> Callable[[Session], None]:
    """Decide, and draw the consequences."""

    def decided(session: Session) -> None:
        party, played = players(session), _played(session)
        decide(session)
        if players(session) != party:
            session.ticket = session.matched = None
        if played and not _played(session):
            _disband(session)

    return decided


def players(session: Session) -> set[str]:
    return {str(seat.player) for seat in session.occupants()}


def over(session: Session) -> bool:
    """It was made for a match, and that has been played or never will be."""
    instance = session.instance
    return session.created_by_matchmaking and (instance is None or not instance.live)


def disbanded(before: Session, after: Session) -> bool:
    """Everybody had to go because it is over."""
    return _played(before) and over(after)


def wanted(session: Session) -> bool:
    """Somebody is in it; or, where it was made for a match, somebody may still come."""
    if session.created_by_matchmaking:
        return any(seat.player is not None for seat in session.seats.values())
    return any(session.occupants())


def _played(session: Session) -> bool:
    """It has begun: everybody for whom it was made knows of it."""
    awaited = any(seat.unannounced for seat in session.seats.values())
    return session.created_by_matchmaking and not over(session) and not awaited


def _disband(session: Session) -> None:
    session.match = session.leader = session.leader_name = None
    for seat in session.seats.values():
        seat.clear()
