"""Players who do whatever comes to their minds in two processes, over a store whose answers come
when dice say; every version of every session that was ever written is kept, to be looked at."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from pydantic import TypeAdapter

from lobby.actions import creating, events, membership, portals, sessions, views
from lobby.actions.membership import Wish
from lobby.actions.proofs import Credential
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.platforms import Client
from lobby.domain.seats import SeatStatus
from lobby.domain.sessions import Session
from persistence.ports import Store
from protocol.events import SessionEventEntry
from tests.actions.houses import ADDRESS, House
from tests.player_services import people

GAME = str(people.GAME)
CLIENT = Client("1.0.0", None, "gamepad")
SEATS = 6
PEOPLE, DEEDS = 8, 14
QUIET_SECONDS = 30.0
SESSION = TypeAdapter(Session)
numbers = count(1)


async def player(house: House) -> Actor:
    """Somebody new."""
    shown = Credential("anon", f"at once {next(numbers)}", beside=people.CLIENT)
    return (await portals.log_in(house.lobby, shown, address=ADDRESS)).account.actor()


def require_sound(session: Session) -> None:
    """What holds of a session of the game at every version."""
    held = [seat.player for seat in session.seats.values() if seat.player]
    taken = [seat.player for seat in session.occupants()]
    assert len(session.seats) == SEATS
    assert len(held) == len(set(held))
    assert all((s.player is None) is (s.status is SeatStatus.FREE) for s in session.seats.values())
    assert session.leader in taken if taken else session.leader is None


@dataclass
class Book:
    """What was written, by session; and at which version it was deleted."""

    written: dict[str, list[Session]] = field(default_factory=lambda: defaultdict(list))
    deleted: dict[str, int] = field(default_factory=dict)

    def write(self, key: str, version: int, body: str) -> None:
        session = SESSION.validate_json(body)
        session.version = version
        self.written[key].append(session)

    def states(self, id: str) -> list[Session]:
        return sorted(self.written[id], key=lambda session: session.version)


class Jostled:
    """A store whose calls take as many turns of the loop as its dice say."""

    def __init__(self, store: Store, dice: random.Random, book: Book) -> None:
        self._store, self._dice, self._book = store, dice, book

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


class Late:
    """A store that writes lines of logs when it is let, and not before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked, self.let = asyncio.Event(), asyncio.Event()
        self.let.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, stream: str, *bodies: str, keep: int = 500) -> int:
        if stream.startswith("events:"):
            self.asked.set()
            await self.let.wait()
        return await self._store.append(stream, *bodies, keep=keep)


@dataclass
class Day:
    """`came` are the answers of those who came in, `went` counts who was asked to go, and went."""

    houses: list[House]
    people: list[Actor]
    book: Book
    ids: list[int] = field(default_factory=list)
    came: list[tuple[Session, str]] = field(default_factory=list)
    went: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    async def live(self, one: Actor, dice: random.Random) -> None:
        for _ in range(DEEDS):
            deed: Deed = dice.choice(DEEDS_OF_A_DAY)
            house, other = dice.choice(self.houses), dice.choice(self.people)
            try:
                await deed(self, Moment(house, one, other, self.some_session(dice), dice))
            except LobbyError as refusal:
                self.refusals[refusal.code] += 1

    def some_session(self, dice: random.Random) -> int:
        there = [id for id in self.ids if str(id) not in self.book.deleted]
        return dice.choice(there[-2:] or [1024])


@dataclass(frozen=True)
class Moment:
    """Who does something, where, to whom, in which session."""

    house: House
    one: Actor
    other: Actor
    id: int
    dice: random.Random


Deed = Callable[[Day, Moment], Awaitable[None]]


async def create(day: Day, now: Moment) -> None:
    if sum(str(id) not in day.book.deleted for id in day.ids) < 2:
        session = await creating.create_or_join(
            now.house.lobby, Permit(now.one), session_type="game", region=None, client=CLIENT
        )
        day.ids.append(session.id)
        leading = Permit(now.one, role=Role.ADMIN)
        await sessions.revise(now.house.lobby, leading, id=session.id, joinable=True)


