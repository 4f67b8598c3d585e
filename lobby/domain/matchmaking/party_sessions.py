"""The matchmaking state of a party's session, which the state machine `states.SESSION` changes.

A session's `ticket` and `matched` are written only here, and cleared by `invariants` when the party
changes; so never both are set.
"""

from __future__ import annotations

from collections.abc import Collection

from lobby.domain.errors import Unavailable
from lobby.domain.matchmaking.errors import (
    GroupTooLarge,
    InstanceActive,
    MatchmakingNotAllowed,
)
from lobby.domain.matchmaking.states import SESSION, Event, Shown, transition
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions import invariants
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.session import Session


def shown(session: Session) -> Shown:
    """Its state, derived from its fields."""
    if session.ticket is not None:
        return Shown.TICKET
    return Shown.NOTHING if session.matched is None else Shown.MATCH


def _apply(
    session: Session, event: Event, *, ticket: str | None = None, match: str | None = None
) -> None:
    """Apply the event; `ticket` or `match` is what the session shows if the new state is that."""
    before = shown(session)
    now = transition(SESSION, before, event)
    if now is not before:
        session.ticket = ticket if now is Shown.TICKET else None
        session.matched = match if now is Shown.MATCH else None
    if now is Shown.NOTHING:
        session.queued = None


# In a queue


def require_fits(session: Session, *, most: int) -> None:
    """Raise unless it may enter a queue: not queued yet, at most `most` players."""
    transition(SESSION, shown(session), Event.ENTER)
    if len(invariants.players(session)) > most:
        raise GroupTooLarge


def require_free(session: Session, *, allowed: bool) -> None:
    """Raise if an instance is live, or sessions of its type may not queue."""
    if _playing(session):
        raise InstanceActive
    if not allowed:
        raise MatchmakingNotAllowed


def enter(session: Session, ticket: Ticket) -> None:
    """Show this ticket. Raises Unavailable if the party has changed since the ticket was made."""
    if invariants.players(session) != {one.uuid for one in ticket.players}:
        raise Unavailable("this party, because it changes,")
    _apply(session, Event.ENTER, ticket=ticket.id)
    session.queued = ticket.entry


def leave(session: Session) -> None:
    _apply(session, Event.LEAVE)


def drop(session: Session, ticket: str) -> None:
    """Stop showing this ticket; another one is left alone."""
    if session.ticket in (None, ticket):
        _apply(session, Event.DROP)


def why_left(before: Session, now: Session | None) -> TicketReason | None:
    """Why the change ended its wait without a match; None: it did not."""
    if before.ticket is None:
        return None
    if now is None:
        return TicketReason.PARTY_CHANGED
    if now.ticket == before.ticket or now.matched is not None:
        return None
    same = invariants.players(now) == invariants.players(before)
    return TicketReason.LEFT_QUEUE if same else TicketReason.PARTY_CHANGED


# Taken by a match


def require_shows(session: Session, ticket: str) -> None:
    """Raise TicketTaken unless it waits with this ticket."""
    if session.ticket != ticket:
        raise TicketTaken


def invite(session: Session, ticket: str, match: str) -> None:
    """Its players are about to be invited to this match: stop showing the ticket. Ignored if it has
    left the queue: then `invited` is False."""
    if session.ticket == ticket:
        _apply(session, Event.INVITE, match=match)


def invited(session: Session, match: str) -> bool:
    """Whether it was invited to this match last."""
    return session.matched == match


def give_back(session: Session, ticket: str, void: Collection[str]) -> None:
    """Show the ticket again. Raises TicketTaken if it has left, plays on an instance or waits with
    another ticket. A match that invited it and is not in `void` keeps it."""
    if session.ticket == ticket:
        return
    if _playing(session) or session.ticket is not None:
        raise TicketTaken
    if session.matched is None or session.matched in void:
        _apply(session, Event.GIVE_BACK, ticket=ticket)


def _playing(session: Session) -> bool:
    return session.instance is not None and session.instance.live
