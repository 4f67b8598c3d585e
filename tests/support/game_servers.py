"""A local lobby with game servers: they register, poll, report and are allocated."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lobby.actions.instances import allocations, instances
from lobby.actions.instances.allocations import Offer
from lobby.actions.timers import dispatch
from lobby.domain.game_hosts import GameHost, HostState
from lobby.domain.permissions import Actor, Kind, Permit, Role
from lobby.domain.sessions.instances import (
    HostType,
    Instance,
    InstanceReport,
    JoinParams,
    JoinStatus,
)
from lobby.domain.sessions.session import Session
from tests.support.stored_sessions import GAME, StoredSessionsWorld, stored_sessions_world

HEALTH = "health = { cadence_s = 10, missed_before_unknown = 6, close_after_unknown_s = 60 }"
SERVED = f"""{GAME}auto_startup_params = {{ map = "/Game/Plaza" }}
[instances]
allocate_timeout_s = 60
{HEALTH}
"""
THERE = JoinParams("203.0.113.7:7777", "", {"secret": "sesame"})
EU = Permit(Actor("e" * 32, Kind.PLAYER, "servers-eu", 77), outright=True)


def hosting(actor: Actor = EU.actor) -> Permit:
    return Permit(actor, role=Role.HOST)


class GameServersWorld(StoredSessionsWorld):
    """Stored sessions, and game servers that poll for them."""

    async def waiting(self, template: str = "game", **fields: Any) -> Session:
        """A session that waits for a game server."""
        session = await self.session(template, **fields)
        leading = Permit(Actor(str(session.leader)), role=Role.ADMIN)
        return await instances.request(
            self.lobby, leading, id=session.id, host_type=HostType.DEDICATED
        )

    async def register(self, *tags: str, id: str = "host-1", by: Permit = EU) -> GameHost:
        offer = Offer(id, "203.0.113.7", 7777, list(tags))
        return found(await allocations.register(self.lobby, by, offers=[offer]))

    async def poll(self, id: str = "host-1", by: Permit = EU) -> GameHost:
        return found(await allocations.poll(self.lobby, by, ids=[id]))

    async def served(self, template: str = "game", **fields: Any) -> Session:
        """A session with an allocated game server."""
        session = await self.waiting(template, **fields)
        assert (await self.register()).session == session.id
        return await self.now(session)

    async def report(self, session: Session, by: Permit | None = None, **said: Any) -> Session:
        allocation = (await self.instance(session)).allocation
        words = InstanceReport(allocation=allocation, **said)
        by = by or hosting()
        return await instances.report(self.lobby, by, id=session.id, report=words)

    async def joinable(self, session: Session) -> Session:
        return await self.report(session, status=JoinStatus.JOINABLE, join=THERE)

    async def instance(self, session: Session) -> Instance:
        instance = (await self.now(session)).instance
        assert instance is not None
        return instance

    async def heard(self, who: str) -> list[str]:
        """Kinds of the entries in their inbox."""
        page = await self.lobby.store.read(f"inbox:{who}")
        return [json.loads(entry.body)["kind"] for entry in page.entries]

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Move the clock in steps, and fire the timers that are due, as the sweeper does."""
        until = self.local.clock.now + seconds
        while self.local.clock.now < until:
            self.local.clock.advance(min(step, until - self.local.clock.now))
            await dispatch.fire_due(self.lobby)


def found(answers: list[Any]) -> GameHost:
    (host,) = answers
    assert isinstance(host, GameHost), host
    return host


def free(host: GameHost) -> bool:
    return (host.state, host.allocation, host.session) == (HostState.DEALLOCATED, None, None)


@asynccontextmanager
async def game_servers_world(tmp_path: Path, game: str = SERVED) -> AsyncIterator[GameServersWorld]:
    async with stored_sessions_world(tmp_path, game) as made:
        yield GameServersWorld(made.local, made.numbers)
