"""Diff of a session before and after a change: the list of changes, with the contract's codes.

All notifications, event log lines and publications derive from it, so no verb can forget one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lobby.domain.reasons import Departure
from lobby.domain.sessions import listing
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import JoinStatus
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.seats import Seat, SeatStatus
from lobby.domain.sessions.session import Session

SYSTEM_SOURCE = "system"
"""The source of changes by timers and background work."""

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
class SessionChange:
    """One change. `code` is the contract's event code; `player` is the one it concerns, `why` they
    went, or why what ended did."""

    code: str
    player: str | None = None
    number: int | None = None
    platform: PlatformSession | None = None
    why: Departure | None = None


def between(before: Session, after: Session, *, by: str) -> list[SessionChange]:
    """The changes. `by`: uuid of the account that made them, or SYSTEM_SOURCE."""
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
    return {held.player: held.seat for held in session.seats.held()}


def _players(before: Session, after: Session, by: str) -> Iterator[SessionChange]:
    had, has = held(before), held(after)
    for player in [*had, *(p for p in has if p not in had)]:
        old, new = had.get(player), has.get(player)
        number = new.number if new else old.number if old else None
        for code in _codes(old, new, by):
            why = None if new else after.seats.gone.get(player)
            yield SessionChange(code, player, number or None, why=why)


def _codes(old: Seat | None, new: Seat | None, by: str) -> Iterator[str]:
    if old is None or new is None or old.status is not new.status:
        if new is None:
            if old is not None:
                yield _going(old, by)
            return
        if old is not None and (old.status, new.status) == ACCEPTING:
            yield "invite_accepted"
        yield COMING[new.status]
        return
    if old.team != new.team:
        yield "player_moved"
    if (old.custom_data, old.client, old.permits) != (new.custom_data, new.client, new.permits):
        yield "player_updated"


def _going(seat: Seat, by: str) -> str:
    own, time = by == seat.player, by == SYSTEM_SOURCE
    if seat.status is SeatStatus.INVITED:
        return "invite_declined" if own else "invite_expired" if time else "invite_cancelled"
    return "player_left" if own or time or seat.unannounced else "player_kicked"


def _leader(before: Session, after: Session) -> Iterator[SessionChange]:
    if after.leader and after.leader != before.leader:
        found = after.seats.held_by(after.leader)
        yield SessionChange("leader_changed", after.leader, found.seat.number if found else None)


def _settings(session: Session) -> tuple[object, ...]:
    teams = [len(team) for team in session.seats.teams]
    said = (*_entry(session), session.code, session.region, session.custom_data)
    return (*said, session.teams_locked, session.team_data, teams, session.password.number)


def _session(before: Session, after: Session) -> Iterator[SessionChange]:
    if _settings(before) != _settings(after):
        yield SessionChange("session_updated")
    if before.ticket != after.ticket:
        yield SessionChange("queue_joined" if after.ticket else "queue_left")
    if before.listing != after.listing:
        if before.listing is None:
            yield SessionChange("browser_added")
        else:
            yield SessionChange("browser_removed" if after.listing is None else "browser_updated")


def _entry(session: Session) -> tuple[Entry, bool, bool]:
    return listing.entry(session), listing.nonames(session), session.by_platform


def _instance(before: Session, after: Session) -> Iterator[SessionChange]:
    old, new = before.instance, after.instance
    if old is not None and (new is None or new.id != old.id) and old.live:
        yield SessionChange("instance_ended")
    if new is None:
        return
    if old is None or old.id != new.id or old.status is not new.status:
        yield SessionChange(INSTANCE[new.status])
    elif old.health is not new.health:
        yield SessionChange("instance_health_changed")
    elif old != new:
        yield SessionChange("session_updated")


def _match(before: Session, after: Session) -> Iterator[SessionChange]:
    old, new = before.match, after.match
    if old is not None and (new is None or new.id != old.id):
        yield SessionChange("match_ended")
    if new is None or old == new:
        return
    if old is not None and old.id == new.id and (old.started or not new.started):
        yield SessionChange("match_updated")
    else:
        yield SessionChange("match_started" if new.started else "match_found")


def _platforms(before: Session, after: Session) -> Iterator[SessionChange]:
    old = {one.claim: one for one in before.platform_sessions}
    new = {one.claim: one for one in after.platform_sessions}
    for claim in [*old, *(c for c in new if c not in old)]:
        if claim not in new:
            yield SessionChange("platform_session_removed", platform=old[claim])
        elif claim not in old:
            yield SessionChange("platform_session_added", platform=new[claim])
