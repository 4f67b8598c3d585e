"""Session template: name, teams and seats of new sessions."""

from __future__ import annotations

from dataclasses import dataclass

from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import Seat, Seats

HOSTED = "hosted"
"""The template of sessions that hosts launch: each belongs to its host and ends when they leave."""


@dataclass(frozen=True, slots=True)
class Template:
    """`leader_may`: what the leader of its sessions may do; None: everything."""

    name: str
    teams: int
    seats_per_team: int
    leader_may: tuple[Power, ...] | None = None

    def seats(self) -> Seats:
        """New free seats, named `0`, `1` ... team by team."""
        numbers = range(self.teams * self.seats_per_team)
        return Seats({str(n): Seat(team=n // self.seats_per_team) for n in numbers})
