"""A session's seats: who gets them, who keeps them, who may change the session."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.domain.errors import (
    AlreadySeated,
    Forbidden,
    LobbyError,
    NotSeated,
    NotYours,
    SeatNotFound,
    SeatTaken,
    SessionFull,
    SessionNotJoinable,
    WrongKey,
)
from lobby.domain.permissions import SYSTEM, Actor, Permit, Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions.admission import Knock, Terms, Way, decide
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.seats import SPAN, Guest, SeatStatus, seat_id, seat_of
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

HOST, ANN, BOB = Guest("host", "Host", 1), Guest("ann", "Ann", 2), Guest("bob", "Bob", 3)


def launched(teams: int = 2, seats: int = 2) -> Session:
    template = Template("hosted", teams, seats)
    return Session.launch(5 * SPAN, template, HOST, now=10.0, key_hash="key")


def come_in(session: Session, guest: Guest, *, way: Way = Way.JOIN, now: float = 11.0) -> None:
    decide(session, Terms(session.leader, None), Knock(guest, way), now)
    session.seat(guest, now=now)


def statuses(session: Session) -> list[str]:
    return [str(seat.status) for seat in session.seats.values()]


def test_the_host_begins_in_the_first_seat() -> None:
    session = launched()
    assert statuses(session) == ["taken", "free", "free", "free"]
    assert session.seats.sits("host")
    assert [seat.team for seat in session.seats.values()] == [0, 0, 1, 1]


def test_a_guest_takes_the_first_free_seat_with_who_they_are() -> None:
    session = launched()
    session.seat(Guest("ann", "Ann", 2, attended=True), now=11.0)
    seat = session.seats["1"]
    assert (seat.status, seat.player, seat.name, seat.number) == (SeatStatus.TAKEN, "ann", "Ann", 2)
    assert (seat.attended, seat.until) == (True, None)


def test_nobody_sits_twice() -> None:
    session = launched()
    session.seat(ANN, now=11.0)
    for guest in (ANN, HOST):
        with pytest.raises(AlreadySeated):
            session.seat(guest, now=11.0)
        with pytest.raises(AlreadySeated):
            session.seats.invite(guest, until=99)
        with pytest.raises(SeatTaken):
            session.reserve("3", guest, until=99)
    assert statuses(session) == ["taken", "taken", "free", "free"]


def test_a_full_session_seats_and_invites_nobody() -> None:
    session = launched(1, 2)
    session.seat(ANN, now=11.0)
    with pytest.raises(SessionFull):
        session.seat(BOB, now=11.0)
    with pytest.raises(SessionFull):
        session.seats.invite(BOB, until=99)


def test_a_closed_door_opens_for_those_whose_seat_is_held() -> None:
    session = launched()
    session.reserve("2", ANN, until=99)
    session.seats.invite(BOB, until=99)
    session.entry = Entry.CLOSED
    come_in(session, ANN)
    come_in(session, BOB)
    with pytest.raises(SessionNotJoinable):
        come_in(session, Guest("eve"))


def test_joining_takes_the_very_seat_that_was_held_and_for_good() -> None:
    session = launched()
    session.reserve("3", ANN, until=20)
    session.seat(ANN, now=11.0)
    assert statuses(session) == ["taken", "free", "free", "taken"]
    assert not session.free_expired_seats(21)
    assert session.seats.sits("ann")


def test_a_reservation_is_prolonged_by_its_holder_and_refused_to_others() -> None:
    session = launched()
    session.reserve("2", ANN, until=20)
    session.reserve("2", ANN, until=30)
    assert session.seats["2"].until == 30
    for seat, guest in (("2", BOB), ("0", BOB), ("1", ANN)):
        with pytest.raises(SeatTaken):
            session.reserve(seat, guest, until=40)
    with pytest.raises(SeatNotFound):
        session.reserve("4", BOB, until=40)


def test_inviting_again_prolongs_in_the_same_seat() -> None:
    session = launched()
    session.seats.invite(ANN, until=20)
    session.seats.invite(ANN, until=30)
    assert statuses(session) == ["taken", "invited", "free", "free"]
    assert session.seats["1"].until == 30
    assert session.seats.invited("ann")
    assert not session.seats.sits("ann")


def test_a_seat_is_given_back_by_its_holder_alone() -> None:
    session = launched()
    session.reserve("1", ANN, until=20)
    for seat, player in (("1", "bob"), ("2", "bob"), ("0", "ann")):
        with pytest.raises(NotYours):
            session.leave(player, seat=seat)
    with pytest.raises(SeatNotFound):
        session.leave("ann", seat="9")
    session.leave("ann", seat="1")
    assert session.seats["1"] == launched().seats["1"]


def test_unseating_clears_whatever_was_held() -> None:
    session = launched()
    session.seat(ANN, now=11.0)
    session.reserve("2", BOB, until=20)
    session.unseat("ann", Reason.LEFT)
    session.unseat("bob", Reason.LEFT)
    assert session.seats == launched().seats
    with pytest.raises(NotSeated):
        session.unseat("ann", Reason.LEFT)


def test_held_seats_lapse_at_their_moment_and_taken_ones_never() -> None:
    session = launched()
    session.reserve("2", ANN, until=20)
    session.seats.invite(BOB, until=30)
    assert not session.free_expired_seats(19.999)
    assert session.free_expired_seats(20)
    assert statuses(session) == ["taken", "invited", "free", "free"]
    assert session.free_expired_seats(1e12)
    assert statuses(session) == ["taken", "free", "free", "free"]
    assert not session.free_expired_seats(1e12)


def test_insiders_sit_and_holders_are_invited_too() -> None:
    session = launched()
    session.seat(ANN, now=11.0)
    session.seats.invite(BOB, until=20)
    assert session.insiders() == ["ann", "host"]
    assert session.holders() == ["ann", "bob", "host"]
    assert [seat.player for seat in session.seats.occupants()] == ["host", "ann"]


def test_roles_are_for_those_who_sit() -> None:
    session = launched()
    session.seat(ANN, now=11.0)
    session.seats.invite(BOB, until=20)
    assert session.roles_of("host") == {Role.ACTIVE, Role.ADMIN}
    assert session.roles_of("ann") == {Role.ACTIVE}
    assert session.roles_of("bob") == session.roles_of("eve") == set()


def test_a_permit_needs_its_role_unless_it_is_outright() -> None:
    session = launched()
    session.seat(ANN, now=11.0)
    session.require(SYSTEM)
    session.require(Permit(Actor("host"), role=Role.ADMIN))
    session.require(Permit(Actor("ann"), role=Role.ACTIVE))
    for actor, role in (("ann", Role.ADMIN), ("eve", Role.ACTIVE), ("host", None)):
        with pytest.raises(Forbidden):
            session.require(Permit(Actor(actor), role=role))


def test_only_the_right_key_speaks_for_the_game() -> None:
    session = launched()
    session.require_key("key")
    for wrong in ("", "KEY", "key2"):
        with pytest.raises(WrongKey):
            session.require_key(wrong)


SESSION_IDS = st.integers(1, 2**53 // SPAN - 1).map(lambda n: n * SPAN)


@given(SESSION_IDS, st.integers(0, 32 * 31 - 1))
def test_a_seats_id_tells_its_session_and_fits_every_reader(session: int, seat: int) -> None:
    id = seat_id(session, str(seat))
    assert seat_of(id) == (session, str(seat))
    assert 0 < session < id < 2**53


@given(st.integers(-(2**60), 2**60))
def test_any_number_names_some_seat_of_some_session(id: int) -> None:
    session, seat = seat_of(id)
    assert session % SPAN == 0
    assert seat_id(session, seat) == id


def test_a_sessions_own_id_is_no_seat() -> None:
    session = launched()
    with pytest.raises(SeatNotFound):
        session.seats.find(seat_of(session.id)[1])


PEOPLE = st.sampled_from(["host", "ann", "bob", "eve", "dan", "kim"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["seat", "invite", "reserve", "release", "unseat", "lapse", "door"]),
        PEOPLE,
        st.integers(0, 4),
    ),
    max_size=40,
)


@given(STEPS)
def test_no_order_of_steps_seats_anybody_twice_and_a_refusal_changes_nothing(
    steps: list[tuple[str, str, int]],
) -> None:
    session = launched()
    for moment, (step, player, number) in enumerate(steps):
        before = repr(session)
        try:
            _take_step(session, step, player, number, now=float(moment))
        except LobbyError:
            assert repr(session) == before
        _require_sound(session)


def _take_step(session: Session, step: str, player: str, number: int, *, now: float) -> None:
    guest = Guest(player, player.title(), number)
    match step:
        case "seat":
            session.seat(guest, now=11.0)
        case "invite":
            session.seats.invite(guest, until=now + 5)
        case "reserve":
            session.reserve(str(number), guest, until=now + 3)
        case "release":
            session.leave(player, seat=str(number))
        case "unseat":
            session.unseat(player, Reason.LEFT)
        case "lapse":
            session.free_expired_seats(now)
        case "door":
            session.entry = Entry.of(not session.entry.joinable)


def _require_sound(session: Session) -> None:
    held = [seat.player for seat in session.seats.values() if seat.player]
    assert len(held) == len(set(held))
    assert list(session.seats) == ["0", "1", "2", "3"]
    for seat in session.seats.values():
        assert (seat.player is None) == (seat.status is SeatStatus.FREE)
        timed = seat.status in (SeatStatus.RESERVED, SeatStatus.INVITED)
        assert (seat.until is not None) == timed
