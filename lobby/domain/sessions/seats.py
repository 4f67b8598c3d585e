"""Seats of a session: free, reserved, invited or taken, and in which team."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from lobby.domain.errors import (
    AlreadySeated,
    NotSeated,
    NotYours,
    SeatNotFound,
    SeatTaken,
    SessionFull,
)
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.errors import TeamFull
from lobby.domain.sessions.powers import Power

Schema = TypeVar("Schema")

SPAN = 1024
"""Session ids are multiples of this; the id of seat n is session + 1 + n."""
MOST_SEATS = SPAN - 1
"""Seats of a session: each has an id of its own between two ids of sessions."""


class SeatStatus(StrEnum):
    FREE = "free"
    RESERVED = "reserved"  # held by its player, or set aside for them
    INVITED = "invited"  # held for the invited player, for a limited time
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Guest:
    """A player who is to get a seat. `attended`: has an open socket, so presence notices when they
    leave. `notified`: each change of the session becomes an entry in their notification stream.
    `place`, `opening`: as of a seat."""

    uuid: str
    name: str | None = None
    number: int = 0
    attended: bool = False
    notified: bool = False
    client: Client | None = None
    custom_data: dict[str, str] | None = None
    place: int | None = None
    opening: int | None = None


@dataclass
class Seat:
    """`until`: when a reserved or invited seat expires. `unannounced`: held for a player who is not
    notified of it yet. `inviter`: the account that invited. `place`: which of the player's places
    it takes (quota); None: it is not counted. `opening`: the same of sessions that they opened.
    `permits`: what its player was given to do to others. Times are Unix seconds."""

    team: int
    status: SeatStatus = SeatStatus.FREE
    player: str | None = None
    name: str | None = None
    number: int = 0
    until: float | None = None
    attended: bool = False
    notified: bool = False
    unannounced: bool = False
    inviter: str | None = None
    invited: float | None = None
    joined: float | None = None
    client: Client | None = None
    custom_data: dict[str, str] = field(default_factory=dict)
    place: int | None = None
    opening: int | None = None
    permits: list[Power] = field(default_factory=list)

    @property
    def announced(self) -> bool:
        """Whether a player holds it and was notified."""
        return self.player is not None and not self.unannounced

    def over(self, now: float) -> bool:
        """Whether it is held, and its time is up."""
        return self.until is not None and self.until <= now

    def take(self, guest: Guest, status: SeatStatus, *, until: float | None = None) -> None:
        """Give it to the guest. Client and custom data that were set before stay unless the guest
        brings their own."""
        self.status, self.until, self.unannounced = status, until, False
        self.player, self.name, self.number = guest.uuid, guest.name, guest.number
        self.attended, self.notified = guest.attended, guest.notified
        self.client = guest.client or self.client
        if self.place is None:
            self.place, self.opening = guest.place, guest.opening
        if guest.custom_data is not None:
            self.custom_data = guest.custom_data

    def announce(self, *, until: float, now: float) -> None:
        """Turn a seat that was set aside into an invitation."""
        self.status, self.unannounced = SeatStatus.INVITED, False
        self.until, self.invited = until, now

    def clear(self) -> None:
        """Free it."""
        vars(self).update(vars(Seat(self.team)))

    def move_to(self, other: Seat) -> None:
        """Move its player to the other seat, which is free."""
        vars(other).update(vars(self), team=other.team)
        self.clear()


class HeldSeat(NamedTuple):
    """A seat that is not free, with its name and its player."""

    name: str
    seat: Seat
    player: str


class Seats(dict[str, Seat]):
    """All seats of a session by name. A player holds one at most. `gone`: who lost theirs since it
    was read, and why; not stored."""

    def __init__(self, seats: Mapping[str, Seat] = MappingProxyType({})) -> None:
        super().__init__(seats)
        self.gone: dict[str, Departure] = {}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: Callable[[object], Schema]
    ) -> Schema:
        """For pydantic: stored as a plain map."""
        return handler(dict[str, Seat])

    @property
    def teams(self) -> list[list[Seat]]:
        """Every team's seats, by the team's number."""
        teams = sorted({seat.team for seat in self.values()})
        return [[seat for seat in self.values() if seat.team == team] for team in teams]

    @property
    def full(self) -> bool:
        return not self.free()

    def held(self) -> Iterator[HeldSeat]:
        """Every seat that is not free."""
        return (HeldSeat(n, s, s.player) for n, s in self.items() if s.player is not None)

    def occupants(self) -> Iterator[HeldSeat]:
        """The members' seats."""
        return (held for held in self.held() if held.seat.status is SeatStatus.TAKEN)

    def announced(self) -> Iterator[HeldSeat]:
        """Held seats whose players were notified."""
        return (held for held in self.held() if held.seat.announced)

    def places(self) -> list[str]:
        """Which of their places the players' seats take."""
        return [f"{h.player}:{h.seat.place}" for h in self.held() if h.seat.place is not None]

    def openings(self) -> list[str]:
        """The same of those for sessions that they opened."""
        return [f"{h.player}:{h.seat.opening}" for h in self.held() if h.seat.opening is not None]

    def held_by(self, player: str | None) -> HeldSeat | None:
        """The seat of this player, whatever its status."""
        return next((held for held in self.held() if held.player == player), None)

    def of(self, player: str) -> HeldSeat:
        """The seat of this player. Raises NotSeated."""
        if (held := self.held_by(player)) is None:
            raise NotSeated
        return held

    def find(self, name: str) -> Seat:
        """Raises SeatNotFound."""
        if name not in self:
            raise SeatNotFound
        return self[name]

    def sits(self, player: str) -> bool:
        """Whether the player is a member."""
        return self._is(player, SeatStatus.TAKEN)

    def invited(self, player: str) -> bool:
        return self._is(player, SeatStatus.INVITED)

    def _is(self, player: str, status: SeatStatus) -> bool:
        held = self.held_by(player)
        return held is not None and held.seat.status is status

    def free(self, team: int | None = None) -> list[Seat]:
        """Free seats of the team; None: of all teams."""
        return [s for s in self.values() if s.status is SeatStatus.FREE and team in (None, s.team)]

    def take(self, guest: Guest, *, now: float, team: int | None = None) -> HeldSeat:
        """Take the seat held for the guest, else a free one of the team, else any free one. Raises
        AlreadySeated, SessionFull."""
        held = self._hold(guest, SeatStatus.TAKEN, until=None, team=team)
        held.seat.joined = now
        return held

    def invite(
        self,
        guest: Guest,
        *,
        until: float,
        now: float = 0.0,
        inviter: str | None = None,
        team: int | None = None,
    ) -> None:
        """Hold a seat for the guest until then; a second invitation extends it."""
        seat = self._hold(guest, SeatStatus.INVITED, until=until, team=team).seat
        seat.inviter, seat.invited = inviter, seat.invited or now

    def set_aside(self, guest: Guest, *, team: int | None = None) -> None:
        """Hold a seat for the guest without notifying them yet."""
        held = self.held_by(guest.uuid)
        if held and held.seat.announced:
            raise AlreadySeated
        self._hold(guest, SeatStatus.RESERVED, until=None, team=team).seat.unannounced = True

    def _hold(
        self, guest: Guest, status: SeatStatus, *, until: float | None, team: int | None
    ) -> HeldSeat:
        """The seat they hold; else a free one of the team; else any free one."""
        held = self.held_by(guest.uuid)
        if held and held.seat.status is SeatStatus.TAKEN:
            raise AlreadySeated
        seat = held.seat if held else next(iter(self.free(team) or self.free()), None)
        if seat is None:
            raise SessionFull
        seat.take(guest, status, until=until)
        return self.of(guest.uuid)

    def announce(self, *, until: float, now: float) -> None:
        """Invite the players of all seats that were set aside."""
        for seat in self.values():
            if seat.unannounced:
                seat.announce(until=until, now=now)

    def reserve(self, name: str, guest: Guest, *, until: float) -> None:
        """Reserve this seat; a second reservation extends it. Raises SeatTaken."""
        seat = self.find(name)
        if seat.player == guest.uuid and seat.status is SeatStatus.RESERVED:
            seat.until = until
        elif seat.status is not SeatStatus.FREE or self.held_by(guest.uuid):
            raise SeatTaken
        else:
            seat.take(guest, SeatStatus.RESERVED, until=until)

    def require_fits(self, guest: Guest) -> None:
        """Raise unless the guest's client is compatible with all members' clients."""
        if guest.client is not None:
            others = (h.seat.client for h in self.occupants() if h.player != guest.uuid)
            guest.client.require_fits(client for client in others if client is not None)

    def version(self) -> str | None:
        """Of the game of whoever holds a seat, where it is known; they all have the same major."""
        return next((h.seat.client.version for h in self.held() if h.seat.client), None)

    def require_own(self, name: str, player: str) -> None:
        """Raise NotYours unless it is the player's seat."""
        if self.find(name).player != player:
            raise NotYours

    def release(self, player: str, reason: Reason, said: str = "") -> None:
        self.of(player).seat.clear()
        self.gone[player] = Departure(reason, said)

    def absence(self, player: str) -> Reason:
        """Why somebody loses the seat who is no longer there."""
        return Reason.DROPPED if self.of(player).seat.attended else Reason.UNATTENDED

    def move(self, player: str, team: int) -> None:
        """To a free seat of the team. Raises TeamFull."""
        seat = self.of(player).seat
        if seat.team == team:
            return
        if (other := next(iter(self.free(team)), None)) is None:
            raise TeamFull
        seat.move_to(other)

    def expired(self, now: float) -> list[str]:
        """Players whose reserved or invited seats have expired."""
        return [held.player for held in self.held() if held.seat.over(now)]


def seat_id(session: int, seat: str) -> int:
    return session + 1 + int(seat)


def seat_of(id: int) -> tuple[int, str]:
    """Session id and seat name that a seat id encodes, whether or not they exist."""
    return id - id % SPAN, str(id % SPAN - 1)
