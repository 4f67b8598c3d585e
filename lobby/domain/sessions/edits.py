"""Partial updates of a session and of a member; None leaves a value as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.entry import Entry, Joinability
from lobby.domain.sessions.passwords import NewPassword
from lobby.domain.sessions.powers import Power

POWERS = {
    "entry": Power.ENTRY,
    "joinability": Power.ENTRY,
    "password": Power.ENTRY,
    "teams_locked": Power.TEAMS,
}
"""What the change of a field takes; of the others: UPDATE."""


@dataclass(frozen=True, slots=True)
class MemberEdit:
    """Changes of a member. `lead`: make them the leader; `team` is ignored then."""

    team: int | None = None
    custom_data: dict[str, str] | None = None
    client: Client | None = None
    lead: bool = False

    def powers(self, *, team: int | None, leads: bool) -> list[Power]:
        """What it takes to change another so, who is on this `team` and `leads` or not."""
        asked = {
            Power.PROMOTE: self.lead and not leads,
            Power.MOVE: not self.lead and self.team not in (None, team) and team is not None,
            Power.UPDATE: self.custom_data is not None or self.client is not None,
        }
        return [power for power, wanted in asked.items() if wanted] or [Power.UPDATE]


@dataclass(frozen=True, slots=True)
class SessionEdit:
    """Changes of a session; attributes and custom data are replaced as a whole."""

    name: str | None = None
    entry: Entry | None = None
    joinability: Joinability | None = None
    location: str | None = None
    region: str | None = None
    attributes: dict[str, Any] | None = None
    custom_data: dict[str, str] | None = None
    teams_locked: bool | None = None
    password: NewPassword | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that are to change, with their new values."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in said.items() if value is not None}

    def powers(self) -> set[Power]:
        """What it takes to make these changes."""
        return {POWERS.get(name, Power.UPDATE) for name in self.changes()} or {Power.UPDATE}


@dataclass(frozen=True, slots=True)
class TeamEdit:
    """Changes of a team. `size`: in seats."""

    size: int | None = None
    custom_data: dict[str, str] | None = None
