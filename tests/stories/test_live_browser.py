"""The live browser over sockets: the same bytes for the same question, at a pace, as much as
somebody reads, what they lack when they come back, and no more questions than a process answers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from lobby.hub.subscribers import MOST_QUESTIONS
from lobby.live_queries.window import PACE_SECONDS
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.people import Person, new_host
from tests.support.raw_websocket import TEXT, RawWebsocket, frame
from tests.support.server_thread import Served, serving
from tests.support.waiting import TIMEOUT, block_until

VIEWS = 24
FILLING = "x" * 2_000
HOSTS = 12
SHORTEST_GAP = 0.2
Frame = dict[str, Any]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(views=VIEWS) as served:
        yield served
        block_until(lambda: served.do(count_left(served)) == 0)


async def count_left(served: Served) -> int:
    """Questions of this process, once those that nobody asks have been kept long enough."""
    of_sessions = served.lobby.hub.queries.lists["sessions"].windows
    for window in of_sessions._unwatched:
        of_sessions._unwatched[window] = 0.0
    served.lobby.hub.queries.sweep()
    return len(of_sessions)


@contextmanager
def reader(served: Served, **options: Any) -> Iterator[RawWebsocket]:
    """A spectator on a bare socket."""
    raw = RawWebsocket(urlsplit(served.url).port or 0, **options)
    raw.send_handshake("/ws", subprotocol="lobby.v1")
    assert raw.read_handshake().startswith(b"HTTP/1.1 101")
    say(raw, "hello")
    assert json.loads(raw.receive_frame()[1])["type"] == "reply"
    yield raw
    raw.leave()


def say(raw: RawWebsocket, type: str, **fields: object) -> None:
    raw.send(frame(TEXT, json.dumps({"type": type, "id": type, **fields}).encode()))


@asynccontextmanager
async def leading(host: Person) -> AsyncIterator[tuple[Client, str]]:
    """A session, and who leads it."""
    async with await host.connect() as client:
        launched = await client.command("session.launch")
        yield client, launched["session"]["id"]


async def watch(client: Client, topic: str = "", **question: Any) -> str:
    """The topic, once its first frame is there. `topic`: that is known already."""
    known: Frame = {"known": client.known[topic]} if topic else {}
    seen = len(client.frames)
    said = await client.command("watch", topic="sessions", **question, **known)
    asked: str = said["topic"]
    await client.until(lambda: any(one.get("topic") == asked for one in client.frames[seen:]))
    return asked


def of_host(host: Person) -> Frame:
    return {"filter": {"host": host.uuid}}


async def test_the_same_question_brings_the_same_bytes(served: Served) -> None:
    host = await new_host(served.url)
    with reader(served) as one, reader(served) as other:
        for raw in (one, other):
            say(raw, "watch", topic="sessions", **of_host(host))
            assert b'"reply"' in raw.receive_frame()[1]
        states = [await asyncio.to_thread(raw.receive_frame) for raw in (one, other)]
        assert states[0] == states[1]
        async with leading(host) as (client, id):
            for round in range(3):
                await client.command("session.update", session=id, attributes={"n": round})
                await asyncio.sleep(PACE_SECONDS)
            frames: list[bytes] = []
            while not frames or b'"n":2' not in frames[-1]:
                mine, theirs = [await asyncio.to_thread(raw.receive_frame) for raw in (one, other)]
                assert mine == theirs
                frames.append(mine[1])
    assert all(json.loads(text)["type"] == "patch" for text in frames)


async def test_frames_of_a_topic_keep_their_distance(served: Served) -> None:
    host = await new_host(served.url)
    async with leading(host) as (leader, id), await RecordedChannel.connect(served.url) as client:
        topic = await watch(client, **of_host(host))
        seen, began, changes = len(client.frames), time.monotonic(), 60
        for change in range(changes):
            await leader.command("session.update", session=id, attributes={"n": change})
            await asyncio.sleep(0.02)
        newest = {"n": changes - 1}
        await client.until(lambda: client.states[topic]["sessions"][id]["attributes"] == newest)
        took, frames = time.monotonic() - began, len(client.frames) - seen
    assert 2 <= frames <= took / SHORTEST_GAP + 1
    assert client.gaps == 0


class Hall:
    """Sessions, whose hosts change them all at once."""

    def __init__(self, served: Served) -> None:
        self.served, self.round = served, 0

    async def open(self) -> None:
        hosts = [await new_host(self.served.url) for _ in range(HOSTS)]
        self.clients = [await host.connect() for host in hosts]
        self.uuids = [host.uuid for host in hosts]
        launched = [await one.command("session.launch") for one in self.clients]
        self.ids = [one["session"]["id"] for one in launched]

    async def change(self) -> None:
        self.round += 1
        filling = {"n": self.round, "text": f"{self.round}{FILLING}"}
        for client, id in zip(self.clients, self.ids, strict=True):
            await client.command("session.update", session=id, attributes=filling)

    @property
    def has_slow_watchers(self) -> bool:
        return any(watcher.behind for watcher in self.served.lobby.hub.watchers())

    async def close(self) -> None:
        for client in self.clients:
            await client.close()


async def test_a_slow_reader_gets_the_state_once_when_it_has_caught_up(served: Served) -> None:
    hall = Hall(served)
    await hall.open()
    with reader(served, receive_buffer=4096) as slow:
        for limit in range(HOSTS, HOSTS + MOST_QUESTIONS):  # as many copies of each change
            say(slow, "watch", topic="sessions", filter={"host": hall.uuids}, limit=limit)
        while not hall.has_slow_watchers:
            await hall.change()
        for _ in range(3):  # it is sent nothing of these as they come
            await hall.change()
            await asyncio.sleep(PACE_SECONDS)
        heard = await asyncio.to_thread(drain, slow, hall.round)
    await hall.close()
    assert all(states_of(frames) in (1, 2) for frames in heard.values())
    assert any(states_of(frames) == 2 for frames in heard.values())


def states_of(frames: list[Frame]) -> int:
    """How often it was sent the whole; each patch must follow what came before it."""
    version = 0
    for one in frames:
        assert one["type"] == "state" or one["since"] == version
        version = one["version"]
    return [one["type"] for one in frames].count("state")


def drain(raw: RawWebsocket, newest: int) -> dict[str, list[Frame]]:
    """All that comes, by topic, until each has shown the newest round of every session."""
    heard: dict[str, list[Frame]] = {}
    shown: dict[str, dict[str, int]] = {}
    end = time.monotonic() + TIMEOUT
    while len(shown) < MOST_QUESTIONS or not all(
        len(rounds) == HOSTS and set(rounds.values()) == {newest} for rounds in shown.values()
    ):
        assert time.monotonic() < end
        said = json.loads(raw.receive_frame()[1])
        for one in said if isinstance(said, list) else [said]:
            if one["type"] not in ("state", "patch"):
                continue
            heard.setdefault(one["topic"], []).append(one)
            sessions = one.get("state", one.get("patch")).get("sessions", {})
            for id, session in sessions.items():
                if "n" in session.get("attributes", {}):
                    shown.setdefault(one["topic"], {})[id] = session["attributes"]["n"]
    return heard


async def test_who_comes_back_gets_what_they_lack(served: Served) -> None:
    host = await new_host(served.url)
    async with leading(host) as (leader, id):
        client = await RecordedChannel.connect(served.url)
        topic = await watch(client, **of_host(host))
        await client.drop()
        await client.open()
        seen = len(client.frames)
        assert await watch(client, topic, **of_host(host)) == topic
        assert [one["type"] for one in client.frames[seen:]] == ["reply", "unchanged"]
        await client.drop()
        await leader.command("session.update", session=id, attributes={"n": 1})
        await asyncio.sleep(2 * PACE_SECONDS)
        await client.open()
        seen = len(client.frames)
        await watch(client, topic, **of_host(host))
        await client.until(lambda: client.states[topic]["sessions"][id]["attributes"] == {"n": 1})
        assert "state" not in [f["type"] for f in client.frames[seen:]]
        assert client.gaps == 0
        await client.close()


async def test_a_process_answers_so_many_questions(served: Served) -> None:
    """Each connection so many, all together so many; then only those that somebody asks already."""
    served.do(count_left(served))
    spectators = [await RecordedChannel.connect(served.url) for _ in range(5)]
    asked, refused = 0, list[Refused]()
    for client in spectators:
        for _ in range(MOST_QUESTIONS):
            try:
                await watch(client, limit=asked + 1)
                asked += 1
            except Refused as no:
                refused.append(no)
                break
    assert asked <= VIEWS
    assert {no.code for no in refused} == {"unavailable"}
    assert all(no.retry_after for no in refused)
    with pytest.raises(Refused) as full:
        await watch(spectators[0], limit=150)
    assert full.value.code == "list_full"
    await watch(spectators[-1], limit=1)
    for client in spectators:
        await client.close()
    await until_left(served)


async def until_left(served: Served) -> None:
    async with asyncio.timeout(TIMEOUT):
        while await asyncio.to_thread(served.do, count_left(served)):
            await asyncio.sleep(0.05)


async def test_a_question_a_millisecond_is_soon_too_many(served: Served) -> None:
    async with await RecordedChannel.connect(served.url) as client:
        for n in range(40):
            await client.say({"type": "watch", "id": f"{n}", "topic": "sessions", "limit": n + 1})
            await client.say({"type": "unwatch", "id": f"u{n}", "topic": "sessions:none"})
            await asyncio.sleep(0.001)
        await client.until(lambda: any(f.get("re") == "39" for f in client.frames))
        refused = [f for f in client.frames if f["type"] == "refusal"]
    assert len(refused) >= 40 - MOST_QUESTIONS
    assert {f["code"] for f in refused} <= {"too_many", "list_full"}
    assert all(f["retry_after"] for f in refused if f["code"] == "too_many")
    await until_left(served)


async def test_whoever_was_kept_out_for_a_while_is_welcome_again(served: Served) -> None:
    host, guest = await new_host(served.url), await new_host(served.url)
    async with leading(host) as (leader, id), await guest.connect() as client:
        await leader.command("host.set", only_friends=False)
        welcome = await watch(client, filter={"welcome": True, "host": host.uuid})
        await client.until(lambda: id in client.states[welcome]["sessions"])
        await leader.command("session.kick", session=id, guest=guest.uuid, for_s=1)
        await client.until(lambda: id not in client.states[welcome]["sessions"])
        await client.until(lambda: id in client.states[welcome]["sessions"])


async def test_whoever_was_banned_for_a_while_sees_it_again(served: Served) -> None:
    host, guest = await new_host(served.url), await new_host(served.url)
    async with leading(host) as (leader, id), await guest.connect() as client:
        await leader.command("host.set", only_friends=False)
        asked: list[Frame] = [{"host": host.uuid}, {"host": host.uuid, "welcome": True}]
        topics = [await watch(client, filter=one) for one in asked]

        def is_shown(expected: bool) -> bool:
            return all((id in client.states[t]["sessions"]) is expected for t in topics)

        await client.until(lambda: is_shown(True))
        await leader.command("host.ban", guest=guest.uuid, for_s=1)
        await client.until(lambda: is_shown(False))
        await client.until(lambda: is_shown(True))