async def come(day: Day, now: Moment) -> None:
    wish = Wish(team=now.dice.randrange(2), client=CLIENT)
    lobby, who = now.house.lobby, now.one.uuid
    session = await membership.enter(lobby, Permit(now.one), id=now.id, player=who, wish=wish)
    day.came.append((session, who))


async def go(day: Day, now: Moment) -> None:
    await _dismiss(day, now, now.one)


async def kick(day: Day, now: Moment) -> None:
    await _dismiss(day, now, now.other)


async def _dismiss(day: Day, now: Moment, who: Actor) -> None:
    by = Permit(now.one, role=Role.ADMIN)
    await membership.dismiss(now.house.lobby, by, id=now.id, player=who.uuid)
    day.went[str(now.id), who.uuid] += 1


def placing(who: str, **wish: Any) -> Deed:
    async def place(day: Day, now: Moment) -> None:
        by = Permit(now.one, role=Role.ADMIN)
        player: Actor = getattr(now, who)
        said = Wish(**{**wish, "team": now.dice.randrange(2)})
        lobby = now.house.lobby
        session = await membership.place(lobby, by, id=now.id, player=player.uuid, wish=said)
        if session.sits(player.uuid):
            day.came.append((session, player.uuid))

    return place


DEEDS_OF_A_DAY = [
    *(create, come, come, come, come, go, kick),
    placing("other", status="leader"),
    placing("other", status="invited"),
    placing("one"),
    placing("one", custom_data={"k": "v"}),
]


# What must hold at its end


def require_sound_history(day: Day) -> None:
    """Nobody came or went but as somebody was answered, one version after another."""
    for id in map(str, day.ids):
        states = day.book.states(id)
        assert [session.version for session in states] == list(range(1, len(states) + 1))
        for session in states:
            require_sound(session)
        gone: Counter[tuple[str, str]] = Counter()
        for before, after in pairwise(states):
            gone.update((id, player) for player in _held(before) - _held(after))
        assert gone == Counter({key: n for key, n in day.went.items() if key[0] == id})
        if id in day.book.deleted:
            assert day.book.deleted[id] == len(states)
            assert not any(states[-1].occupants())
    for session, player in day.came:
        assert day.book.states(str(session.id))[session.version - 1].sits(player)


async def require_true_logs(day: Day) -> None:
    """Whoever reads the log of a session knows who is in it, and who leads."""
    lobby = day.houses[0].lobby
    for id in day.ids:
        lines = await events.page(lobby, id=id, number=0, size=1_000)
        last = day.book.states(str(id))[-1]
        told = replayed(lines)
        assert told == (_held(last), {str(seat.player) for seat in last.occupants()}, last.leader)
        assert (lines[-1].code == "session_deleted") is (str(id) in day.book.deleted)


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


async def require_true_notices(day: Day) -> None:
    """The newest that each one was told of a session is how it looks to them now."""
    for id in map(str, day.ids):
        if id not in day.book.deleted:
            last = day.book.states(id)[-1]
            for seat in last.seats.values():
                if seat.announced:
                    assert await _told(day, str(seat.player), id) == views.etag(
                        last, str(seat.player)
                    )


async def quiet(day: Day) -> None:
    """Until nothing waits to be written any more."""
    async with asyncio.timeout(QUIET_SECONDS):
        for house in day.houses:
            await house.lobby.notices.close()


async def _told(day: Day, player: str, session: str) -> str | None:
    page = await day.houses[0].lobby.store.read(f"inbox:{player}", limit=500)
    entries = [TypeAdapter(dict[str, Any]).validate_json(entry.body) for entry in page.entries]
    etags = [e["etag"] for e in entries if e["session"] == session and "etag" in e]
    return max(etags, key=lambda etag: int(etag.strip('"').partition("-")[0]), default=None)


def _held(session: Session) -> set[str]:
    return {seat.player for seat in session.seats.values() if seat.player}


async def rough_day(houses: list[House], book: Book, seed: int) -> Day:
    people = [await player(houses[0]) for _ in range(PEOPLE)]
    day = Day(houses, people, book)
    dice = [random.Random(seed * PEOPLE + n) for n in range(PEOPLE)]
    await asyncio.gather(*(day.live(one, own) for one, own in zip(people, dice, strict=True)))
    await quiet(day)
    return day
