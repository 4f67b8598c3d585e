"""How many players the game server of a running match asks for, and how seats lower that."""

from __future__ import annotations

from lobby.domain.reasons import Reason
from lobby.domain.sessions.player_need import PlayerNeed
from lobby.domain.sessions.seats import Guest, Seats
from lobby.domain.sessions.templates import Template

ANN, BOB, CID = Guest("ann"), Guest("bob"), Guest("cid")


def seats(per_team: int = 3) -> Seats:
    return Template("game", 2, per_team).seats()


def asked(**required: int) -> PlayerNeed:
    need = PlayerNeed()
    need.ask({int(team[1:]): players for team, players in required.items()}, search={})
    return need


def invite(need: PlayerNeed, there: Seats, guest: Guest, team: int = 0) -> None:
    there.invite(guest, until=60, team=team)
    need.invite(guest.uuid, team)


def open(need: PlayerNeed, there: Seats) -> list[int]:
    need.settle(there)
    return [need.open(there, team) for team in (0, 1)]


def test_nobody_is_needed_who_was_not_asked_for() -> None:
    assert open(PlayerNeed(), seats()) == [0, 0]
    assert open(asked(t1=2), seats()) == [0, 2]


def test_no_more_are_needed_than_there_are_free_seats() -> None:
    assert open(asked(t0=9), seats(per_team=2)) == [2, 0]


def test_who_is_on_their_way_is_needed_no_more() -> None:
    there, need = seats(), asked(t0=2, t1=1)
    invite(need, there, ANN)
    assert open(need, there) == [1, 1]
    invite(need, there, BOB, team=1)
    assert open(need, there) == [1, 0]


def test_who_has_come_is_needed_no_more_though_they_leave_later() -> None:
    there, need = seats(), asked(t0=2)
    invite(need, there, ANN)
    there.take(ANN, now=1)
    assert open(need, there) == [1, 0]
    there.release(ANN.uuid, Reason.LAPSED)
    assert open(need, there) == [1, 0]
    assert need.coming == {}


def test_who_never_comes_is_needed_again() -> None:
    there, need = seats(), asked(t0=1)
    invite(need, there, ANN)
    assert open(need, there) == [0, 0]
    there.release(ANN.uuid, Reason.LAPSED)
    assert open(need, there) == [1, 0]


def test_what_is_said_anew_counts_with_those_who_are_on_their_way() -> None:
    there, need = seats(), asked(t0=2)
    invite(need, there, ANN)
    need.ask({0: 2}, search={"tags": ["late"]})
    assert (open(need, there), need.search) == ([1, 0], {"tags": ["late"]})
    need.ask({0: 1}, search={})
    assert open(need, there) == [0, 0]


def test_by_composition_each_free_seat_is_needed_until_a_need_is_said() -> None:
    there, need = seats(), PlayerNeed()
    need.acknowledge(free_seats=True, extensions=None)
    assert open(need, there) == [3, 3]
    invite(need, there, ANN)
    assert open(need, there) == [2, 3]
    need.ask({1: 1}, search={})
    assert open(need, there) == [0, 1]
    need.ask({}, search={})
    assert open(need, there) == [2, 3]
    need.acknowledge(free_seats=False, extensions=None)
    assert open(need, there) == [0, 0]


def test_a_need_that_is_filled_is_not_every_free_seat() -> None:
    there, need = seats(), asked(t0=1)
    need.acknowledge(free_seats=True, extensions=None)
    invite(need, there, ANN)
    there.take(ANN, now=1)
    assert open(need, there) == [0, 0]


def test_each_who_is_invited_is_told_once() -> None:
    there, need = seats(), asked(t0=3)
    invite(need, there, ANN)
    invite(need, there, BOB)
    assert need.acknowledge(free_seats=False, extensions={"a": "b"}) == ["ann", "bob"]
    invite(need, there, CID)
    assert need.acknowledge(free_seats=False, extensions=None) == ["cid"]
    assert need.acknowledge(free_seats=False, extensions=None) == []
    assert need.extensions == {"a": "b"}
