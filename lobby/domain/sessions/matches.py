"""Match: the game that is played in a session now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.sessions.errors import MatchExists, MatchMismatch
from lobby.domain.sessions.player_need import PlayerNeed
from lobby.domain.sessions.seats import Seats


class BackfillMode(StrEnum):
    """Who asks for players where a match that matchmaking made lacks some."""

    NONE = "none"  # nobody
    OPEN = "open"  # each free seat, while its instance is well
    SERVER = "server"  # its game server, for as many as it needs


@dataclass(frozen=True)
class PartyWait:
    """The players of a ticket, and its age in seconds when the match was found."""

    players: list[str]
    seconds: float


LEAST_KEPT = 64
"""So many tickets and ratings a match keeps at least, whoever has left."""


@dataclass
class Match:
    """`started` is False for a match made by matchmaking until its host begins it. `profile`: the
    matchmaking profile; `ratings`: of its players at that time; `waits`: how long its parties had
    waited. `need`: with BackfillMode.SERVER, until its host ends it; not compared, as nobody else
    is told of it."""

    id: str
    created: float
    custom_data: dict[str, str] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)
    started: bool = True
    profile: str | None = None
    ratings: dict[str, float] = field(default_factory=dict)
    waits: list[PartyWait] = field(default_factory=list)
    backfill: BackfillMode = BackfillMode.OPEN
    need: PlayerNeed | None = field(default=None, compare=False)

    def begin(self, id: str, *, custom_data: dict[str, str] | None = None) -> None:
        """Start it. Raises MatchExists if it was started, MatchMismatch for another id."""
        if self.started:
            raise MatchExists
        self.update(id, custom_data=custom_data)
        self.started = True

    def update(self, id: str, *, custom_data: dict[str, str] | None = None) -> None:
        """None leaves a value as it is. Ids are case-insensitive; an empty one means this match."""
        if id and id.lower() != self.id.lower():
            raise MatchMismatch
        if custom_data is not None:
            self.custom_data = custom_data

    def fill(
        self, tickets: list[str], ratings: dict[str, float], waits: list[PartyWait], seats: Seats
    ) -> None:
        """Parties come into a match that runs, which may last for days. Of parties without a seat
        the oldest are forgotten, so that the document does not grow."""
        most = max(LEAST_KEPT, 2 * len(seats))
        held = {seat.player for _, seat in seats.items() if seat.player}
        coming = {player for one in waits for player in one.players}
        rated = list((self.ratings | ratings).items())
        late = dict(rated[-most:])
        self.tickets = [*self.tickets, *tickets][-most:]
        self.ratings = {player: value for player, value in rated if player in held | late.keys()}
        self.waits = [
            one for one in self.waits if held & {*one.players} and not coming & {*one.players}
        ] + waits
