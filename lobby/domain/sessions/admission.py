"""Admission: the one decision for every way into a session.

The questions are asked in this order, and the first that fails names the refusal. Who has a seat
kept for them (reserved, or an invitation) passes levels, names and room; who says the session's
code passes levels and names.

    1  is there a session for this guest: its leader has not banned them, and it
       has the code that they say                                            SessionHidden
    3  have they a seat already                                              AlreadySeated
    4  closed                                                                SessionNotJoinable
    5  the level of entry                            SessionNotJoinable, GuestNotWelcome
    6  a guest without a name                                                GuestNotWelcome
    7  the password, of the uninvited                         PasswordNeeded, WrongPassword
    8  version, then crossplay                  VersionIncompatible, CrossplayIncompatible
    9  room                                                                  SessionFull
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Literal, NamedTuple

from lobby.domain.errors import (
    AlreadySeated,
    GuestNotWelcome,
    LobbyError,
    SessionFull,
    SessionNotJoinable,
)
from lobby.domain.hosts import Host
from lobby.domain.sessions import codes
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import (
    CrossplayIncompatible,
    KeptOut,
    PasswordNeeded,
    SessionHidden,
    VersionIncompatible,
)
from lobby.domain.sessions.passwords import ShownPassword
from lobby.domain.sessions.seats import Guest, SeatStatus
from lobby.domain.sessions.session import Session


class Way(StrEnum):
    """How a guest knocks."""

    JOIN = auto()  # by the session's id, its host, or an invitation
    RESERVE = auto()  # one seat, for a limited time
    MATCHING = auto()  # create-or-join, which leads only into what is open to everybody
    PLATFORM = auto()  # through the platform's own session, which has let them in
    PLACED = auto()  # by somebody who may place anybody


class Pass(StrEnum):
    """By what a guest comes in, which says what is asked again once the seat is written."""

    KEPT = auto()  # a seat that is kept for them
    OUTRIGHT = auto()
    CODE = auto()  # the session's code
    LEVEL = auto()  # the level lets them


PASS_PASSWORD = frozenset({Pass.KEPT, Pass.OUTRIGHT})
"""Of whom no password is asked."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who wants to come in. `friend`: a member who is to vouch for them; `size`: how many
    seats are needed; `outright`: the caller may do this in any session; `code`: by which they have
    found it, as they typed it; `shown`: what came of the password that they said, if any."""

    guest: Guest
    way: Way = Way.JOIN
    named: bool = True
    friend: str | None = None
    size: int = 1
    outright: bool = False
    code: str | None = None
    shown: ShownPassword | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose word counts, as their accounts say it now. `leader` leads, with the settings `host`
    (None: nobody leads, or the guest does). `decides`: their `only_friends` and `allow_nonames`
    count, too; `bans`: their ban list does. `friend`: the settings of the member who is to
    vouch, where a member's friends may come."""

    leader: str | None
    host: Host | None
    decides: bool = False
    bans: bool = True
    friend: Host | None = None

    def level(self, session: Session) -> Entry:
        """The effective entry."""
        narrow = self.decides and self.host is not None and self.host.only_friends
        return session.entry.narrowed(Entry.FRIENDS if narrow else Entry.OPEN)


Why = Literal[
    "closed",
    "invited_only",
    "friends_only",
    "named_only",
    "full",
    "kept_out",
    "version",
    "crossplay",
]


class Answer(NamedTuple):
    """What a guest is told before they try."""

    may: Literal["join", "password", "no"]
    why: Why | None = None


WORDS: dict[type[LobbyError], Why] = {
    KeptOut: "kept_out",
    SessionFull: "full",
    VersionIncompatible: "version",
    CrossplayIncompatible: "crossplay",
}
"""The reason where the refusal has no other name for it."""


def decide(session: Session, terms: Terms, knock: Knock, now: float) -> Pass:
    """How the guest comes in. Raises the refusal of the first question that fails."""
    by = _before_password(session, terms, knock, now)
    if by not in PASS_PASSWORD:
        _require_password(session, knock)
    session.require_fits(knock.guest)
    if by is not Pass.KEPT:
        _require_room(session, knock, now)
    return by


def asks_password(session: Session, terms: Terms, knock: Knock, now: float) -> bool:
    """Whether a password is still to be shown. Raises the refusal of a question before this one, so
    that no password is looked at for whom it would not let in."""
    by = _before_password(session, terms, knock, now)
    return by not in PASS_PASSWORD and session.password.asks(knock.guest.uuid)


