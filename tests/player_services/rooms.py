"""A lobby without a door whose game has listed, unlisted and platform sessions, and sessions in it
that were made by nobody's verb.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lobby.domain.instances import HostType, Instance, JoinStatus
from lobby.domain.permissions import Actor, Kind, Permit, Role
from lobby.domain.platforms import Client
from lobby.domain.seats import SPAN, Guest
from lobby.domain.sessions import Session
from tests.actions.houses import House, house

GAME = """
[[regions]]
region_id = "eu"
[[regions]]
region_id = "us"
[[templates]]
session_type = "party"
players_per_team = 4
platform_templates.Steam = { platform_session_type = "lobby", custom_data = { tag = "party" } }
platform_templates.PSN = { platform_session_type = "player session" }
[[templates]]
session_type = "game"
can_be_created_by_players_directly = true
can_be_added_to_server_browser = true
num_teams = 2
players_per_team = 2
[[templates]]
session_type = "plaza"
auto_add_to_browser = true
"""
LEADER, OTHER = Guest("a" * 32, "Ann", 1), Guest("b" * 32, "Bob", 2)
SERVER = Permit(Actor("d" * 32, Kind.PLAYER), outright=True)
"""Stands above every session."""


def acting(guest: Guest, role: Role = Role.ADMIN) -> Permit:
    return Permit(Actor(guest.uuid, Kind.PLAYER, guest.name, guest.number), role=role)


LEADING, FOLLOWING = acting(LEADER), acting(OTHER)


@dataclass
class Room:
    """A house, and what is easily said of its sessions."""

    house: House
    numbers: Any

    @property
    def lobby(self) -> Any:
        return self.house.lobby

    async def session(self, template: str = "game", *guests: Guest, **fields: Any) -> Session:
        """Led by the first of the guests, or by LEADER."""
        number = next(self.numbers)
        leader, *others = guests or (LEADER,)
        shape = self.lobby.catalogue.by_session_type[template].shape()
        made = Session.launch(number * SPAN, shape, leader, now=self.lobby.clock())
        for other in others:
            made.seat(other, now=self.lobby.clock(), let_in=True)
        vars(made).update({"sequence": number, **fields})
        added: Session = await self.lobby.sessions.add(made)
        return added

    async def now(self, session: Session) -> Session:
        return await self.house.now(session)

    async def log(self, session: Session) -> list[str]:
        """The codes of what was written down."""
        page = await self.lobby.store.read(f"events:{session.id}", limit=500)
        return [json.loads(entry.body)["code"] for entry in page.entries]


def playing(status: JoinStatus = JoinStatus.JOINABLE, id: str = "played-there") -> Instance:
    return Instance(id, HostType.DEDICATED, status, created=0.0)


def on(platform: str, guest: Guest) -> Guest:
    """The guest, playing there."""
    client = Client("1.0.0", platform, "gamepad")
    return Guest(guest.uuid, guest.name, guest.number, notified=True, client=client)


@asynccontextmanager
async def room(tmp_path: Path, game: str = GAME) -> AsyncIterator[Room]:
    file = tmp_path / "game.toml"
    file.write_text(game)
    async with house(catalogue=str(file)) as home:
        yield Room(home, count(1))
