"""A local lobby with sessions that a test writes directly into the store, in any state."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lobby.domain.permissions import Actor, Kind, Permit, Role
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from tests.support.game import entry, regions, session_type, written
from tests.support.lobby import LocalLobby, local_lobby

GAME = (
    regions("eu", "us")
    + entry(
        "templates",
        session_type="party",
        players_per_team=4,
        platform_templates={
            "Steam": {"platform_session_type": "lobby", "custom_data": {"tag": "party"}},
            "PSN": {"platform_session_type": "player session"},
        },
    )
    + session_type("game", can_be_added_to_server_browser=True)
    + entry("templates", session_type="plaza", auto_add_to_browser=True)
)
LEADER, OTHER = Guest("a" * 32, "Ann", 1), Guest("b" * 32, "Bob", 2)
SERVER = Permit(Actor("d" * 32, Kind.PLAYER), outright=True)
"""A permit for any session."""


def permit_of(guest: Guest, role: Role = Role.ADMIN) -> Permit:
    return Permit(Actor(guest.uuid, Kind.PLAYER, guest.name, guest.number), role=role)


LEADING, FOLLOWING = permit_of(LEADER), permit_of(OTHER)


@dataclass
class StoredSessionsWorld:
    """Sessions stored directly: no event was published, nobody notified."""

    local: LocalLobby
    numbers: Any

    @property
    def lobby(self) -> Any:
        return self.local.lobby

    async def session(self, template: str = "game", *guests: Guest, **fields: Any) -> Session:
        """A stored session, led by the first guest, or by LEADER."""
        number = next(self.numbers)
        leader, *others = guests or (LEADER,)
        shape = self.lobby.catalogue.by_session_type[template].as_template()
        made = Session.launch(number * SPAN, shape, leader, now=self.lobby.clock())
        for other in others:
            made.seat(other, now=self.lobby.clock())
        vars(made).update({"sequence": number, **fields})
        added: Session = await self.lobby.sessions.add(made)
        return added

    async def now(self, session: Session) -> Session:
        return await self.local.now(session)

    async def log(self, session: Session) -> list[str]:
        """Codes of its event log."""
        page = await self.lobby.store.read(f"events:{session.id}", limit=500)
        return [json.loads(entry.body)["code"] for entry in page.entries]


def running_instance(
    status: JoinStatus = JoinStatus.JOINABLE, id: str = "played-there"
) -> Instance:
    return Instance(id, HostType.DEDICATED, status, created=0.0)


def on_platform(platform: str, guest: Guest) -> Guest:
    """The guest with a client of this platform."""
    client = Client("1.0.0", platform, "gamepad")
    return Guest(guest.uuid, guest.name, guest.number, notified=True, client=client)


@asynccontextmanager
async def stored_sessions_world(
    tmp_path: Path, game: str = GAME
) -> AsyncIterator[StoredSessionsWorld]:
    async with local_lobby(catalogue=str(written(tmp_path, game))) as local:
        yield StoredSessionsWorld(local, count(1))
