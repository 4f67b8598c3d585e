"""A session: who sits where, and who may change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
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
from lobby.domain.permissions import Permit, Role

SPAN = 1024
"""Session ids are multiples of this, so that a seat's id tells its session: session + 1 + n."""


class SeatStatus(StrEnum):
    FREE = "free"
    RESERVED = "reserved"  # held by its player, for a limited time
    INVITED = "invited"  # held for its player by the host, for a limited time
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Guest:
    """Who wants a seat. `attended`: they hold a socket now, so their going will be noticed."""

    uuid: str
    name: str | None = None
    number: int = 0
    attended: bool = False


@dataclass
class Seat:
    team: int
    status: SeatStatus = SeatStatus.FREE
    player: str | None = None
    name: str | None = None
    number: int = 0
    until: float | None = None
    attended: bool = False

    def take(self, guest: Guest, status: SeatStatus, *, until: float | None = None) -> None:
        self.status, self.until = status, until
        self.player, self.name, self.number = guest.uuid, guest.name, guest.number
        self.attended = guest.attended

    def clear(self) -> None:
        self.take(Guest(""), SeatStatus.FREE)
        self.player = None


@dataclass(frozen=True, slots=True)
class Template:
    """What a kind of session looks like when it starts."""

    name: str
    teams: int
    seats_per_team: int

    def seats(self) -> dict[str, Seat]:
        return {
            str(n): Seat(team=n // self.seats_per_team)
            for n in range(self.teams * self.seats_per_team)
        }


@dataclass
class Session:
    """`seats` is a map, so that a change of one seat is a small patch. Times are Unix seconds."""

    id: int
    template: str
    leader: str
    leader_name: str | None
    created: float
    key_hash: str
    seats: dict[str, Seat]
    name: str | None = None
    joinable: bool = True
    location: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    @classmethod
    def launch(
        cls, id: int, template: Template, leader: Guest, *, now: float, key_hash: str
    ) -> Session:
        session = cls(
            id=id,
            template=template.name,
            leader=leader.uuid,
            leader_name=leader.name,
            created=now,
            key_hash=key_hash,
            seats=template.seats(),
        )
        session.seats["0"].take(leader, SeatStatus.TAKEN)
        return session

    def held_by(self, player: str) -> tuple[str, Seat] | None:
        """The seat that this player takes, reserves or is invited to."""
        return next(((n, s) for n, s in self.seats.items() if s.player == player), None)

    def sits(self, player: str) -> bool:
        held = self.held_by(player)
        return held is not None and held[1].status is SeatStatus.TAKEN

    def invited(self, player: str) -> bool:
        held = self.held_by(player)
        return held is not None and held[1].status is SeatStatus.INVITED

    def insiders(self) -> list[str]:
        """Who sees the whole session."""
        return sorted({self.leader, *(s.player for s in self.seats.values() if s.player)})

    def occupants(self) -> Iterator[Seat]:
        return (seat for seat in self.seats.values() if seat.status is SeatStatus.TAKEN)

    def seat(self, guest: Guest) -> None:
        """Take the seat held for the guest, or the first free one."""
        held = self.held_by(guest.uuid)
        if held and held[1].status is SeatStatus.TAKEN:
            raise AlreadySeated
        if held is None and not self.joinable:
            raise SessionNotJoinable
        seat = held[1] if held else self._first_free()
        seat.take(guest, SeatStatus.TAKEN)

    def invite(self, guest: Guest, *, until: float) -> None:
        """Hold a seat for the guest; inviting again prolongs it."""
        held = self.held_by(guest.uuid)
        if held and held[1].status is SeatStatus.TAKEN:
            raise AlreadySeated
        seat = held[1] if held else self._first_free()
        seat.take(guest, SeatStatus.INVITED, until=until)

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
        held.clear()

    def unseat(self, player: str) -> None:
        held = self.held_by(player)
        if held is None:
            raise NotSeated
        held[1].clear()

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

    def find(self, seat: str) -> Seat:
        if seat not in self.seats:
            raise SeatNotFound
        return self.seats[seat]

    def require(self, permit: Permit) -> None:
        """Raise Forbidden unless the permit is outright or its role is held here."""
        if not permit.outright and permit.role not in self.roles_of(permit.actor.uuid):
            raise Forbidden

    def require_key(self, key_hash: str) -> None:
        if not compare_digest(self.key_hash, key_hash):
            raise WrongKey

    def roles_of(self, player: str) -> set[Role]:
        if player == self.leader:
            return {Role.ACTIVE, Role.HOST, Role.ADMIN}
        return {Role.ACTIVE} if self.sits(player) else set()

    def _first_free(self) -> Seat:
        for seat in self.seats.values():
            if seat.status is SeatStatus.FREE:
                return seat
        raise SessionFull


def seat_id(session: int, seat: str) -> int:
    return session + 1 + int(seat)


def seat_of(id: int) -> tuple[int, str]:
    """The session and the seat that an id names, whether or not they exist."""
    return id - id % SPAN, str(id % SPAN - 1)
