"""Player need: how many more players the game server of a running match asks for, by team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lobby.domain.sessions.seats import Seats


@dataclass
class PlayerNeed:
    """`required`: players by team who are not there yet, those on their way included; None: the
    host has named none. `coming`: the teams of players who were invited for it and have not taken
    their seats. `told`: who was invited since the host asked last. `free_seats`: while it has named
    none, each free seat is needed. `search`, `extensions`: what the host says besides, as it is.
    """

    required: dict[int, int] | None = None
    coming: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    free_seats: bool = False
    search: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)

    def ask(self, required: Mapping[int, int], *, search: dict[str, Any]) -> None:
        """Replace the need; empty: none."""
        self.required = {**required} or None
        self.search = search

    def acknowledge(self, *, free_seats: bool, extensions: dict[str, str] | None) -> list[str]:
        """The host is still there. Returns who was invited since the last time."""
        told, self.told = self.told, []
        self.free_seats = free_seats
        if extensions is not None:
            self.extensions = extensions
        return told

    def open(self, seats: Seats, team: int) -> int:
        """Players who may be invited to the team now: no more than are needed, nor than fit."""
        free = len(seats.free(team))
        if self.required is None:
            return free if self.free_seats else 0
        on_their_way = sum(where == team for where in self.coming.values())
        return max(0, min(free, self.required.get(team, 0) - on_their_way))

    def invite(self, player: str, team: int) -> None:
        """The player was invited for it."""
        self.coming[player] = team
        self.told.append(player)

    def settle(self, seats: Seats) -> None:
        """Who has come is needed no more; who comes no more is needed again."""
        for player, team in list(self.coming.items()):
            if seats.sits(player) and self.required and self.required.get(team):
                self.required[team] -= 1
            if seats.sits(player) or not seats.held_by(player):
                del self.coming[player]
