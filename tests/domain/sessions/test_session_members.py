"""What members of a session do, and what is done about them: who may, and what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lobby.domain.errors import AlreadySeated, Forbidden, NotSeated, NotYours, SessionFull
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions import hosting
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.edits import MemberEdit, SessionEdit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import (
    InQueue,
    InstanceNotFound,
    MatchExists,
    MatchNotFound,
    OwnTeamFixed,
    TeamFull,
    VersionIncompatible,
)
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.seats import SPAN, Guest, HeldSeat, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import HOSTED, Template

ANN, BOB, CAT = (Guest(name, name.title(), n) for n, name in enumerate(("ann", "bob", "cat"), 1))
WHY = Departure(Reason.KICKED)
LEADING, FOLLOWING = (Permit(Actor(name), role=Role.ADMIN) for name in ("ann", "bob"))
ABOVE = Permit(Actor("boss"), outright=True)


def session(*others: Guest, template: str = "game") -> Session:
    """Ann leads; two teams of two."""
    made = Session.launch(SPAN, Template(template, 2, 2), ANN, now=10.0)
    for other in others:
        made.seat(other, now=11.0)
    return made


def served(made: Session, host: str = "server") -> Session:
    made.instance = Instance("i", HostType.DEDICATED, JoinStatus.JOINABLE, 1.0, host=host)
    return made


# Seats


def test_a_held_seat_says_its_name_and_whose_it_is() -> None:
    made = session(BOB)
    assert made.seats.held_by("bob") == HeldSeat("1", made.seats["1"], "bob")
    assert [held.name for held in made.seats.held()] == ["0", "1"]
    assert made.seats.held_by("cat") is None
    assert made.seats.held_by(None) is None
    with pytest.raises(NotSeated):
        made.seats.of("cat")


def test_free_seats_are_counted_by_team() -> None:
    made = session(BOB)
    assert [len(made.seats.free(team)) for team in (None, 0, 1, 2)] == [2, 0, 2, 0]
    made.seats.invite(CAT, until=99.0)
    made.seats.set_aside(Guest("dan"))
    assert made.seats.full
    assert [held.player for held in made.seats.announced()] == ["ann", "bob", "cat"]
    with pytest.raises(SessionFull):
        made.seats.take(Guest("eve"), now=12.0)


# Going


def test_a_player_leaves_and_an_outsider_cannot() -> None:
    made = session(BOB)
    made.leave("ann")
    assert (made.leader, made.seats.held_by("ann")) == ("bob", None)
    with pytest.raises(NotSeated):
        made.leave("ann")


def test_whoever_serves_it_ends_its_instance_by_leaving() -> None:
    made = served(session())
    made.leave("server")
    assert (made.instance, made.seats.sits("ann")) == (None, True)
    with pytest.raises(NotSeated):
        made.leave("server")


def test_a_seat_is_left_by_its_own_player_alone() -> None:
    made = session(BOB)
    with pytest.raises(NotYours):
        made.leave("bob", seat="0")
    made.leave("bob", seat="1")
    assert not made.seats.sits("bob")


def test_a_host_neither_leaves_their_own_session_nor_is_kicked_from_it() -> None:
    made = session(BOB, template=HOSTED)
    with pytest.raises(NotSeated):
        made.leave("ann")
    with pytest.raises(Forbidden, match="closing the session"):
        made.kick(ABOVE, "ann", WHY, now=20.0)
    assert made.ends_without("ann")
    assert not made.ends_without("bob")


def test_only_who_leads_or_stands_above_it_kicks() -> None:
    made = session(BOB, CAT)
    with pytest.raises(Forbidden):
        made.kick(FOLLOWING, "cat", WHY, now=20.0)
    made.kick(LEADING, "cat", WHY, now=20.0)
    made.kick(ABOVE, "bob", WHY, now=20.0)
    with pytest.raises(NotSeated):
        made.kick(LEADING, "bob", WHY, now=20.0)
    assert [held.player for held in made.seats.held()] == ["ann"]


# Being asked, and being seated


def test_an_invitation_names_who_invites_and_only_who_leads_may() -> None:
    made = session(BOB)
    with pytest.raises(Forbidden):
        made.invite(FOLLOWING, CAT, until=99.0, now=12.0)
    made.invite(LEADING, CAT, until=99.0, now=12.0, team=1)
    seat = made.seats.of("cat").seat
    assert (seat.status, seat.inviter, seat.team) == (SeatStatus.INVITED, "ann", 1)
    with pytest.raises(AlreadySeated):
        made.invite(LEADING, ANN, until=99.0, now=12.0)


def test_only_who_stands_above_it_sets_seats_aside_or_seats_without_asking() -> None:
    made = session()
    for permit in (LEADING, FOLLOWING):
        with pytest.raises(Forbidden):
            made.set_aside(permit, CAT)
        with pytest.raises(Forbidden):
            made.add(permit, CAT, MemberEdit(), now=12.0)
    with pytest.raises(NotSeated):
        made.add(LEADING, CAT, MemberEdit(lead=True), now=12.0)
    made.set_aside(ABOVE, CAT)
    assert made.seats.of("cat").seat.unannounced
    made.entry = Entry.INVITED
    made.add(ABOVE, BOB, MemberEdit(team=1, lead=True), now=12.0)
    assert (made.leader, made.seats.of("bob").seat.team) == ("bob", 1)


def test_who_is_added_to_a_full_team_sits_elsewhere_and_who_holds_a_seat_is_not_moved_there() -> (
    None
):
    made = session(BOB)
    made.add(ABOVE, CAT, MemberEdit(team=0), now=12.0)
    assert made.seats.of("cat").seat.team == 1
    made.seats.invite(Guest("dan"), until=99.0)
    with pytest.raises(TeamFull):
        made.add(ABOVE, Guest("dan"), MemberEdit(team=0), now=12.0)


# What is said of members


def test_what_is_not_said_of_a_member_stays() -> None:
    made = session(replace(BOB, custom_data={"hat": "red"}))
    before = replace(made.seats["1"])
    made.edit(FOLLOWING, "bob", MemberEdit())
    assert made.seats["1"] == before
    made.edit(FOLLOWING, "bob", MemberEdit(custom_data={}, client=Client("1.0", None, "gamepad")))
    assert (made.seats["1"].custom_data, made.seats["1"].client) == (
        {},
        Client("1.0", None, "gamepad"),
    )


@pytest.mark.parametrize(
    ("permit", "player", "said", "refusal"),
    [
        (FOLLOWING, "ann", MemberEdit(team=1), Forbidden),
        (FOLLOWING, "bob", MemberEdit(lead=True), Forbidden),
        (LEADING, "cat", MemberEdit(custom_data={}), NotSeated),
        (FOLLOWING, "bob", MemberEdit(client=Client("2.0", None, "gamepad")), VersionIncompatible),
        (LEADING, "bob", MemberEdit(team=7), TeamFull),
    ],
)
def test_what_may_not_be_said_of_a_member_is_refused(
    permit: Permit, player: str, said: MemberEdit, refusal: type[Exception]
) -> None:
    made = session(BOB)
    made.seats["0"].client = Client("1.0", None, "gamepad")
    with pytest.raises(refusal):
        made.edit(permit, player, said)


def test_where_teams_are_drawn_nobody_changes_their_own_but_who_leads() -> None:
    made = session(BOB)
    with pytest.raises(OwnTeamFixed):
        made.edit(FOLLOWING, "bob", MemberEdit(team=1), own_team=False)
    made.edit(FOLLOWING, "bob", MemberEdit(team=0), own_team=False)
    made.edit(LEADING, "bob", MemberEdit(team=1), own_team=False)
    made.edit(LEADING, "ann", MemberEdit(team=1), own_team=False)
    assert [held.seat.team for held in made.seats.held()] == [1, 1]


def test_who_is_to_lead_is_not_moved() -> None:
    made = session(BOB)
    made.edit(LEADING, "bob", MemberEdit(team=1, lead=True))
    assert (made.leader, made.seats.of("bob").seat.team) == ("bob", 0)


# What is said of the session


def test_what_is_not_said_of_a_session_stays_and_only_who_leads_says_it() -> None:
    made = session(BOB)
    with pytest.raises(Forbidden):
        made.update(FOLLOWING, SessionEdit(name="mine"))
    said: dict[str, Any] = {"name": "n", "entry": Entry.INVITED, "location": "l", "region": "eu"}
    said |= {"attributes": {"a": 1}, "custom_data": {"b": "c"}}
    made.update(LEADING, SessionEdit(**said))
    made.update(LEADING, SessionEdit())
    assert {name: getattr(made, name) for name in said} == said


def test_a_session_that_waits_for_a_match_stays_in_its_region() -> None:
    made = session()
    made.region, made.ticket = "eu", "t"
    made.update(LEADING, SessionEdit(region="eu", name="n"))
    with pytest.raises(InQueue):
        made.update(LEADING, SessionEdit(region="us"))
    assert (made.region, made.name) == ("eu", "n")


# Matches


def test_a_match_begins_where_it_can_be_played_and_one_at_a_time() -> None:
    made = session(BOB)
    new = Match("m", 12.0)
    with pytest.raises(Forbidden):
        hosting.begin_match(made, FOLLOWING, new, id="m", custom_data=None)
    with pytest.raises(InstanceNotFound):
        hosting.begin_match(made, LEADING, new, id="m", custom_data=None)
    served(made)
    with pytest.raises(MatchNotFound):
        hosting.update_match(made, LEADING, id="m", custom_data={})
    hosting.begin_match(made, LEADING, new, id="m", custom_data=None)
    with pytest.raises(MatchExists):
        hosting.begin_match(made, LEADING, Match("n", 13.0), id="", custom_data=None)
    hosting.update_match(made, LEADING, id="M", custom_data={"a": "b"})
    assert hosting.current_match(made).custom_data == {"a": "b"}
    hosting.end_match(made, LEADING)
    assert made.match is None
    assert made.instance is not None
    with pytest.raises(MatchNotFound):
        hosting.end_match(made, LEADING)
