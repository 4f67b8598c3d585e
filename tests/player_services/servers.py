"""A house with a clock, whose game has game servers: what they ask, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lobby.actions import alarms, allocations, instances
from lobby.actions.allocations import Offer
from lobby.domain.allocations import GameHost, HostState
from lobby.domain.instances import HostType, Instance, JoinParams, JoinStatus, Report
from lobby.domain.permissions import Actor, Kind, Permit, Role
from lobby.domain.sessions import Session
from tests.actions.houses import House
from tests.player_services.rooms import GAME, Room, room

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


class Yard(Room):
    """A room with game servers around it."""

    async def waiting(self, template: str = "game", **fields: Any) -> Session:
        """A session that has asked for a game server."""
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
        """A session that a game server was found for."""
        session = await self.waiting(template, **fields)
        assert (await self.register()).session == session.id
        return await self.now(session)

    async def report(self, session: Session, by: Permit | None = None, **said: Any) -> Session:
        allocation = (await self.instance(session)).allocation
        words = Report(allocation=allocation, **said)
        by = by or hosting()
        return await instances.report(self.lobby, by, id=session.id, report=words)

    async def joinable(self, session: Session) -> Session:
        return await self.report(session, status=JoinStatus.JOINABLE, join=THERE)

    async def instance(self, session: Session) -> Instance:
        instance = (await self.now(session)).instance
        assert instance is not None
        return instance

    async def heard(self, who: str) -> list[str]:
        """The kinds of what stands in their inbox."""
        page = await self.lobby.store.read(f"inbox:{who}")
        return [json.loads(entry.body)["kind"] for entry in page.entries]

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """And whatever runs out meanwhile is rung, as a sweeper would."""
        until = self.house.clock.now + seconds
        while self.house.clock.now < until:
            self.house.clock.advance(min(step, until - self.house.clock.now))
            await ring(self.house)


async def ring(home: House) -> None:
    names = [name for name in await home.lobby.leases.lapsed() if alarms.is_alarm(name)]
    for name in names:
        await alarms.ring(home.lobby, name)
    await home.lobby.leases.settle(names)


def found(answers: list[Any]) -> GameHost:
    (host,) = answers
    assert isinstance(host, GameHost), host
    return host


def free(host: GameHost) -> bool:
    return (host.state, host.allocation, host.session) == (HostState.DEALLOCATED, None, None)


@asynccontextmanager
async def yard(tmp_path: Path, game: str = SERVED) -> AsyncIterator[Yard]:
    async with room(tmp_path, game) as made:
        yield Yard(made.house, made.numbers)
