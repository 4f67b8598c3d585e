"""Invariants of a session, restored within the same change: a party that changes leaves the queue,
a match session that is over has no members, who has come to a match is needed no more, what is
closed has no code, and whoever is put out has to show the password again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lobby.domain.reasons import SENT_AWAY, ReasonMissing
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.exclusions import Exclusion
from lobby.domain.sessions.session import Session


def applied(decide: Callable[[Session], object]) -> Callable[[Session], None]:
    """Decorator: run the decision, then restore the invariants. Raises ReasonMissing where it took
    somebody off a seat and did not say why."""

    def decided(session: Session) -> None:
        party, played, had = players(session), _played(session), _holders(session)
        excluded = {**session.exclusions.players}
        decide(session)
        if players(session) != party:
            session.ticket = session.matched = session.queued = None
        if played and not _played(session):
            _disband(session)
        if had - _holders(session) - session.seats.gone.keys():
            raise ReasonMissing
        if session.entry is Entry.CLOSED:
            session.code = None
        if session.match is not None and session.match.need is not None:
            session.match.need.settle(session.seats)
        session.password.forget(*_put_out(session, excluded))

    return decided


def players(session: Session) -> set[str]:
    """The uuids of its members."""
    return {held.player for held in session.seats.occupants()}


def over(session: Session) -> bool:
    """Whether it was made for a match and has no live instance (any more)."""
    instance = session.instance
    return session.created_by_matchmaking and (instance is None or not instance.live)


def disbanded(before: Session, after: Session) -> bool:
    """Whether this change removed the members because the match is over."""
    return _played(before) and over(after)


def wanted(session: Session) -> bool:
    """Whether it is kept: it has members or, if it was made for a match, any held seat."""
    if session.created_by_matchmaking:
        return any(session.seats.held())
    return any(session.seats.occupants())


def _played(session: Session) -> bool:
    """Whether its match is on: the instance is live, and all its seats are announced."""
    awaited = any(seat.unannounced for seat in session.seats.values())
    return session.created_by_matchmaking and not over(session) and not awaited


def _disband(session: Session) -> None:
    session.match = session.leader = session.leader_name = None
    for player in _holders(session):
        session.seats.release(player, session.over_for)


def _put_out(session: Session, excluded: Mapping[str, Exclusion]) -> set[str]:
    """Who was sent away or kept out since."""
    sent = {one for one, why in session.seats.gone.items() if why.reason in SENT_AWAY}
    kept = session.exclusions.players.items()
    return sent | {one for one, why in kept if excluded.get(one) is not why}


def _holders(session: Session) -> set[str]:
    return {held.player for held in session.seats.held()}
