"""A real lobby without a door, on a clock that tests move, and with a store they may hold up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from lobby.actions import accounts, hosts, seating, sessions
from lobby.config import Settings
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.seats import SeatStatus
from lobby.domain.sessions import Session
from lobby.main import joined
from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Live, Store
from persistence.urls import open_store
from tests.patience import PATIENCE

SECRET = "verbs-are-signed-with-this-key-0123456789ab"
ADDRESS = "192.0.2.1"


class Clock:
    """Seconds since 1970, as far as this test is concerned."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def settings(**changes: Any) -> Settings:
    generous = {"registrations_per_hour": 10_000, "conflicts_per_hour": 10_000}
    chosen = {"database_url": "sqlite::memory:", "secret": SECRET, **generous, **changes}
    return Settings.model_validate(chosen)


@dataclass
class House:
    """One process's lobby, and what it told."""

    lobby: Lobby
    clock: Clock
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def person(self) -> Actor:
        account, _ = await accounts.register_host(self.lobby, address=ADDRESS)
        return account.actor()

    async def nameless(self) -> Actor:
        account = await accounts.register_anonymous(self.lobby, address=ADDRESS)
        return account.actor()

    async def user(self, login: str = "Ann", password: str = "correct horse 9") -> Account:
        return await accounts.register_user(self.lobby, login=login, password=password)

    async def open_session(self, host: Actor, **words: Any) -> Session:
        """Everybody with a name is welcome in it."""
        await hosts.update(self.lobby, Permit(host), host=host.uuid, only_friends=False)
        session, _ = await sessions.launch(self.lobby, Permit(host), host=host.uuid, **words)
        return session

    async def join(self, session: Session, guest: Actor) -> Session:
        return await seating.join(self.lobby, Permit(guest), id=session.id)

    async def now(self, session: Session) -> Session:
        return await self.lobby.sessions.get(str(session.id))

    async def entries(self, stream: str) -> list[dict[str, Any]]:
        page = await self.lobby.store.read(stream, limit=500)
        return [json.loads(entry.body) for entry in page.entries]

    async def inbox(self, who: Actor) -> list[tuple[str, str]]:
        """The kind and the session of each entry."""
        page = await self.lobby.store.read(f"inbox:{who.uuid}")
        entries = [json.loads(entry.body) for entry in page.entries]
        return [(entry["kind"], entry["session"]) for entry in entries]


def leading(host: Actor) -> Permit:
    return Permit(host, role=Role.ADMIN)


def seats(session: Session, status: SeatStatus = SeatStatus.TAKEN) -> dict[str, str | None]:
    """Who has which seat at this status."""
    return {n: seat.player for n, seat in session.seats.items() if seat.status is status}


@asynccontextmanager
async def house(
    store: Store | None = None, live: Live | None = None, **changes: Any
) -> AsyncIterator[House]:
    """Over the given store and live parts; else over its own, in memory."""
    clock, chosen = Clock(), settings(**changes)
    own_store = store or await open_store(chosen.database_url)
    bus = MemoryBus()
    own_live = live or Live(bus, MemoryLeases(bus, clock=clock))
    lobby = joined(chosen, own_store, own_live, clock)
    made = House(lobby, clock)
    publish = lobby.bus.publish

    def listen(topic: str, payload: str) -> None:
        made.told.append((topic, json.loads(payload)))
        publish(topic, payload)

    lobby.bus.publish = listen  # type: ignore[method-assign]
    attending = asyncio.create_task(lobby.attendance.run())
    try:
        yield made
    finally:
        attending.cancel()
        await asyncio.gather(attending, return_exceptions=True)
        await lobby.hub.close()
        lobby.passwords.close()
        await lobby.limits.close()
        if live is None:
            await lobby.bus.close()
            await lobby.leases.close()
        if store is None:
            await own_store.close()


class Paced:
    """A store that stops one task before its n-th call, until it is let go on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[Any] | None = None
        self._calls = self._stop_at = 0
        self._go = asyncio.Event()
        self.stopped = asyncio.Event()

    def stop(self, task: asyncio.Task[Any], *, before: int) -> None:
        """`before`: the first call is 1."""
        self._task, self._calls, self._stop_at = task, 0, before

    def rewind(self) -> None:
        """Ready to stop another task."""
        self._go.clear()
        self.stopped.clear()

    def go(self) -> None:
        self._go.set()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._store, name)

        async def paced(*args: Any, **options: Any) -> Any:
            if asyncio.current_task() is self._task:
                self._calls += 1
                if self._calls == self._stop_at:
                    self.stopped.set()
                    await self._go.wait()
            return await call(*args, **options)

        return paced


@asynccontextmanager
async def two_houses(store: Store, live: Live) -> AsyncIterator[tuple[House, House, Paced]]:
    """Two processes on one store; the first one's calls can be stopped."""
    paced = Paced(store)
    first: Any = paced
    async with house(first, live) as here, house(store, live) as there:
        yield here, there, paced


Verb = Callable[[], Awaitable[object]]


async def interrupted(paced: Paced, verb: Verb, other: Verb, *, at: int) -> bool:
    """Run `verb` up to its `at`-th call of the store, then `other` whole, then the rest.

    False: it makes fewer calls, so that there was nothing to interrupt. Refusals are outcomes.
    """
    task = asyncio.create_task(_outcome(verb))
    paced.stop(task, before=at)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
        reached = stopped.done()
        stopped.cancel()
        await _outcome(other)
        paced.go()
        await task
    return reached


async def _outcome(verb: Verb) -> object:
    try:
        return await verb()
    except LobbyError as refusal:
        return refusal
