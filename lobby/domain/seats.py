"""A seat of a session, and who may sit in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.platforms import Client

SPAN = 1024
"""Session ids are multiples of this, so that a seat's id tells its session: session + 1 + n."""


class SeatStatus(StrEnum):
    FREE = "free"
    RESERVED = "reserved"  # held by or for its player
    INVITED = "invited"  # held for its player by the host, for a limited time
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Guest:
    """Who wants a seat. `attended`: they hold a socket now, so their going will be noticed.
    `notified`: every change of the session is written into their notifications."""

    uuid: str
    name: str | None = None
    number: int = 0
    attended: bool = False
    notified: bool = False
    client: Client | None = None
    custom_data: dict[str, str] | None = None


@dataclass
class Seat:
    """`until` is when a held seat falls free. `unannounced`: its player does not know of it yet,
    and must not hear of it. `inviter` is the account that invited. Times are Unix seconds."""

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

    @property
    def announced(self) -> bool:
        """Somebody holds it, and knows."""
        return self.player is not None and not self.unannounced

    def take(self, guest: Guest, status: SeatStatus, *, until: float | None = None) -> None:
        """What the seat was given before its player comes to it stays, unless they say else."""
        self.status, self.until, self.unannounced = status, until, False
        self.player, self.name, self.number = guest.uuid, guest.name, guest.number
        self.attended, self.notified = guest.attended, guest.notified
        self.client = guest.client or self.client
        if guest.custom_data is not None:
            self.custom_data = guest.custom_data

    def announce(self, *, until: float, now: float) -> None:
        """Its player is invited now."""
        self.status, self.unannounced = SeatStatus.INVITED, False
        self.until, self.invited = until, now

    def clear(self) -> None:
        vars(self).update(vars(Seat(self.team)))

    def hand_to(self, other: Seat) -> None:
        """Its player moves over to the other one, which is free."""
        vars(other).update(vars(self), team=other.team)
        self.clear()


def seat_id(session: int, seat: str) -> int:
    return session + 1 + int(seat)


def seat_of(id: int) -> tuple[int, str]:
    """The session and the seat that an id names, whether or not they exist."""
    return id - id % SPAN, str(id % SPAN - 1)
