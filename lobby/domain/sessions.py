"""A session: who sits where, and who may change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from lobby.domain.errors import (
    AlreadySeated,
    Forbidden,
    NotSeated,
    NotYours,
    SeatNotFound,
    SeatTaken,
    SessionFull,
    SessionNotJoinable,
    WrongKey,
)
from lobby.domain.instances import Instance
from lobby.domain.matches import Match
from lobby.domain.permissions import Permit, Role
from lobby.domain.platform_sessions import PlatformSession
from lobby.domain.seats import Guest, Seat, SeatStatus
from lobby.domain.session_errors import HostStays, InQueue, TeamFull
from lobby.domain.templates import HOSTED, Template


@dataclass
class Session:
    """`seats` is a map, so that a change of one seat is a small patch. Times are Unix seconds.

    `sequence` counts sessions as they are made. `listing` is what is said of it where everybody
    looks, None where it is not shown. `leader` is None while nobody leads. `ticket` is with what it
    waits for a match, `matched` the match that has taken it.
    """

    id: int
    template: str
    leader: str | None
    leader_name: str | None
    created: float
    key_hash: str
    seats: dict[str, Seat]
    sequence: int = 0
    name: str | None = None
    joinable: bool = True
    location: str | None = None
    region: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    custom_data: dict[str, str] = field(default_factory=dict)
    listing: dict[str, str] | None = None
    instance: Instance | None = None
    match: Match | None = None
    ticket: str | None = None
    matched: str | None = None
    platform_sessions: list[PlatformSession] = field(default_factory=list)
    created_by_matchmaking: bool = False
    version: int = 0

    @classmethod
    def launch(
        cls, id: int, template: Template, leader: Guest | None, *, now: float, key_hash: str = ""
    ) -> Session:
        """The leader in the first seat; without one, empty and led by whoever comes first."""
        session = cls(
            id=id,
            template=template.name,
            leader=None,
            leader_name=None,
            created=now,
            key_hash=key_hash,
            seats=template.seats(),
        )
        if leader is not None:
            session.seat(leader, now=now)
        return session

    @property
    def hosted(self) -> bool:
        """Whether it is its host's, rather than of those who are in it."""
        return self.template == HOSTED

    @property
    def teams(self) -> list[list[Seat]]:
        """Every team's seats, by the team's number."""
        found: dict[int, list[Seat]] = {}
        for seat in self.seats.values():
            found.setdefault(seat.team, []).append(seat)
        return [found[team] for team in sorted(found)]

    @property
    def full(self) -> bool:
        return all(seat.status is not SeatStatus.FREE for seat in self.seats.values())

    def held_by(self, player: str) -> tuple[str, Seat] | None:
        """The seat that this player takes, reserves or is invited to."""
        return next(((n, s) for n, s in self.seats.items() if s.player == player), None)

    def sits(self, player: str) -> bool:
        return self._is(player, SeatStatus.TAKEN)

    def invited(self, player: str) -> bool:
        return self._is(player, SeatStatus.INVITED)

    def _is(self, player: str, status: SeatStatus) -> bool:
        held = self.held_by(player)
        return held is not None and held[1].status is status

    def insiders(self) -> list[str]:
        """Who sees the whole session: who sits in it, leads it or serves it."""
        serving = self.instance.host if self.instance else None
        seated = {seat.player for seat in self.occupants()}
        return sorted(player for player in {self.leader, serving, *seated} if player)

    def holders(self) -> list[str]:
        """Whose session it is: the leader's, and of all who know that they have a seat."""
        seated = {seat.player for seat in self.seats.values() if seat.announced}
        return sorted(player for player in {self.leader, *seated} if player)

    def occupants(self) -> Iterator[Seat]:
        return (seat for seat in self.seats.values() if seat.status is SeatStatus.TAKEN)

    def seat(
        self, guest: Guest, *, now: float, team: int | None = None, let_in: bool = False
    ) -> None:
        """Take the seat held for the guest, or one of the team, or the first that is free.
        `let_in`: even where the session is not joinable. Whoever comes first leads."""
        held = self.held_by(guest.uuid)
        if held and held[1].status is SeatStatus.TAKEN:
            raise AlreadySeated
        if held is None and not (self.joinable or let_in):
            raise SessionNotJoinable
        self.require_fits(guest)
        seat = held[1] if held else self._any(team)
        seat.take(guest, SeatStatus.TAKEN)
        seat.joined = now
        if self.leader is None:
            self._lead(seat)

    def require_fits(self, guest: Guest) -> None:
        """Raise where the guest's game does not go together with the others', or the instance's."""
        if guest.client is None:
            return
        if self.instance is not None:
            guest.client.require_version(self.instance.version)
        others = (seat.client for seat in self.occupants() if seat.player != guest.uuid)
        guest.client.require_fits(client for client in others if client is not None)

    def invite(
        self,
        guest: Guest,
        *,
        until: float,
        now: float = 0.0,
        inviter: str | None = None,
        team: int | None = None,
    ) -> None:
        """Hold a seat for the guest; inviting again prolongs it."""
        self._hold(guest, SeatStatus.INVITED, until=until, team=team)
        _, seat = self._seat_of(guest.uuid)
        seat.inviter, seat.invited = inviter, seat.invited or now

    def set_aside(self, guest: Guest, *, team: int | None = None) -> None:
        """Hold a seat for the guest, who is not to know of it yet."""
        held = self.held_by(guest.uuid)
        if held and held[1].announced:
            raise AlreadySeated
        self._hold(guest, SeatStatus.RESERVED, until=None, team=team)
        self._seat_of(guest.uuid)[1].unannounced = True

    def _hold(
        self, guest: Guest, status: SeatStatus, *, until: float | None, team: int | None
    ) -> None:
        held = self.held_by(guest.uuid)
        if held and held[1].status is SeatStatus.TAKEN:
            raise AlreadySeated
        seat = held[1] if held else self._any(team)
        seat.take(guest, status, until=until)

    def announce(self, *, until: float, now: float) -> None:
        """Those whose seats were set aside are invited now."""
        for seat in self.seats.values():
            if seat.unannounced:
                seat.announce(until=until, now=now)

    def reserve(self, seat: str, guest: Guest, *, until: float) -> None:
        """Hold this very seat; holding it already prolongs it."""
        wanted = self.find(seat)
        if wanted.player == guest.uuid and wanted.status is SeatStatus.RESERVED:
            wanted.until = until
        elif wanted.status is not SeatStatus.FREE or self.held_by(guest.uuid):
            raise SeatTaken
        elif not self.joinable:
            raise SessionNotJoinable
        else:
            wanted.take(guest, SeatStatus.RESERVED, until=until)

    def release(self, seat: str, player: str) -> None:
        held = self.find(seat)
        if held.player != player:
            raise NotYours
        self.unseat(player)

    def unseat(self, player: str) -> None:
        """When the leader goes, whoever came first of the others leads. What they hosted ends."""
        _, seat = self._seat_of(player)
        seat.clear()
        if player == self.leader:
            self._lead(min(self.occupants(), key=lambda s: (s.joined or 0, s.player), default=None))
        if self.instance is not None and self.instance.hosted_by_player(player):
            self.end_instance()

    def promote(self, player: str) -> None:
        if not self.sits(player):
            raise NotSeated
        if self.hosted and player != self.leader:
            raise HostStays
        self._lead(self._seat_of(player)[1])

    def move(self, player: str, team: int) -> None:
        _, seat = self._seat_of(player)
        if seat.team == team:
            return
        other = self._free(team)
        if other is None:
            raise TeamFull
        seat.hand_to(other)

    def rename(self, player: str, name: str | None) -> None:
        """The player goes by another name now, wherever theirs stands."""
        if player == self.leader:
            self.leader_name = name
        if held := self.held_by(player):
            held[1].name = name

    def late(self, now: float) -> list[str]:
        """Whose held seats have run out of time."""
        late = (seat for seat in self.seats.values() if seat.until and seat.until <= now)
        return [seat.player for seat in late if seat.player]

    def lapse(self, now: float) -> bool:
        """Free the seats whose time is up; True when there were any."""
        late = self.late(now)
        for player in late:
            self.unseat(player)
        return bool(late)

    def end_instance(self) -> None:
        """Nothing is played here any more."""
        self.instance = self.match = None

    def move_to(self, region: str) -> None:
        if self.ticket is not None:
            raise InQueue
        self.region = region

    def find(self, seat: str) -> Seat:
        if seat not in self.seats:
            raise SeatNotFound
        return self.seats[seat]

    def require(self, permit: Permit) -> None:
        """Raise Forbidden unless the permit is outright or its role is held here."""
        if not permit.outright and permit.role not in self.roles_of(permit.actor.uuid):
            raise Forbidden

    def require_key(self, key_hash: str) -> None:
        if not self.key_hash or not compare_digest(self.key_hash, key_hash):
            raise WrongKey

    def roles_of(self, player: str) -> set[Role]:
        if self.instance is not None and player and self.instance.host == player:
            return {Role.ACTIVE, Role.HOST, Role.ADMIN}
        if player and player == self.leader:
            return {Role.ACTIVE, Role.ADMIN}
        return {Role.ACTIVE} if self.sits(player) else set()

    def _lead(self, seat: Seat | None) -> None:
        self.leader, self.leader_name = (seat.player, seat.name) if seat else (None, None)

    def _seat_of(self, player: str) -> tuple[str, Seat]:
        held = self.held_by(player)
        if held is None:
            raise NotSeated
        return held

    def _free(self, team: int | None = None) -> Seat | None:
        free = (seat for seat in self.seats.values() if seat.status is SeatStatus.FREE)
        return next((seat for seat in free if team in (None, seat.team)), None)

    def _any(self, team: int | None) -> Seat:
        """One of the team or, where that is full, of any."""
        seat = self._free(team) or self._free()
        if seat is None:
            raise SessionFull
        return seat
