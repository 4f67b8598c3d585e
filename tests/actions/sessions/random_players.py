"""Players who do whatever comes to their minds in two processes, over a store whose answers come
when dice say; every version of every session that was ever written is kept, to be looked at."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pydantic import TypeAdapter

from lobby.actions.login.credentials import Credential
from lobby.actions.platform_login import login
from lobby.actions.sessions import create_or_join, lifecycle
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.seats import SeatStatus
from lobby.domain.sessions.session import Session
from persistence.ports import Store
from protocol.events import SessionEventEntry
from tests.support import player_services, wishes
from tests.support.lobby import ADDRESS, LocalLobby
from tests.support.wishes import Wish

GAME = str(player_services.GAME)
CLIENT = Client("1.0.0", None, "gamepad")
SEATS = 6
PEOPLE, DEEDS = 8, 14
QUIET_SECONDS = 30.0
SESSION = TypeAdapter(Session)
numbers = count(1)


async def player(local: LocalLobby) -> Actor:
    """Somebody new."""
    shown = Credential("anon", f"at once {next(numbers)}", basic_auth=player_services.CLIENT)
    return (await login.log_in(local.lobby, shown, address=ADDRESS)).account.actor()


def require_sound(session: Session) -> None:
    """What holds of a session of the game at every version."""
    held = [seat.player for seat in session.seats.values() if seat.player]
    taken = [seat.player for seat in session.seats.occupants()]
    assert len(session.seats) == SEATS
    assert len(held) == len(set(held))
    assert all((s.player is None) is (s.status is SeatStatus.FREE) for s in session.seats.values())
    assert session.leader in taken if taken else session.leader is None


@dataclass
class SessionHistory:
    """What was written, by session; and at which version it was deleted."""

    written: dict[str, list[Session]] = field(default_factory=lambda: defaultdict(list))
    deleted: dict[str, int] = field(default_factory=dict)

    def write(self, key: str, version: int, body: str) -> None:
        session = SESSION.validate_json(body)
        session.version = version
        self.written[key].append(session)

    def states(self, id: str) -> list[Session]:
        return sorted(self.written[id], key=lambda session: session.version)


class JitteryStore:
    """A store whose calls take as many turns of the loop as its dice say."""

    def __init__(self, store: Store, dice: random.Random, history: SessionHistory) -> None:
        self._store, self._dice, self._book = store, dice, history

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._store, name)

        async def jostled(*args: Any, **options: Any) -> Any:
            await self._jostle()
            answer = await call(*args, **options)
            if name == "put" and args[0] == "session":
                self._book.write(args[1], answer, args[2])
            if name == "delete" and args[0] == "session":
                self._book.deleted[args[1]] = options["expected"]
            await self._jostle()
            return answer

        return jostled

    async def _jostle(self) -> None:
        for _ in range(self._dice.choice((0, 0, 1, 2, 5, 20))):
            await asyncio.sleep(0)


class LateLogStore:
    """A store that writes lines of logs when it is let, and not before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked, self.let = asyncio.Event(), asyncio.Event()
        self.let.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, stream: str, *bodies: str, **options: Any) -> int:
        if stream.startswith("events:"):
            self.asked.set()
            await self.let.wait()
        return await self._store.append(stream, *bodies, **options)


@dataclass
class RandomRun:
    """`came` are the answers of those who came in, `went` counts who was asked to go, and went."""

    processes: list[LocalLobby]
    people: list[Actor]
    history: SessionHistory
    ids: list[int] = field(default_factory=list)
    came: list[tuple[Session, str]] = field(default_factory=list)
    went: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    async def live(self, one: Actor, dice: random.Random) -> None:
        for _ in range(DEEDS):
            deed: Deed = dice.choice(DEEDS_OF_A_DAY)
            local, other = dice.choice(self.processes), dice.choice(self.people)
            try:
                await deed(self, Step(local, one, other, self.some_session(dice), dice))
            except LobbyError as refusal:
                self.refusals[refusal.code] += 1

    def some_session(self, dice: random.Random) -> int:
        there = [id for id in self.ids if str(id) not in self.history.deleted]
        return dice.choice(there[-2:] or [1024])


