"""Players of player services do whatever comes to their minds, all at once, on every process: by
requests and on sockets. Nobody loses a seat, and at the end everybody knows what is true: by their
socket, by what they were notified of, by the log."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lobby import expiring_keys
from tests.stories.random_players import (
    LOUNGE,
    SESSIONS,
    Json,
    Player,
    game,
    members,
    players,
    require_sound,
    require_sound_view,
    revision,
    shown,
)
from tests.support.channel_client import Client, Refused
from tests.support.deployments import Deployment, over
from tests.support.processes import LobbyProcess
from tests.support.services import PostgresServer, RedisServer
from tests.support.waiting import TIMEOUT

PEOPLE, DEEDS, AT_ONCE, TTL_SECONDS = 8, 16, 30, 2
NOBODY = b"$-1\r\n"


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("lobby")
    if request.param == "one-process":
        alone = LobbyProcess(home, catalogue=game(home)).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    redis = request.getfixturevalue("redis_server")
    postgres = request.getfixturevalue("postgres_server")
    yield from over(redis, postgres, tmp_path_factory, catalogue=game(home))


@dataclass
class Day:
    """`went`: who was answered that somebody has left, by session and player."""

    people: list[Player]
    sessions: list[str] = field(default_factory=list)
    came: Counter[tuple[str, str]] = field(default_factory=Counter)
    went: Counter[tuple[str, str]] = field(default_factory=Counter)
    over: bool = False


Deed = Callable[[Day, Player, Player, str], Awaitable[None]]


async def make(day: Day, one: Player, other: Player, session: str) -> None:
    if len(day.sessions) < 2 or one.dice.random() < 0.2:
        made = await one.make_or_join()
        await one.call("PATCH", f"{SESSIONS}/{made}", json={"joinable": True})
        day.sessions.append(made)
        await asyncio.gather(*(each.watch(made) for each in day.people))


async def come(day: Day, one: Player, other: Player, session: str) -> None:
    await one.come(session, one.dice.randrange(2))


async def come_by_socket(day: Day, one: Player, other: Player, session: str) -> None:
    await one.client.command("session.join", session=session)


async def go_by_socket(day: Day, one: Player, other: Player, session: str) -> None:
    await one.client.command("session.leave", session=session)
    day.went[session, one.uuid] += 1


async def go(day: Day, one: Player, other: Player, session: str) -> None:
    await dismiss(day, one, one, session)


async def kick(day: Day, one: Player, other: Player, session: str) -> None:
    await dismiss(day, one, other, session)


async def dismiss(day: Day, one: Player, other: Player, session: str) -> None:
    if (await one.dismiss(session, other.uuid)).is_success:
        day.went[session, other.uuid] += 1


async def invite(day: Day, one: Player, other: Player, session: str) -> None:
    await one.place(session, other.uuid, status="invited")


async def promote(day: Day, one: Player, other: Player, session: str) -> None:
    await one.place(session, other.uuid, status="leader")


async def move(day: Day, one: Player, other: Player, session: str) -> None:
    await one.place(session, one.uuid, team_id=one.dice.randrange(2))


ALL: list[Deed] = [make, come, come, come, come_by_socket, go, go_by_socket, kick]
ALL += [invite, promote, promote, move]


async def live(day: Day, one: Player) -> None:
    for _ in range(DEEDS):
        deed, other = one.dice.choice(ALL), one.dice.choice([p for p in day.people if p is not one])
        session = one.dice.choice(day.sessions[-2:] or ["1024"])
        try:
            await deed(day, one, other, session)
        except Refused as refused:
            if refused.code in ("internal_error", "malformed", "unavailable"):
                one.surprises.append(str(refused))


async def invite_outsiders(day: Day) -> None:
    """So that at the end some are invited, and know that."""
    for session in day.sessions:
        answer = await day.people[0].read(session)
        there = members(answer.json()) if answer.status_code == 200 else {}
        for leader in (one for one in day.people if there.get(one.uuid) == "leader"):
            for one in [one for one in day.people if one.uuid not in there][:2]:
                await leader.place(session, one.uuid, status="invited")


async def follow(day: Day, one: Player) -> None:
    while not day.over:
        await one.follow()


# What must hold


async def differences(day: Day, one: Player) -> list[str]:
    """What this player knows that is not so."""
    wrong = []
    async with await Client.connect(one.client.url, one.client.token) as fresh:
        for session in day.sessions:
            topic = f"session:{session}"
            with suppress(Refused):
                await fresh.watch(topic)
            if one.client.states.get(topic) != fresh.states.get(topic):
                wrong.append(f"{topic} on the socket")
            wrong += await unread(one, session, fresh.states.get(topic))
    return wrong


async def unread(one: Player, session: str, on_socket: Json | None) -> list[str]:
    """Of this session, what they have not read again, or were not told. Who has left it is told
    nothing more of it by notifications, not even its end."""
    answer = await one.read(session)
    known = one.held.get(session)
    theirs = known is not None and one.uuid in members(known[1])
    if answer.status_code == 404:
        return [f"{session} is over"] if theirs or on_socket else []
    view, etag = answer.json(), answer.headers["ETag"]
    require_sound_view(view)
    wrong = [] if on_socket and on_socket["version"] == revision(etag) else [f"{session}: version"]
    if one.uuid in members(view):
        told = max(one.notified.get(session, [""]), key=lambda tag: revision(tag or "0"))
        wrong += [] if known == (etag, view) else [f"{session} was not read again"]
        wrong += [] if told == etag else [f"{session}: told {told}, not {etag}"]
    elif theirs:
        wrong.append(f"{session} seems theirs")
    return wrong


async def require_agreement(day: Day) -> None:
    wrong = ["not looked yet"]
    with suppress(TimeoutError):
        async with asyncio.timeout(TIMEOUT):
            while wrong:
                found = await asyncio.gather(*(differences(day, one) for one in day.people))
                wrong = [f"{n}: {what}" for n, whats in enumerate(found) for what in whats]
                await asyncio.sleep(0.1 if wrong else 0)
    assert wrong == []


async def require_true_log(day: Day, session: str) -> None:
    """Whoever reads it, as insiders may, knows who is in the session; nobody has left it but who
    was answered so."""
    reader, *_ = [one for one in day.people if await events(one, session, 0)]
    lines = list[Json]()
    while len(lines) % 50 == 0 and (page := await events(reader, session, len(lines) // 50)):
        lines += page
    inside: set[str] = set()
    gone: Counter[tuple[str, str]] = Counter()
    for line in lines:
        who = line.get("target_player_uuid", "")
        if line["event_code"] == "player_joined":
            assert who not in inside
            inside.add(who)
        elif line["event_code"] in ("player_left", "player_kicked"):
            inside.remove(who)
        if line["event_code"] in GOING:
            gone[session, who] += 1
    assert gone == Counter({key: n for key, n in day.went.items() if key[0] == session})
    answer = await reader.read(session)
    there = members(answer.json()) if answer.status_code == 200 else {}
    assert inside == {who for who, status in there.items() if status != "invited"}
    assert (lines[-1]["event_code"] == "session_deleted") is (answer.status_code == 404)


GOING = {"player_left", "player_kicked", "invite_declined", "invite_cancelled"}


async def events(reader: Player, session: str, number: int) -> list[Json]:
    query = {"page_num": number, "page_size": 50}
    answer = await reader.call("GET", f"{SESSIONS}/{session}/event", params=query)
    lines: list[Json] = answer.json()["events"]
    return lines


async def play(lobby: Deployment, seed: int) -> None:
    async with players(lobby, PEOPLE, seed) as people:
        day = Day(people)
        following = asyncio.gather(*(follow(day, one) for one in people))
        await asyncio.gather(*(live(day, one) for one in people))
        await invite_outsiders(day)
        await require_agreement(day)
        day.over = True
        await following
        for session in day.sessions:
            await require_true_log(day, session)
        for one in people:
            assert (one.surprises, one.client.violations) == ([], [])
            for state in shown(one.client):
                require_sound(state)


@settings(max_examples=2, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32))
def test_whatever_players_do_nobody_loses_a_seat_and_everybody_agrees(
    lobby: Deployment, seed: int
) -> None:
    asyncio.run(play(lobby, seed))


async def test_many_who_come_at_once_fill_sessions_and_nobody_is_turned_away(
    lobby: Deployment,
) -> None:
    async with players(lobby, AT_ONCE, seed=1) as people:
        # 1. All at once, when there is no session yet.
        ids = await asyncio.gather(*(one.make_or_join("lounge") for one in people))
        # 2. Everybody sits where they were answered, and nowhere else.
        for one, id in zip(people, ids, strict=True):
            assert await one.own() == [id]
        # 3. There is no second session while the first has room.
        sizes = sorted(Counter(ids).values(), reverse=True)
        assert sizes == [LOUNGE] * (AT_ONCE // LOUNGE) + [AT_ONCE % LOUNGE]


@pytest.fixture
def brief(
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """Two processes whose sessions soon expire."""
    catalogue = game(tmp_path_factory.mktemp("game"), ttl=TTL_SECONDS)
    yield from over(redis_server, postgres_server, tmp_path_factory, catalogue=catalogue)


async def test_when_the_process_that_sweeps_is_killed_another_sweeps(
    brief: Deployment, redis_server: RedisServer
) -> None:
    prefix = brief.here.settings["LOBBY_REDIS_PREFIX"]
    lock = f"{prefix}{{live}}:lock:{expiring_keys.leader('sweeper')}"
    # 1. The one that was started first sweeps. It is killed, and a session runs out of time.
    async with asyncio.timeout(TIMEOUT):
        while (swept_before := redis_server.ask("GET", lock)) == NOBODY:
            await asyncio.sleep(0.1)
    async with players(Deployment(brief.there, brief.there), 1, seed=1) as (one,):
        session = await one.make_or_join()
        brief.here.kill()
        # 2. The other one sweeps, and the session is gone.
        async with asyncio.timeout(TIMEOUT):
            while (await one.read(session)).status_code == 200:
                await asyncio.sleep(0.1)
        assert redis_server.ask("GET", lock) not in (swept_before, NOBODY)
        # 3. Whoever sat in it is told so, without asking.
        async with asyncio.timeout(TIMEOUT):
            while session in one.held or not one.cursor:
                await one.follow()
        assert (await events(one, session, 0))[-1]["event_code"] == "session_expired"
