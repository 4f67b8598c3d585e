"""What has happened to a session, told by comparing it before and after. Whichever verb changed it,
nothing goes untold, and nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lobby.domain.instances import JoinStatus
from lobby.domain.platform_sessions import PlatformSession
from lobby.domain.seats import Seat, SeatStatus
from lobby.domain.sessions import Session

TIME = "system"
"""Who did it, where nobody did."""

COMING = {
    SeatStatus.TAKEN: "player_joined",
    SeatStatus.INVITED: "player_invited",
    SeatStatus.RESERVED: "player_reserved",
}
ACCEPTING = (SeatStatus.INVITED, SeatStatus.TAKEN)
INSTANCE = {
    JoinStatus.REQUESTED: "instance_requested",
    JoinStatus.ALLOCATED: "instance_allocated",
    JoinStatus.PENDING: "instance_pending",
    JoinStatus.JOINABLE: "instance_joinable",
    JoinStatus.CLOSED: "instance_closed",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """`code` is the contract's; `player` is to whom it happened."""

    code: str
    player: str | None = None
    number: int | None = None
    platform: PlatformSession | None = None


def between(before: Session, after: Session, *, by: str) -> list[Happening]:
    """`by` is the account that did it, or TIME."""
    return [
        *_players(before, after, by),
        *_leader(before, after),
        *_session(before, after),
        *_instance(before, after),
        *_match(before, after),
        *_platforms(before, after),
    ]


def held(session: Session) -> dict[str, Seat]:
    """Every seat that is not free, by its player."""
    return {seat.player: seat for seat in session.seats.values() if seat.player is not None}


def _players(before: Session, after: Session, by: str) -> Iterator[Happening]:
    had, has = held(before), held(after)
    for player in [*had, *(p for p in has if p not in had)]:
        old, new = had.get(player), has.get(player)
        seat = new or old
        assert seat is not None
        for code in _codes(old, new, by):
            yield Happening(code, player, seat.number or None)


def _codes(old: Seat | None, new: Seat | None, by: str) -> Iterator[str]:
    if old is None or new is None or old.status is not new.status:
        if new is None:
            assert old is not None
            yield _going(old, by)
            return
        if old is not None and (old.status, new.status) == ACCEPTING:
            yield "invite_accepted"
        yield COMING[new.status]
        return
    if old.team != new.team:
        yield "player_moved"
    if (old.custom_data, old.client) != (new.custom_data, new.client):
        yield "player_updated"


def _going(seat: Seat, by: str) -> str:
    own, time = by == seat.player, by == TIME
    if seat.status is SeatStatus.INVITED:
        return "invite_declined" if own else "invite_expired" if time else "invite_cancelled"
    return "player_left" if own or time or seat.unannounced else "player_kicked"


def _leader(before: Session, after: Session) -> Iterator[Happening]:
    if after.leader and after.leader != before.leader:
        found = after.held_by(after.leader)
        yield Happening("leader_changed", after.leader, found[1].number if found else None)


def _session(before: Session, after: Session) -> Iterator[Happening]:
    said = [(s.joinable, s.region, s.custom_data) for s in (before, after)]
    if said[0] != said[1]:
        yield Happening("session_updated")
    if before.ticket != after.ticket:
        yield Happening("queue_joined" if after.ticket else "queue_left")
    if before.listing != after.listing:
        if before.listing is None:
            yield Happening("browser_added")
        else:
            yield Happening("browser_removed" if after.listing is None else "browser_updated")


def _instance(before: Session, after: Session) -> Iterator[Happening]:
    old, new = before.instance, after.instance
    if old is not None and (new is None or new.id != old.id) and old.live:
        yield Happening("instance_ended")
    if new is None:
        return
    if old is None or old.id != new.id or old.status is not new.status:
        yield Happening(INSTANCE[new.status])
    elif old.health is not new.health:
        yield Happening("instance_health_changed")
    elif old != new:
        yield Happening("session_updated")


def _match(before: Session, after: Session) -> Iterator[Happening]:
    old, new = before.match, after.match
    if old is not None and (new is None or new.id != old.id):
        yield Happening("match_ended")
    if new is None or old == new:
        return
    if old is not None and old.id == new.id and (old.started or not new.started):
        yield Happening("match_updated")
    else:
        yield Happening("match_started" if new.started else "match_found")


def _platforms(before: Session, after: Session) -> Iterator[Happening]:
    old = {one.claim: one for one in before.platform_sessions}
    new = {one.claim: one for one in after.platform_sessions}
    for claim in [*old, *(c for c in new if c not in old)]:
        if claim not in new:
            yield Happening("platform_session_removed", platform=old[claim])
        elif claim not in old:
            yield Happening("platform_session_added", platform=new[claim])
