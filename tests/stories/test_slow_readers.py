"""Whoever watches a large list over a thin line gets it whole, then what changed, and no more."""

from __future__ import annotations

import asyncio
import json
import select
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lobby.channel.wire_limits import WireLimits
from tests.support.channel_client import Client as Onlooker
from tests.support.channel_client import merged
from tests.support.checked_clients import PLAIN
from tests.support.processes import LobbyProcess
from tests.support.raw_websocket import TEXT, RawWebsocket, frame
from tests.support.waiting import TIMEOUT, block_until

SESSIONS = 500
FILLING = {"text": "x" * 2_000}
THIN = 200_000
"""Bytes a second: the list takes longer than after which who reads nothing is cut off."""
Frame = dict[str, Any]


class Busy:
    """A lobby whose list of sessions is larger than a megabyte, and what one of its hosts shows."""

    def __init__(self, lobby: LobbyProcess) -> None:
        self.lobby = lobby
        self.token, self.session = asyncio.run(self._open_sessions())

    async def _open_sessions(self) -> tuple[str, str]:
        few = asyncio.Semaphore(16)
        async with httpx2.AsyncClient(base_url=self.lobby.url, **PLAIN) as http:
            opened = await asyncio.gather(*(self._open(http, few) for _ in range(SESSIONS)))
        return opened[0]

    async def _open(self, http: httpx2.AsyncClient, few: asyncio.Semaphore) -> tuple[str, str]:
        """One session; returns its host's token and its id."""
        async with few:
            registered = await http.post("/hosts")
            at = f"/hosts/{registered.json()['uuid'].lower()}/access_token"
            key = {"Authorization": f"Host {registered.headers['Host-Key']}"}
            token = (await http.get(at, headers=key)).json()["token"]
            client = await Onlooker.connect(self.lobby.url, token)
            await client.command("host.set", only_friends=False)
            launched = await client.command("session.launch", attributes=FILLING)
            await client.drop()
        return token, launched["session"]["id"]

    async def change(self, *attributes: Frame) -> None:
        """What one of the sessions says of itself, one after another."""
        async with await Onlooker.connect(self.lobby.url, self.token) as client:
            for one in attributes:
                await client.command("session.update", session=self.session, attributes=one)

    async def listed(self) -> Frame:
        async with await Onlooker.connect(self.lobby.url, max_size=None) as client:
            return await client.watch("sessions")

    def shown(self) -> Frame:
        """What the one session says of itself."""
        attributes: Frame = asyncio.run(self.listed())[self.session]["attributes"]
        return attributes

    def memory(self) -> int:
        status = Path(f"/proc/{self.lobby.pid}/status").read_text()
        return 1024 * int(status.partition("VmRSS:")[2].split()[0])


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    lobby = LobbyProcess(
        tmp_path_factory.mktemp("lobby"), grace_seconds=3_600, list_limit=10_000
    ).start()
    try:
        yield Busy(lobby)
    finally:
        lobby.remove()


@pytest.fixture
def client(busy: Busy) -> Iterator[RawWebsocket]:
    """One of the hosts, who has said hello, and whose kernel takes little before it reads."""
    client = RawWebsocket(busy.lobby.port, receive_buffer=65536)
    client.send_handshake("/ws", subprotocol="lobby.v1")
    assert client.read_handshake().startswith(b"HTTP/1.1 101")
    say(client, "hello", token=busy.token)
    assert heard(client)["type"] == "reply"
    yield client
    client.leave()


def say(client: RawWebsocket, type: str, **fields: object) -> None:
    client.send(frame(TEXT, json.dumps({"type": type, "id": type, **fields}).encode()))


def heard(client: RawWebsocket) -> Frame:
    frame: Frame = json.loads(client.receive_frame()[1])
    return frame


def test_a_large_list_is_sent_once(client: RawWebsocket) -> None:
    say(client, "watch", topic="sessions")
    say(client, "unwatch", topic="presence")  # a ping might overtake
    types = [heard(client)["type"] for _ in range(3)]
    assert types == ["reply", "state", "reply"]
    assert not select.select([client.socket], [], [], 3)[0]
    assert client.unread == b""


def test_a_slow_reader_gets_the_list_and_then_what_changed_meanwhile(
    busy: Busy, client: RawWebsocket
) -> None:
    say(client, "watch", topic="sessions")
    say(client, "unwatch", topic="presence")  # a ping might overtake
    assert heard(client)["type"] == "reply"
    start = time.monotonic()
    with ThreadPoolExecutor() as beside:
        changing = beside.submit(asyncio.run, busy.change({"round": 1}, {"round": 2}))
        state = json.loads(client.receive_frame_slowly(THIN)[1])
        changing.result()
    assert time.monotonic() - start > WireLimits().stall_timeout
    assert heard(client)["re"] == "unwatch"
    truth, seen = asyncio.run(busy.listed()), state["state"]
    assert seen[busy.session] != truth[busy.session]
    while seen != truth:
        patch = heard(client)
        assert (patch["type"], patch["since"]) == ("patch", state["version"])
        state, seen = patch, merged(patch["patch"], seen)


def test_who_reads_nothing_is_cut_off(client: RawWebsocket) -> None:
    say(client, "watch", topic="sessions")
    end = time.monotonic() + max(TIMEOUT, 3 * WireLimits().stall_timeout)
    with suppress(ConnectionResetError, BrokenPipeError):
        while time.monotonic() < end:
            select.select([], [], [], 0.2)
            say(client, "ping")
    assert time.monotonic() < end


def test_watching_again_and_again_and_reading_nothing_costs_one_list(
    busy: Busy, client: RawWebsocket
) -> None:
    say(client, "watch", topic="sessions")
    before = busy.memory()
    for _ in range(25):
        say(client, "unwatch", topic="sessions")
        say(client, "watch", topic="sessions")
    done = {"round": 3}  # once this shows, all that was said before has been answered
    say(client, "session.update", session=busy.session, attributes=done)
    block_until(lambda: busy.shown() == done)
    types = [heard(client)["type"] for _ in range(54)]
    assert types.count("state") == 2
    assert busy.memory() - before < 8 * 1024 * 1024
