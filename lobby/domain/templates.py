"""What a kind of session looks like when it starts."""

from __future__ import annotations

from dataclasses import dataclass

from lobby.domain.seats import Seat

HOSTED = "hosted"
"""What a host launches. It is its host's, and ends when they leave."""


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    teams: int
    seats_per_team: int

    def seats(self) -> dict[str, Seat]:
        return {
            str(n): Seat(team=n // self.seats_per_team)
            for n in range(self.teams * self.seats_per_team)
        }
