"""Teams of a session: members are exchanged between two, and one gets more seats or fewer."""

from __future__ import annotations

from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Permit
from lobby.domain.sessions.edits import TeamEdit
from lobby.domain.sessions.errors import (
    LeaderStays,
    SameTeam,
    TeamNotFound,
    TeamOccupied,
    TooManySeats,
)
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import MOST_SEATS, Seat, Seats, SeatStatus
from lobby.domain.sessions.session import Session


def swap(session: Session, permit: Permit, one: str, other: str) -> None:
    """Exchange the seats of two members of different teams, neither of them the leader; a full
    session has no other way to move them. Raises LeaderStays, NotSeated, SameTeam."""
    session.require(permit, Power.MOVE)
    seats = session.seats
    if not (seats.sits(one) and seats.sits(other)):
        raise NotSeated
    if session.leader in (one, other):
        raise LeaderStays
    mine, theirs = seats.of(one).seat, seats.of(other).seat
    if mine.team == theirs.team:
        raise SameTeam
    kept = dict(vars(mine))
    vars(mine).update(vars(theirs), team=mine.team)
    vars(theirs).update(kept, team=theirs.team)


def edit(session: Session, permit: Permit, team: int, edit: TeamEdit) -> None:
    """None leaves a value as it is. Raises TeamNotFound, TeamOccupied, TooManySeats."""
    session.require(permit, Power.TEAMS)
    size = _size(session.seats, team)
    _resize(session.seats, team, edit.size or size)
    if edit.custom_data is not None:
        session.team_data[str(team)] = edit.custom_data


def _size(seats: Seats, team: int) -> int:
    found = sum(1 for seat in seats.values() if seat.team == team)
    if not found:
        raise TeamNotFound
    return found


def _resize(seats: Seats, team: int, wanted: int) -> None:
    """Add seats at the end, or remove free ones, the last first: all others keep their ids."""
    missing = wanted - _size(seats, team)
    spare = [n for n, s in seats.items() if s.team == team and s.status is SeatStatus.FREE]
    if len(seats) + missing > MOST_SEATS:
        raise TooManySeats
    if missing + len(spare) < 0:
        raise TeamOccupied
    for name in _new_names(seats, missing):
        seats[name] = Seat(team)
    for name in spare[::-1][: max(0, -missing)]:
        del seats[name]


def _new_names(seats: Seats, count: int) -> list[str]:
    """After the last one; where the numbers end, those that became free."""
    after = max(map(int, seats)) + 1
    numbers = [*range(after, MOST_SEATS), *(n for n in range(after) if str(n) not in seats)]
    return [str(n) for n in numbers[: max(0, count)]]