def _before_password(session: Session, terms: Terms, knock: Knock, now: float) -> Pass:
    """The questions before the password."""
    require_not_hidden(terms, knock.guest.uuid, now)
    if knock.code is not None and not session.answers_to(codes.read(knock.code) or "", now):
        raise SessionHidden
    if knock.way is not Way.PLACED:
        session.exclusions.require_over(knock.guest.uuid, now=now)
    if session.seats.sits(knock.guest.uuid):
        raise AlreadySeated
    by = _pass(session, knock, now)
    if by is Pass.LEVEL:
        _require_level(session, terms, knock)
    return by


def require_still(session: Session, terms: Terms, knock: Knock, by: Pass, now: float) -> None:
    """The second look, at `terms` as they are once the seat is written. What the document of the
    session says was decided with the seat."""
    require_not_hidden(terms, knock.guest.uuid, now)
    if by is Pass.LEVEL:
        _require_level(session, terms, knock)


def answer(session: Session, terms: Terms, knock: Knock, now: float) -> Answer:
    """Whether a join at this moment would succeed, or would with the password. Raises
    SessionHidden."""
    try:
        decide(session, terms, knock, now)
    except SessionHidden:
        raise
    except PasswordNeeded:
        if knock.way is Way.MATCHING or knock.shown is not None:
            return Answer("no")
        shown = replace(knock, shown=ShownPassword(session.password.number, right=True))
        with_it = answer(session, terms, shown, now)
        return Answer("password") if with_it.may == "join" else with_it
    except LobbyError as no:
        why = WORDS.get(type(no)) or (no.about or {}).get("why")
        return Answer("no", why)
    return Answer("join")


def require_not_hidden(terms: Terms, guest: str, now: float) -> None:
    """Raise SessionHidden where the leader has banned the guest."""
    if terms.bans and terms.host is not None and terms.host.banned(guest, now):
        raise SessionHidden


def _pass(session: Session, knock: Knock, now: float) -> Pass:
    held = session.seats.held_by(knock.guest.uuid)
    if held is not None and not held.seat.over(now):
        return Pass.KEPT
    if knock.outright:
        return Pass.OUTRIGHT
    return Pass.LEVEL if knock.code is None else Pass.CODE


def _require_level(session: Session, terms: Terms, knock: Knock) -> None:
    level = terms.level(session)
    if level is Entry.CLOSED:
        raise SessionNotJoinable(about={"why": "closed"})
    if knock.way is not Way.PLATFORM or not session.by_platform:
        _require_unasked(session, terms, knock, level)
    if terms.decides and terms.host and not (knock.named or terms.host.allow_nonames):
        raise GuestNotWelcome(about={"why": "named_only"})


def _require_unasked(session: Session, terms: Terms, knock: Knock, level: Entry) -> None:
    """Raise where this level does not let the guest in unasked."""
    if level is Entry.INVITED:
        raise SessionNotJoinable(about={"why": "invited_only"})
    if level is Entry.FRIENDS and not (
        knock.way is not Way.MATCHING and any(_friendships(session, terms, knock))
    ):
        raise GuestNotWelcome(about={"why": "friends_only"})


def _friendships(session: Session, terms: Terms, knock: Knock) -> Iterator[bool]:
    """Each tie that counts, by the side of who leads or vouches. A host who decides takes nobody
    without a name for a friend. Where nobody leads, there is nobody to be a friend of."""
    guest = knock.guest.uuid
    yield terms.host is None
    if terms.host is not None and (knock.named or not terms.decides):
        yield guest in terms.host.friends
    if terms.friend is not None and session.seats.sits(knock.friend or ""):
        yield guest in terms.friend.friends


def _require_password(session: Session, knock: Knock) -> None:
    """Create-or-join leads into no session that has one, not even whom it knows."""
    if knock.way is Way.MATCHING and session.password.asked:
        raise PasswordNeeded
    session.password.require(knock.guest.uuid, knock.shown)


def _require_room(session: Session, knock: Knock, now: float) -> None:
    """A hold whose time is up is a free seat."""
    free = sum(seat.status is SeatStatus.FREE or seat.over(now) for seat in session.seats.values())
    if free < knock.size:
        raise SessionFull(about={"free": free})
