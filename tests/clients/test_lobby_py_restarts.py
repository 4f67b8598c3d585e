"""The Python client at a lobby of its own: killed, stopped, with few commands a second."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from lobby_client import Live, Lobby, State
from lobby_client.http import LobbyHttp
from lobby_client.states import Frame
from tests.clients.conformance import holds
from tests.clients.links import own_link
from tests.clients.python_scenes import Scene, Wire, comes_back, phase, scene_at, until, wire_at

WAIT = 30.0
MANY = 50


@holds(8, 9)
async def test_a_lobby_that_is_killed_and_stopped_is_come_back_to(tmp_path: Path) -> None:
    await restarted(tmp_path)


@holds(8, 9)
async def test_so_is_one_over_redis(tmp_path: Path, redis_url: str, redis_prefix: str) -> None:
    await restarted(tmp_path, redis_url=redis_url, redis_prefix=redis_prefix)


async def restarted(home: Path, **settings: Any) -> None:
    with own_link(home, database_url=f"sqlite:{home}/lobby.db", **settings) as link:
        for wire in wire_at(link.url):
            async with scene_at(link) as scene:
                await check_restarts(scene, wire)


async def check_restarts(scene: Scene, wire: Wire) -> None:
    link = scene.link
    async with LobbyHttp(link.direct) as http:
        host = await http.hosts.register()
        token = await http.hosts.login(host["uuid"], host["key"])
    me = await scene.connected(token=token, timeout=WAIT, backoff=(0.3, 0.6))
    listed = me.sessions()
    await listed.ready()
    link.mute()
    launching = asyncio.create_task(me.command("session.launch", name="Harbour"))
    async with Lobby(link.direct) as looker:
        await looker.sessions().when(lambda state: len(state) == 1, timeout=WAIT)
    async with comes_back(me):
        link.kill()
        link.cut()
        link.heal()
        await asyncio.to_thread(link.start)
    launched = await launching
    id = launched["session"]["id"]
    assert len(launched.get("source_of_truth_key", "")) == 64
    launches = wire.said("session.launch")
    assert len(launches) >= 2
    assert len(set(launches)) == 1
    await listed.when(lambda state: list(state) == [id], timeout=WAIT)
    assert me.identity is not None
    assert me.identity.uuid == host["uuid"].lower()

    told: list[float] = []
    me.on("drain", told.append)
    async with comes_back(me):
        await asyncio.to_thread(link.stop)
        await asyncio.to_thread(link.start)
    assert told
    assert me.state.resumed
    await listed.when(lambda state: id in state, timeout=WAIT)
    updated = await me.command("session.update", session=id, name="Port")
    assert updated["session"].get("name") == "Port"
    await listed.when(lambda state: state[id].get("name") == "Port", timeout=WAIT)


@holds(13, 14)
async def test_the_rate_that_hello_tells_is_kept(tmp_path: Path) -> None:
    few = {"commands_per_second": 20, "commands_burst": 30}
    with own_link(tmp_path, database_url="sqlite::memory:", **few) as link:
        for wire in wire_at(link.url):
            async with scene_at(link) as scene:
                ada = await scene.host()
                id = (await ada.command("session.launch"))["session"]["id"]
                me = await scene.connected(timeout=WAIT)
                await me.command("session.join", session=id)
                await check_all_at_once(scene, wire, me, id)
                await check_too_many(wire, me, id)


async def check_all_at_once(scene: Scene, wire: Wire, me: Lobby, id: str) -> None:
    people = [f"00000000-0000-4000-8000-{n:012}" for n in range(62)]
    watched: list[Live[Any]] = [me.sessions(), me.session(id), *map(me.person, people)]
    await asyncio.gather(*(live.ready() for live in watched))
    assert len(wire.said("watch")) == 1
    async with comes_back(me):
        scene.link.mute()
        answers = [
            asyncio.create_task(me.command("presence.set", status="busy")) for _ in range(40)
        ]
        await until(lambda: wire.said("presence.set"), "some are sent")
        scene.link.cut()
        scene.link.heal()
    await asyncio.gather(*answers)
    await until(lambda: all(live.status == "live" for live in watched), "all are fresh")
    assert not refusals(wire)


def refusals(wire: Wire) -> list[Frame]:
    return [frame for frame in wire.heard if frame["type"] == "refusal"]


async def check_too_many(wire: Wire, me: Lobby, id: str) -> None:
    """Others use up what this connection may say: nothing is lost, and the order stays."""
    await asyncio.sleep(1)  # both have filled up what they count
    connection = me._supervisor._connection
    assert connection is not None
    wire.sent.clear()
    for n in range(50):  # with the others fewer than may wait
        connection.send(json.dumps({"type": "ping", "id": f"flood-{n}"}))
    said = [me.command("session.say", session=id, text=f"line {n}") for n in range(12)]
    cursors = [one["cursor"] for one in await asyncio.gather(*said)]
    assert sorted(cursors) == [*range(1, 13)], "each once"
    texts = wire.said("session.say")
    first, again = texts[:12], texts[12:]
    assert again
    assert set(again) <= set(first), "the same texts"
    order = [first.index(text) for text in again]
    assert order == sorted(order), "in the order of the calls"
    codes = {frame["code"] for frame in refusals(wire) if not str(frame["re"]).startswith("flood")}
    assert codes == {"too_many"}


@holds(15)
async def test_nobody_is_back_before_the_time_and_fifty_come_spread_out(tmp_path: Path) -> None:
    with own_link(tmp_path, database_url=f"sqlite:{tmp_path}/lobby.db", drain_seconds=0.5) as link:
        async with scene_at(link) as scene:
            herd = await asyncio.gather(*(scene.connected(backoff=(0.5, 30)) for _ in range(MANY)))
            before = [one.identity for one in herd]
            seen = [Return(one) for one in herd]
            await asyncio.to_thread(link.stop)
            await until(lambda: all(one.waits for one in seen), "all have lost their connection")
            await asyncio.to_thread(link.start)
            for one in herd:
                await phase(one, "live")
    assert [one.identity for one in herd] == before
    chances = [one.chance() for one in seen]
    assert all(-0.25 <= chance <= 0.75 for chance in chances), chances
    assert max(chances) - min(chances) > 0.125, "spread out"
    assert all(one != other for one, other in pairwise(sorted(chances)))


class Return:
    """When somebody was told to be back, meant to be, and came."""

    def __init__(self, lobby: Lobby) -> None:
        self.told = self.came = 0.0
        self.waits: list[tuple[float, float]] = []
        lobby.on("drain", self._drain)
        lobby.on("state", self._state)

    def _drain(self, until: float) -> None:
        self.told = until

    def _state(self, state: State) -> None:
        if state.phase == "waiting" and state.until is not None:
            self.waits.append((time.time(), state.until))
        elif state.phase == "connecting" and not self.came:
            self.came = time.time()

    def chance(self) -> float:
        """Seconds at random after the time, which was told."""
        assert 0 < self.told <= self.came + 0.01
        lost, until = self.waits[0]
        return until - max(self.told, lost)
