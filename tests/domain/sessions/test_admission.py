"""The decision about who comes in: for any session, guest and way, the first question that fails
names the refusal, and what is told before is what happens."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.domain.errors import GuestNotWelcome, LobbyError, SessionNotJoinable
from lobby.domain.hosts import Host
from lobby.domain.sessions.admission import (
    Knock,
    Pass,
    Terms,
    Way,
    answer,
    decide,
    require_still,
)
from lobby.domain.sessions.clients import Client, Crossplay
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import SessionHidden
from lobby.domain.sessions.passwords import NewPassword, ShownPassword
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

NOW = 100.0
ONLY_XBOX = Crossplay("desired_platforms_xboxlike", "any")
CLIENTS = {
    "fits": Client("1.0.0", "Steam", "gamepad"),
    "version": Client("2.0.0", "Steam", "gamepad"),
    "crossplay": Client("1.0.0", "Steam", "gamepad", ONLY_XBOX),
    "none": None,
}


@dataclass(frozen=True)
class Case:
    """A session led by `host`, with `mate` in it, and `guest` before it."""

    way: Way
    entry: Entry
    led: bool
    decides: bool
    only_friends: bool
    allow_nonames: bool
    banned: bool
    friend: bool
    mates_friend: bool | None
    names_mate: bool
    held: str
    named: bool
    outright: bool
    by_platform: bool
    client: str
    free: int
    size: int
    password: str

    def session(self) -> Session:
        made = Session.launch(SPAN, Template("any", 1, 2 + self.free), None, now=1.0)
        made.entry, made.by_platform = self.entry, self.by_platform
        made.seat(Guest("mate", client=CLIENTS["fits"]), now=1.0)
        made.leader = "host" if self.led else None
        if self.held == "sits":
            made.seat(Guest("guest"), now=2.0)
        elif self.held != "nothing":
            until = NOW - 1 if self.held == "too late" else NOW + 1
            made.seats.invite(Guest("guest"), until=until)
        else:
            made.seat(Guest("other"), now=2.0)
        if self.password != "none":
            made.password.change(
                NewPassword("hash"), by="guest" if self.password == "known" else ""
            )
        return made

    def terms(self) -> Terms:
        friends = ["guest"] if self.friend else []
        banlist = ["guest"] if self.banned else []
        host = Host(self.only_friends, self.allow_nonames, friends, banlist)
        mate = None if self.mates_friend is None else Host(friends=["guest"] * self.mates_friend)
        return Terms(
            "host" if self.led else None,
            host if self.led else None,
            decides=self.decides,
            friend=mate if self.names_mate else None,
        )

    def knock(self) -> Knock:
        guest = Guest("guest", client=CLIENTS[self.client])
        friend = "mate" if self.names_mate else None
        shown = (
            ShownPassword(1, self.password == "right")
            if self.password in ("right", "wrong")
            else None
        )
        return Knock(guest, self.way, self.named, friend, self.size, self.outright, shown=shown)


Cases = st.builds(
    Case,
    way=st.sampled_from(Way),
    entry=st.sampled_from(Entry),
    led=st.booleans(),
    decides=st.booleans(),
    only_friends=st.booleans(),
    allow_nonames=st.booleans(),
    banned=st.sampled_from([False, False, False, True]),
    friend=st.booleans(),
    mates_friend=st.sampled_from([None, False, True]),
    names_mate=st.booleans(),
    held=st.sampled_from(["nothing", "nothing", "sits", "kept", "too late"]),
    named=st.booleans(),
    outright=st.booleans(),
    by_platform=st.booleans(),
    client=st.sampled_from(["fits", "fits", *CLIENTS]),
    free=st.integers(0, 2),
    size=st.integers(1, 2),
    password=st.sampled_from(["none", "none", "unknown", "known", "right", "wrong"]),
)


class Told(NamedTuple):
    code: str
    why: str | None = None


IN = Told("in")


def expected(case: Case) -> Told:
    """The table, in words of its own."""
    if case.led and case.banned:
        return Told("session_not_found")
    if case.held == "sits":
        return Told("already_seated")
    kept = case.held == "kept"
    if not (kept or case.outright) and (no := level(case) or password(case)):
        return no
    if case.client in ("version", "crossplay"):
        return Told(f"{case.client}_incompatible")
    room = case.free + (case.held == "too late")
    return Told("session_full") if room < case.size and not kept else IN


def level(case: Case) -> Told | None:
    strict = case.led and case.decides
    narrow = Entry.FRIENDS if strict and case.only_friends else Entry.OPEN
    entry = max(case.entry, narrow, key=list(Entry).index)
    if entry is Entry.CLOSED:
        return Told("session_not_joinable", "closed")
    if not (case.way is Way.PLATFORM and case.by_platform):
        if entry is Entry.INVITED:
            return Told("session_not_joinable", "invited_only")
        if entry is Entry.FRIENDS and not (befriended(case) and case.way is not Way.MATCHING):
            return Told("guest_not_welcome", "friends_only")
    if strict and not (case.named or case.allow_nonames):
        return Told("guest_not_welcome", "named_only")
    return None


def password(case: Case) -> Told | None:
    if case.password == "none":
        return None
    if case.password == "unknown" or case.way is Way.MATCHING:
        return Told("password_needed")
    return Told("wrong_password") if case.password == "wrong" else None


def befriended(case: Case) -> bool:
    leaders = case.friend and (case.named or not case.decides)
    return not case.led or leaders or (case.names_mate and case.mates_friend is True)


def come(session: Session, terms: Terms, knock: Knock) -> Told:
    """Come in as a verb does."""
    try:
        decide(session, terms, knock, NOW)
        session.free_expired_seats(NOW)
        session.seat(knock.guest, now=NOW)
    except LobbyError as no:
        return Told(no.code, (no.about or {}).get("why"))
    return IN


@given(Cases)
def test_the_first_question_that_fails_names_the_refusal_on_every_way(case: Case) -> None:
    assert come(case.session(), case.terms(), case.knock()) == expected(case)


@given(Cases)
def test_what_is_told_before_is_what_a_join_at_that_moment_comes_to(case: Case) -> None:
    session, terms, knock = case.session(), case.terms(), case.knock()
    untouched = deepcopy(session)
    try:
        said = answer(session, terms, knock, NOW)
    except SessionHidden:
        assert come(session, terms, knock) == Told("session_not_found")
        return
    assert session == untouched
    came = come(session, terms, knock)
    if said.may == "password":
        assert came == Told("password_needed")
        assert expected(replace(case, password="right")) == IN
        return
    assert (said.may == "join") is (came == IN) is session.seats.sits("guest") or (
        case.held == "sits" and said == ("no", None)
    )
    if came.code == "password_needed":
        came = expected(replace(case, password="right"))
    whys = {"session_full": "full", "version_incompatible": "version"}
    whys["crossplay_incompatible"] = "crossplay"
    assert said.why == (came.why or whys.get(came.code))


@given(Cases)
def test_who_came_in_stays_on_the_second_look_unless_something_changed(case: Case) -> None:
    session, terms, knock = case.session(), case.terms(), case.knock()
    if expected(case) != IN:
        return
    by = decide(session, terms, knock, NOW)
    require_still(session, terms, knock, by, NOW)
    banned = Terms("host", Host(banlist=["guest"]), decides=case.decides)
    with pytest.raises(SessionHidden):
        require_still(session, banned, knock, by, NOW)


def test_on_the_second_look_a_stricter_host_frees_who_came_by_the_level_alone() -> None:
    session = Session.launch(SPAN, Template("hosted", 1, 3), Guest("host"), now=1.0)
    strict = Terms("host", Host(only_friends=True), decides=True)
    knock = Knock(Guest("guest"))
    with pytest.raises(GuestNotWelcome):
        require_still(session, strict, knock, Pass.LEVEL, NOW)
    for by in (Pass.KEPT, Pass.OUTRIGHT):
        require_still(session, strict, knock, by, NOW)


def test_a_full_session_says_how_many_seats_are_free() -> None:
    session = Session.launch(SPAN, Template("any", 1, 2), Guest("host"), now=1.0)
    with pytest.raises(LobbyError) as full:
        decide(session, Terms("host", Host()), Knock(Guest("guest"), size=2), NOW)
    assert (full.value.code, full.value.about) == ("session_full", {"free": 1})


def test_a_closed_session_takes_who_is_kept_a_seat_and_nobody_else() -> None:
    session = Session.launch(SPAN, Template("any", 1, 3), Guest("host"), now=1.0)
    session.entry, terms = Entry.CLOSED, Terms("host", Host(friends=["guest"]))
    knock = Knock(Guest("guest"), Way.PLATFORM)
    with pytest.raises(SessionNotJoinable):
        decide(session, terms, knock, NOW)
    session.seats.invite(Guest("guest"), until=NOW + 1)
    assert decide(session, terms, knock, NOW) is Pass.KEPT