@dataclass(frozen=True)
class Step:
    """Who does something, where, to whom, in which session."""

    local: LocalLobby
    one: Actor
    other: Actor
    id: int
    dice: random.Random


Deed = Callable[[RandomRun, Step], Awaitable[None]]


async def create(run: RandomRun, now: Step) -> None:
    if sum(str(id) not in run.history.deleted for id in run.ids) < 2:
        session = await create_or_join.create_or_join(
            now.local.lobby, Permit(now.one), session_type="game", region=None, client=CLIENT
        )
        run.ids.append(session.id)
        leading = Permit(now.one, role=Role.ADMIN)
        await lifecycle.update(now.local.lobby, leading, id=session.id, entry=Entry.OPEN)


async def come(run: RandomRun, now: Step) -> None:
    wish = Wish(team=now.dice.randrange(2), client=CLIENT)
    lobby, who = now.local.lobby, now.one.uuid
    session = await wishes.enter(lobby, Permit(now.one), id=now.id, player=who, wish=wish)
    run.came.append((session, who))


async def go(run: RandomRun, now: Step) -> None:
    await _dismiss(run, now, now.one)


async def kick(run: RandomRun, now: Step) -> None:
    await _dismiss(run, now, now.other)


async def _dismiss(run: RandomRun, now: Step, who: Actor) -> None:
    by = Permit(now.one, role=Role.ADMIN)
    await wishes.dismiss(now.local.lobby, by, id=now.id, player=who.uuid)
    run.went[str(now.id), who.uuid] += 1


def placing(who: str, **wish: Any) -> Deed:
    async def place(run: RandomRun, now: Step) -> None:
        by = Permit(now.one, role=Role.ADMIN)
        player: Actor = getattr(now, who)
        said = Wish(**{**wish, "team": now.dice.randrange(2)})
        lobby = now.local.lobby
        session = await wishes.place(lobby, by, id=now.id, player=player.uuid, wish=said)
        if session.seats.sits(player.uuid):
            run.came.append((session, player.uuid))

    return place


DEEDS_OF_A_DAY = [
    *(create, come, come, come, come, go, kick),
    placing("other", status="leader"),
    placing("other", status="invited"),
    placing("one"),
    placing("one", custom_data={"k": "v"}),
]


async def quiet(run: RandomRun) -> None:
    """Until nothing waits to be written any more."""
    async with asyncio.timeout(QUIET_SECONDS):
        for local in run.processes:
            await local.lobby.inbox.close()


async def random_run(processes: list[LocalLobby], history: SessionHistory, seed: int) -> RandomRun:
    people = [await player(processes[0]) for _ in range(PEOPLE)]
    run = RandomRun(processes, people, history)
    dice = [random.Random(seed * PEOPLE + n) for n in range(PEOPLE)]
    await asyncio.gather(*(run.live(one, own) for one, own in zip(people, dice, strict=True)))
    await quiet(run)
    return run


def replayed(lines: list[SessionEventEntry]) -> tuple[set[str], set[str], str | None]:
    """Who holds a seat, who sits in it, and who leads."""
    held: set[str] = set()
    taken: set[str] = set()
    leader: str | None = None
    for line in lines:
        who = str(line.target)
        match line.code:
            case "player_joined":
                leader = leader or (who if not taken else None)
                held.add(who)
                taken.add(who)
            case "player_invited":
                held.add(who)
            case "player_left" | "player_kicked" | "invite_declined" | "invite_cancelled":
                held.discard(who)
                taken.discard(who)
            case "leader_changed":
                leader = who
    return held, taken, leader if taken else None
