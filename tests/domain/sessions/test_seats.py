"""Teams: where somebody sits, who leads, what is left when they go."""

from __future__ import annotations

import pytest

from lobby.domain.errors import AlreadySeated, NotSeated
from lobby.domain.reasons import Reason
from lobby.domain.sessions.errors import HostStays, TeamFull
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import SPAN, Guest, Seat, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import HOSTED, Template

ANN, BOB, CAT, DAN = (Guest(name, name.title(), n) for n, name in enumerate("abcd", 1))


def game(*guests: Guest, teams: int = 2, seats: int = 2, template: str = "game") -> Session:
    """Who is named sits in it; the first leads. They came a second apart."""
    leader, *others = guests or (ANN,)
    made = Session.launch(SPAN, Template(template, teams, seats), leader, now=10.0)
    for n, other in enumerate(others, 1):
        made.seat(other, now=10.0 + n)
    return made


def teams(session: Session) -> list[list[str]]:
    return [[seat.player for seat in team if seat.player] for team in session.seats.teams]


def test_every_team_is_there_in_order_with_all_its_seats() -> None:
    made = game(teams=3, seats=2)
    assert [[seat.team for seat in team] for team in made.seats.teams] == [[0, 0], [1, 1], [2, 2]]
    assert teams(made) == [["a"], [], []]


def test_a_wish_for_a_team_counts_while_it_has_room() -> None:
    made = game()
    made.seat(BOB, now=11.0, team=1)
    made.seat(CAT, now=12.0, team=1)
    made.seat(DAN, now=13.0, team=1)
    assert teams(made) == [["a", "d"], ["b", "c"]]


def test_a_team_that_is_none_is_no_wish() -> None:
    made = game()
    made.seat(BOB, now=11.0, team=7)
    assert teams(made) == [["a", "b"], []]


@pytest.mark.parametrize("held", ["invite", "set_aside"])
def test_who_comes_to_a_seat_that_was_held_gets_its_team(held: str) -> None:
    made = game()
    if held == "invite":
        made.seats.invite(BOB, until=99.0, team=1)
    else:
        made.seats.set_aside(BOB, team=1)
    made.seat(BOB, now=11.0, team=0)
    assert teams(made) == [["a"], ["b"]]


def test_who_moves_takes_all_they_have_with_them() -> None:
    made = game(ANN, BOB)
    made.seats["1"].custom_data = {"hat": "red"}
    before = made.seats["1"]
    brought = vars(before) | {"team": 1}
    made.seats.move("b", 1)
    assert vars(made.seats["2"]) == brought
    assert made.seats["1"] == Seat(0)


def test_moving_to_ones_own_team_changes_nothing() -> None:
    made = game(ANN, BOB)
    before = repr(made)
    made.seats.move("b", 0)
    assert repr(made) == before


@pytest.mark.parametrize("team", [1, 2, -1])
def test_nobody_moves_to_a_team_that_is_full_or_none(team: int) -> None:
    made = game(ANN)
    made.seat(BOB, now=11.0, team=1)
    made.seats.invite(CAT, until=99.0, team=1)
    before = repr(made)
    with pytest.raises(TeamFull):
        made.seats.move("a", team)
    assert repr(made) == before


def test_who_leads_still_leads_after_moving() -> None:
    made = game(ANN, BOB)
    made.seats.move("a", 1)
    assert (made.leader, teams(made)) == ("a", [["b"], ["a"]])


def test_whoever_came_first_of_the_others_leads_next() -> None:
    made = game(CAT, BOB, ANN)
    made.unseat("c", Reason.LEFT)
    assert (made.leader, made.leader_name) == ("b", "B")


def test_of_those_who_came_together_the_lowest_id_leads() -> None:
    made = game(CAT)
    made.seat(BOB, now=11.0)
    made.seat(ANN, now=11.0)
    made.unseat("c", Reason.LEFT)
    assert made.leader == "a"


def test_an_invitation_does_not_make_a_leader() -> None:
    made = game(ANN)
    made.seats.invite(BOB, until=99.0)
    made.unseat("a", Reason.LEFT)
    assert (made.leader, made.leader_name) == (None, None)
    made.seat(BOB, now=12.0)
    assert made.leader == "b"


def test_an_empty_session_is_led_by_who_comes_first() -> None:
    made = Session.launch(SPAN, Template("plaza", 1, 2), None, now=10.0)
    assert (made.leader, list(made.seats.occupants())) == (None, [])
    made.seat(BOB, now=11.0)
    made.seat(ANN, now=11.0)
    assert made.leader == "b"


def test_only_who_sits_is_promoted_and_then_leads_alone() -> None:
    made = game(ANN, BOB)
    made.seats.invite(CAT, until=99.0)
    for nobody in ("c", "d"):
        with pytest.raises(NotSeated):
            made.promote(nobody)
    made.promote("b")
    assert (made.leader, made.leader_name) == ("b", "B")
    made.unseat("b", Reason.LEFT)
    assert made.leader == "a"


def test_what_a_host_launched_stays_theirs() -> None:
    made = game(ANN, BOB, template=HOSTED)
    made.promote("a")
    with pytest.raises(HostStays):
        made.promote("b")
    assert made.leader == "a"


def test_what_a_player_hosts_ends_when_they_go_and_not_when_others_do() -> None:
    made = game(ANN, BOB)
    made.instance = Instance("i", HostType.PLAYER, JoinStatus.JOINABLE, 10.0, host="b")
    made.unseat("a", Reason.LEFT)
    assert made.instance is not None
    made.unseat("b", Reason.LEFT)
    assert made.instance is None


def test_a_game_server_stays_when_who_registered_it_gives_up_a_seat() -> None:
    made = game(ANN, BOB)
    made.instance = Instance("i", HostType.DEDICATED, JoinStatus.JOINABLE, 10.0, host="b")
    made.unseat("b", Reason.LEFT)
    assert made.instance is not None


def test_who_is_set_aside_is_no_insider_and_is_announced_at_once_with_all() -> None:
    made = game(ANN)
    made.seats.set_aside(BOB)
    made.seats.set_aside(CAT, team=1)
    assert made.holders() == ["a"]
    assert made.seats.expired(1e9) == []
    made.seats.announce(until=99.0, now=20.0)
    assert made.holders() == ["a", "b", "c"]
    assert made.insiders() == ["a"]
    held = [seat for seat in made.seats.values() if seat.status is SeatStatus.INVITED]
    assert [(seat.until, seat.invited, seat.inviter) for seat in held] == [(99.0, 20.0, None)] * 2


def test_nobody_is_set_aside_who_knows_of_their_seat() -> None:
    made = game(ANN, BOB)
    made.seats.invite(CAT, until=99.0)
    before = repr(made)
    for guest in (BOB, CAT):
        with pytest.raises(AlreadySeated):
            made.seats.set_aside(guest)
    assert repr(made) == before


def test_what_was_said_of_an_invited_player_stays_until_they_say_else() -> None:
    made = game(ANN)
    made.seats.invite(Guest("b", custom_data={"hat": "red"}), until=99.0, now=5.0, inviter="a")
    made.seat(BOB, now=11.0)
    seat = made.seats["1"]
    assert (seat.custom_data, seat.inviter, seat.invited, seat.joined) == (
        {"hat": "red"},
        "a",
        5.0,
        11.0,
    )
    other = game(ANN)
    other.seats.invite(Guest("b", custom_data={"hat": "red"}), until=99.0)
    other.seat(Guest("b", custom_data={}), now=11.0)
    assert other.seats["1"].custom_data == {}
