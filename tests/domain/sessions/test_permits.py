"""Who may do what in a session, and what members were given."""

from __future__ import annotations

import pytest

from lobby.domain.errors import Forbidden, NotSeated
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions.edits import MemberEdit, SessionEdit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.powers import GIVEN, Power
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB, CAT, DAN = (Permit(Actor(name), role=Role.ADMIN) for name in ("ann", "bob", "cat", "dan"))
ABOVE = Permit(Actor("boss"), outright=True)
WHY = Departure(Reason.KICKED)


def session(*leader_may: Power, given: dict[str, list[Power]] | None = None) -> Session:
    """Ann leads; Bob, Cat and Dan are members. Without powers, the leader has all."""
    made = Session.launch(SPAN, Template("game", 2, 3, leader_may or None), Guest("ann"), now=10.0)
    for n, name in enumerate(("bob", "cat", "dan")):
        made.seat(Guest(name), now=11.0 + n)
    for name, permits in (given or {}).items():
        made.seats.of(name).seat.permits = permits
    return made


def hosted_by(made: Session, host: str) -> Session:
    made.instance = Instance("i", HostType.PLAYER, JoinStatus.JOINABLE, 1.0, host=host)
    return made


@pytest.mark.parametrize("power", Power)
def test_a_leader_has_every_power_unless_the_type_says_which(power: Power) -> None:
    assert session().may(ANN, power)
    limited = session(Power.UPDATE)
    assert limited.may(ANN, power) is (power is Power.UPDATE)
    assert hosted_by(limited, "bob").may(BOB, power)
    assert limited.may(ABOVE, power)
    assert not limited.may(CAT, power)


@pytest.mark.parametrize("power", GIVEN)
def test_a_permit_is_one_power_and_ends_with_the_seat(power: Power) -> None:
    made = session()
    made.give(ANN, "bob", [power])
    assert [one for one in Power if made.may(BOB, one)] == [power]
    made.leave("bob")
    made.seat(Guest("bob"), now=20.0)
    assert not made.may(BOB, power)


def test_a_permit_does_where_the_leaders_role_is_asked_for_and_nowhere_else() -> None:
    made = session(given={"bob": [Power.KICK]})
    made.require(BOB, Power.KICK)
    for permit in (Permit(Actor("bob")), Permit(Actor("bob"), role=Role.HOST)):
        with pytest.raises(Forbidden):
            made.require(permit, Power.KICK)


def test_a_permit_goes_along_when_its_holder_moves() -> None:
    made = session(given={"bob": [Power.MOVE]})
    made.move(BOB, "bob", 1)
    assert made.permits_of("bob") == [Power.MOVE]


def test_permits_are_given_by_the_leader_to_who_sits_there() -> None:
    made = session(given={"bob": list(GIVEN)})
    with pytest.raises(Forbidden):
        made.give(BOB, "cat", [Power.KICK])
    made.seats.invite(Guest("eve"), until=99.0)
    for absent in ("eve", "fay"):
        with pytest.raises(NotSeated):
            made.give(ANN, absent, [Power.KICK])


def test_only_what_can_be_given_is_given_and_in_one_order() -> None:
    made = session()
    made.give(ANN, "bob", [Power.MOVE, Power.CLOSE, Power.INVITE])
    assert made.permits_of("bob") == [Power.INVITE, Power.MOVE]


def test_a_leader_gives_and_takes_nothing_that_they_may_not_do_themselves() -> None:
    made = session(Power.UPDATE, Power.MOVE, given={"bob": [Power.KICK]})
    for wanted in ([Power.KICK, Power.INVITE], []):
        with pytest.raises(Forbidden):
            made.give(ANN, "bob", wanted)
    made.give(ANN, "bob", [Power.KICK, Power.MOVE])
    hosted_by(made, "cat").give(CAT, "bob", [])
    assert made.permits_of("bob") == []


def test_with_a_permit_neither_the_leader_nor_an_equal_is_kicked() -> None:
    made = session(given={"bob": [Power.KICK], "cat": [Power.MOVE]})
    for equal in ("ann", "cat"):
        with pytest.raises(Forbidden):
            made.kick(BOB, equal, WHY, now=20.0)
    made.kick(BOB, "dan", WHY, now=20.0)
    made.kick(ANN, "cat", WHY, now=20.0)
    made.kick(BOB, "bob", WHY, now=20.0)
    assert [held.player for held in made.seats.occupants()] == ["ann"]


def test_nobody_but_who_stands_above_kicks_the_instances_host() -> None:
    made = hosted_by(session(given={"bob": [Power.KICK]}), "dan")
    for one in (ANN, BOB):
        with pytest.raises(Forbidden):
            made.kick(one, "dan", WHY, now=20.0)
    made.kick(ABOVE, "dan", WHY, now=20.0)
    assert not made.seats.sits("dan")


@pytest.mark.parametrize(
    ("edit", "power"),
    [
        (SessionEdit(custom_data={"a": "b"}), Power.UPDATE),
        (SessionEdit(name="a name", region="eu"), Power.UPDATE),
        (SessionEdit(), Power.UPDATE),
        (SessionEdit(entry=Entry.OPEN), Power.ENTRY),
        (SessionEdit(teams_locked=False), Power.TEAMS),
    ],
)
def test_each_change_of_a_session_takes_its_own_power(edit: SessionEdit, power: Power) -> None:
    session(power).update(ANN, edit)
    others = [one for one in Power if one is not power]
    with pytest.raises(Forbidden):
        session(*others).update(ANN, edit)


@pytest.mark.parametrize(
    ("edit", "powers"),
    [
        (MemberEdit(team=1), {Power.MOVE}),
        (MemberEdit(team=0), {Power.UPDATE}),
        (MemberEdit(custom_data={}), {Power.UPDATE}),
        (MemberEdit(team=1, custom_data={}), {Power.MOVE, Power.UPDATE}),
        (MemberEdit(lead=True, team=1), {Power.PROMOTE}),
    ],
)
def test_each_change_of_another_takes_its_own_powers(edit: MemberEdit, powers: set[Power]) -> None:
    session(*powers).edit(ANN, "bob", edit)
    for missing in powers:
        with pytest.raises(Forbidden):
            session(*(one for one in Power if one is not missing)).edit(ANN, "bob", edit)


@pytest.mark.parametrize("who", ["ann", "bob"])
@pytest.mark.parametrize("by", [ANN, ABOVE])
def test_nobody_is_given_what_they_may_do_by_leading_or_hosting(by: Permit, who: str) -> None:
    made = hosted_by(session(), "bob")
    with pytest.raises(Forbidden, match="leading or hosting"):
        made.give(by, who, [Power.KICK])
    assert made.permits_of(who) == []
    made.give(by, "cat", [Power.KICK])
    made.give(ABOVE, who, [])


def test_what_a_leader_was_given_before_they_led_can_be_taken_and_not_given_again() -> None:
    made = session(given={"ann": [Power.KICK]})
    made.give(ANN, "ann", [Power.KICK])
    made.give(ANN, "ann", [])
    with pytest.raises(Forbidden):
        made.give(ANN, "ann", [Power.KICK])
    made.promote("bob")
    assert not made.may(ANN, Power.KICK)


def test_a_leader_in_name_is_given_by_who_stands_above_what_they_may_not_do() -> None:
    made = session(Power.UPDATE)
    with pytest.raises(Forbidden):
        made.give(ANN, "ann", [Power.KICK])
    made.give(ABOVE, "ann", [Power.KICK])
    assert made.may(ANN, Power.KICK)
