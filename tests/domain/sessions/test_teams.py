"""Members who change teams, and teams that change."""

from __future__ import annotations

import pytest

from lobby.domain.errors import Forbidden, NotSeated
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions import teams
from lobby.domain.sessions.edits import TeamEdit
from lobby.domain.sessions.errors import (
    LeaderStays,
    OwnTeamFixed,
    SameTeam,
    TeamFull,
    TeamNotFound,
    TeamOccupied,
    TeamsLocked,
    TooManySeats,
)
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB = (Permit(Actor(name), role=Role.ADMIN) for name in ("ann", "bob"))


def session(*others: str, seats: int = 2) -> Session:
    """Ann leads; two teams."""
    made = Session.launch(SPAN, Template("game", 2, seats), Guest("ann"), now=10.0)
    for other in others:
        made.seat(Guest(other, place=3), now=11.0)
    return made


def sides(made: Session) -> list[list[str | None]]:
    return [[seat.player for seat in team] for team in made.seats.teams]


def test_a_full_session_swaps_two_members_with_all_that_their_seats_hold() -> None:
    made = session("bob", "cat", "dan")
    made.seats.of("bob").seat.permits = [Power.KICK]
    made.seats.of("bob").seat.custom_data = {"hat": "red"}
    teams.swap(made, ANN, "bob", "cat")
    assert sides(made) == [["ann", "cat"], ["bob", "dan"]]
    bob, cat = (made.seats.of(name).seat for name in ("bob", "cat"))
    assert (bob.team, bob.permits, bob.custom_data, bob.place) == (
        1,
        [Power.KICK],
        {"hat": "red"},
        3,
    )
    assert (cat.team, cat.permits, cat.custom_data) == (0, [], {})
    assert list(made.seats) == ["0", "1", "2", "3"]


def test_only_members_of_two_teams_are_swapped_and_not_the_leader() -> None:
    made = session("bob", "cat")
    made.seats.invite(Guest("dan"), until=99.0)
    with pytest.raises(LeaderStays):
        teams.swap(made, ANN, "ann", "cat")
    with pytest.raises(SameTeam):
        teams.swap(session("bob", "cat", seats=3), ANN, "bob", "cat")
    for absent in ("dan", "eve"):
        with pytest.raises(NotSeated):
            teams.swap(made, ANN, "bob", absent)
    with pytest.raises(Forbidden):
        teams.swap(made, BOB, "bob", "cat")


def test_where_teams_are_locked_only_who_may_move_others_moves() -> None:
    made = session("bob")
    made.teams_locked = True
    with pytest.raises(TeamsLocked):
        made.move(BOB, "bob", 1)
    made.seats.of("bob").seat.permits = [Power.MOVE]
    made.move(BOB, "bob", 1)
    made.move(ANN, "ann", 1)
    assert sides(made) == [[None, None], ["bob", "ann"]]
    with pytest.raises(TeamFull):
        made.move(ANN, "bob", 2)


def test_one_type_of_session_may_forbid_what_another_locks() -> None:
    made = session("bob")
    with pytest.raises(OwnTeamFixed):
        made.move(BOB, "bob", 1, own_team=False)
    made.move(ANN, "bob", 1, own_team=False)


def test_who_comes_into_locked_teams_does_not_choose() -> None:
    made = session()
    made.teams_locked = True
    made.seat(Guest("bob"), now=11.0, team=1)
    made.seat(Guest("cat"), now=12.0, team=1, placed=True)
    assert sides(made) == [["ann", "bob"], ["cat", None]]


def test_a_team_gets_seats_at_the_end_and_all_others_keep_their_ids() -> None:
    made = session("bob", "cat")
    teams.edit(made, ANN, 0, TeamEdit(4))
    assert list(made.seats) == ["0", "1", "2", "3", "4", "5"]
    assert [made.seats[name].team for name in "012345"] == [0, 0, 1, 1, 0, 0]
    teams.edit(made, ANN, 1, TeamEdit(1))
    assert list(made.seats) == ["0", "1", "2", "4", "5"]
    assert sides(made) == [["ann", "bob", None, None], ["cat"]]
    teams.edit(made, ANN, 1, TeamEdit(2, {"colour": "red"}))
    assert (list(made.seats)[-1], made.team_data) == ("6", {"1": {"colour": "red"}})
    teams.edit(made, ANN, 1, TeamEdit(custom_data={}))
    assert (len(made.seats), made.team_data) == (6, {"1": {}})


def test_a_team_never_gets_smaller_than_those_who_hold_its_seats() -> None:
    made = session("bob", "cat")
    made.seats.invite(Guest("dan"), until=99.0, team=1)
    before = dict(made.seats)
    for team in (0, 1):
        with pytest.raises(TeamOccupied):
            teams.edit(made, ANN, team, TeamEdit(1))
    with pytest.raises(TeamNotFound):
        teams.edit(made, ANN, 2, TeamEdit(1))
    assert made.seats == before


def test_a_session_has_1023_seats_at_most_whatever_was_removed_before() -> None:
    made = session(seats=500)
    with pytest.raises(TooManySeats):
        teams.edit(made, ANN, 0, TeamEdit(524))
    for _ in range(3):
        teams.edit(made, ANN, 0, TeamEdit(1))
        teams.edit(made, ANN, 0, TeamEdit(523))
    assert len(made.seats) == len({*map(int, made.seats)}) == 1023
    assert max(map(int, made.seats)) == 1022
    assert made.seats.of("ann").name == "0"


def test_sizes_of_teams_take_a_power_that_cannot_be_given() -> None:
    made = session("bob")
    made.seats.of("bob").seat.permits = [Power.MOVE]
    with pytest.raises(Forbidden):
        teams.edit(made, BOB, 0, TeamEdit(5))
