"""Codes of sessions: how they look, how they are read, and who may have one made."""

from __future__ import annotations

from random import Random

import pytest

from lobby.domain.errors import Forbidden, SessionNotJoinable
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions import invariants
from lobby.domain.sessions.codes import ALPHABET, LETTERS, Code, draw, read
from lobby.domain.sessions.edits import SessionEdit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template
from tests.support.long_runs import long_run, scaled

NOW = 100.0
FIRST, SECOND = Code("BCDF23"), Code("GHJK45")


def session(entry: Entry = Entry.INVITED) -> Session:
    """Led by ann, with bob in it."""
    made = Session.launch(SPAN, Template("plaza", 1, 4), Guest("ann"), now=1.0)
    made.seat(Guest("bob"), now=2.0)
    made.entry = entry
    return made


def code_of(session: Session) -> Code | None:
    return session.code


def inside(who: str) -> Permit:
    return Permit(Actor(who), role=Role.ACTIVE)


def leading(who: str) -> Permit:
    return Permit(Actor(who), role=Role.ADMIN)


@long_run
def test_no_code_can_be_taken_for_an_id_and_each_is_read_as_it_was_drawn() -> None:
    choose, found = Random(7).choice, set()
    for _ in range(scaled(100_000)):
        code = draw(choose)
        assert code[0] in LETTERS
        assert read(code) == code
        found.add(code)
    assert {len(code) for code in found} == {6}
    assert set("".join(found)) == set(ALPHABET)
    assert len(found) > scaled(100_000) * 0.99


@pytest.mark.parametrize("typed", ["bcdf23", "BCD F23", "bcd-f23", " B-c-D-f-2-3 "])
def test_case_spaces_and_hyphens_do_not_count(typed: str) -> None:
    assert read(typed) == "BCDF23"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "BCDF2",
        "BCDF234",
        "2BCDF3",
        "ACDF23",
        "BCDF01",
        "BCDF2\N{LATIN SMALL LETTER SHARP S}",
        "1024",
    ],
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read(typed) is None


def test_whoever_sits_there_has_one_made_and_the_next_gets_the_same() -> None:
    here = session()
    here.require_code(inside("bob"), FIRST, now=NOW)
    here.require_code(inside("ann"), SECOND, now=NOW)
    assert code_of(here) == FIRST
    with pytest.raises(Forbidden):
        here.require_code(inside("cid"), SECOND, now=NOW)


def test_one_that_is_over_is_none_and_another_may_be_made() -> None:
    here = session()
    here.require_code(inside("bob"), Code("BCDF23", until=NOW + 60), now=NOW)
    assert here.answers_to("BCDF23", NOW + 59.999)
    assert not here.answers_to("BCDF23", NOW + 60)
    assert not here.lapse_code(NOW + 59.999)
    here.require_code(inside("bob"), SECOND, now=NOW + 60)
    assert code_of(here) == SECOND
    here.code = Code("BCDF23", until=NOW)
    assert here.lapse_code(NOW)
    assert code_of(here) is None
    assert not here.lapse_code(NOW)


def test_renewing_and_dropping_is_for_those_who_may_invite() -> None:
    here = session()
    here.require_code(inside("bob"), FIRST, now=NOW)
    with pytest.raises(Forbidden):
        here.renew_code(leading("bob"), SECOND)
    with pytest.raises(Forbidden):
        here.drop_code(leading("bob"))
    here.seats.of("bob").seat.permits = [Power.INVITE]
    here.renew_code(leading("bob"), SECOND)
    assert not here.answers_to("BCDF23", NOW)
    assert here.answers_to("GHJK45", NOW)
    here.drop_code(leading("ann"))
    here.drop_code(leading("ann"))
    assert code_of(here) is None


def test_what_is_closed_has_no_code_and_gets_none() -> None:
    here = session()
    here.code = FIRST
    invariants.applied(lambda s: s.update(leading("ann"), SessionEdit(entry=Entry.CLOSED)))(here)
    assert code_of(here) is None
    with pytest.raises(SessionNotJoinable) as refused:
        here.require_code(inside("bob"), FIRST, now=NOW)
    assert refused.value.about == {"why": "closed"}
    with pytest.raises(SessionNotJoinable):
        here.renew_code(leading("ann"), FIRST)


def test_a_code_is_an_invitation_where_even_the_leader_may_not_invite() -> None:
    made = session()
    made.leader_may = [Power.UPDATE]
    for who in ("ann", "bob"):
        with pytest.raises(Forbidden):
            made.require_code(inside(who), FIRST, now=NOW)
    assert made.code is None
    made.seats.of("bob").seat.permits = [Power.INVITE]
    made.require_code(inside("bob"), FIRST, now=NOW)
    made.require_code(inside("ann"), SECOND, now=NOW)
    assert code_of(made) == FIRST
