"""A real lobby in the test's process, without a door: with a clock that the test moves, and a store
that can pause before any call.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lobby.actions.accounts import accounts, hosts
from lobby.actions.sessions import lifecycle, members
from lobby.config import Settings
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions.seats import SeatStatus
from lobby.domain.sessions.session import Session
from lobby.main import build_lobby
from persistence.live.memory import open_memory
from persistence.ports import Live, Store
from persistence.urls import open_store
from tests.support.waiting import TIMEOUT

SECRET = "verbs-are-signed-with-this-key-0123456789ab"
ADDRESS = "192.0.2.1"


class Clock:
    """A clock that the test moves; Unix seconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def settings(**changes: Any) -> Settings:
    generous = {
        **{"registrations_per_hour": 10_000, "conflicts_per_hour": 10_000},
        **{"invitations_per_hour": 10_000, "invitations_by_strangers": 10_000},
        **{"event_lines_per_minute": 10_000},
        **{"sessions_per_player": 10_000, "seats_per_player": 10_000},
        **{"evaluations_per_address": 10_000, "evaluations_per_account": 10_000},
    }
    chosen = {"database_url": "sqlite::memory:", "secret": SECRET, **generous, **changes}
    try:
        return _settings(tuple(sorted(chosen.items())))
    except TypeError:  # a list is among them
        return Settings.model_validate(chosen)


@cache
def _settings(chosen: tuple[tuple[str, Any], ...]) -> Settings:
    """They are frozen, and a thousand tests want the same: each costs some milliseconds."""
    return Settings.model_validate(dict(chosen))


@dataclass
class LocalLobby:
    """A lobby as in one process; `told` has what it published on the bus."""

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
        """A hosted session that everybody with a name may join."""
        await hosts.update(self.lobby, Permit(host), host=host.uuid, only_friends=False)
        session, _ = await lifecycle.launch(self.lobby, Permit(host), host=host.uuid, **words)
        return session

    async def join(self, session: Session, guest: Actor) -> Session:
        return await members.join(self.lobby, Permit(guest), id=session.id)

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


def leading(actor: Actor) -> Permit:
    """A permit with the role of a session's leader."""
    return Permit(actor, role=Role.ADMIN)


def seats_with(session: Session, status: SeatStatus = SeatStatus.TAKEN) -> dict[str, str | None]:
    """Players by seat, for seats of this status."""
    return {n: seat.player for n, seat in session.seats.items() if seat.status is status}


@asynccontextmanager
async def local_lobby(
    store: Store | None = None, live: Live | None = None, **changes: Any
) -> AsyncIterator[LocalLobby]:
    """A lobby with the given store and live parts, or its own in memory."""
    clock, chosen = Clock(), settings(**changes)
    own_store = store or await open_store(chosen.database_url)
    own_live = live or open_memory(clock=clock)
    lobby = build_lobby(chosen, own_store, own_live, clock)
    made = LocalLobby(lobby, clock)
    publish = lobby.bus.publish

    def listen(topic: str, payload: str) -> None:
        made.told.append((topic, json.loads(payload)))
        publish(topic, payload)

    lobby.bus.publish = listen  # type: ignore[method-assign]
    attending = asyncio.create_task(lobby.presence.run())
    try:
        yield made
    finally:
        attending.cancel()
        await asyncio.gather(attending, return_exceptions=True)
        await lobby.hub.close()
        lobby.passwords.close()
        await lobby.rate_limits.close()
        if live is None:
            await own_live.close()
        if store is None:
            await own_store.close()


class PausingStore:
    """A store that pauses one task before its n-th call or behind it, until `go`: for races."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[Any] | None = None
        self._calls = self._stop_at = self._stop_behind = 0
        self._go = asyncio.Event()
        self.stopped = asyncio.Event()

    def stop(self, task: asyncio.Task[Any], *, before: int = 0, behind: int = 0) -> None:
        """Pause the task before or behind this call, counted from 1."""
        self._task, self._calls = task, 0
        self._stop_at, self._stop_behind = before, behind

    def rewind(self) -> None:
        """Ready to stop another task."""
        self._go.clear()
        self.stopped.clear()

    def go(self) -> None:
        self._go.set()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._store, name)

        async def paced(*args: Any, **options: Any) -> Any:
            if asyncio.current_task() is not self._task:
                return await call(*args, **options)
            self._calls += 1
            number = self._calls
            await self._pause(number == self._stop_at)
            result = await call(*args, **options)
            await self._pause(number == self._stop_behind)
            return result

        return paced

    async def _pause(self, here: bool) -> None:
        if here:
            self.stopped.set()
            await self._go.wait()


@asynccontextmanager
async def two_local_lobbies(
    store: Store, live: Live
) -> AsyncIterator[tuple[LocalLobby, LocalLobby, PausingStore]]:
    """Two lobbies on one store; the first one's calls can be paused."""
    paced = PausingStore(store)
    first: Any = paced
    async with local_lobby(first, live) as here, local_lobby(store, live) as there:
        yield here, there, paced


Verb = Callable[[], Awaitable[object]]


async def interrupted(paced: PausingStore, verb: Verb, other: Verb, *, at: int) -> bool:
    """Interleave: run `verb` up to its `at`-th store call, then all of `other`, then the rest.

    False: `verb` makes fewer calls, so nothing was interleaved. Refusals count as results.
    """
    task = asyncio.create_task(_outcome(verb))
    paced.stop(task, before=at)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(TIMEOUT):
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
