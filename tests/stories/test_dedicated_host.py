"""A game server is found for a session, players travel there, it dies, another one takes over: the
example program against the real one, with somebody listening at every step.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any
from uuid import uuid4

import pytest

from tests.client import Client
from tests.house.tree import ROOT
from tests.people import Person, call
from tests.processes import LobbyProcess
from tests.stories.conftest import Deployment, two_processes

PROGRAM = ROOT / "examples" / "game_host.py"
PASSWORD = "a game server's password"
GAME = f"""
[[auth.basic_users]]
name = "servers-eu"
password = "{PASSWORD}"
role = "dedicated_server"
[[regions]]
region_id = "eu"
[[templates]]
session_type = "game"
can_be_created_by_players_directly = true
num_teams = 2
players_per_team = 3
[instances]
allocate_timeout_s = 20
[instances.health]
cadence_s = 1
unhealthy_percent = 20
missed_before_unknown = 4
close_after_unknown_s = 2
"""
PLAYING = {"client_version": "1.0.0", "client_settings": {"platform": "Steam", "input": "gamepad"}}
PATIENCE = 30.0


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("game")
    (home / "game.toml").write_text(GAME)
    settings: dict[str, Any] = {"catalogue": home / "game.toml", "unattended_seconds": 120}
    if request.param == "one-process":
        alone = LobbyProcess(home, **settings).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    yield from two_processes(request, tmp_path_factory, **settings)


class Host:
    """The example program; what it prints is in its log."""

    def __init__(self, lobby: LobbyProcess, home: Path, *tags: str) -> None:
        self.log_file = home / f"host-{uuid4().hex}.log"
        with self.log_file.open("wb") as log:
            command = [sys.executable, str(PROGRAM), lobby.url, "servers-eu", PASSWORD, *tags]
            self.process = Popen(command, stdout=log, stderr=log)

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    async def says(self, words: str) -> None:
        await until(lambda: words in self.log, lambda: self.log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


async def until(condition: Callable[[], object], story: Callable[[], object] = str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"it did not happen: {story()}") from None


@dataclass
class Player:
    """Somebody who plays over HTTP and listens both ways: on the channel, and by long-polls."""

    person: Person
    channel: Client
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def do(self, method: str, path: str, **options: Any) -> Any:
        answer = await self.person.call(method, path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def session(self, id: str) -> tuple[dict[str, Any], str]:
        answer = await self.person.call("GET", f"/session/v1/session/{id}")
        return answer.json(), answer.headers["ETag"]

    async def listen(self) -> None:
        """As a game does: each long-poll goes on where the one before ended."""
        path, last = "/notification/v1/player/me/stream/notification/lp", ""
        while True:
            query = {"exclude_before": last, "deadline": "20", "offset_reset_strategy": "earliest"}
            page = await self.do("GET", path, params=query, timeout=PATIENCE)
            self.heard += page["notifications"]
            last = self.heard[-1]["notification_id"] if self.heard else ""

    def instances(self, id: str) -> list[tuple[str, str | None]]:
        """Every status and health of the session's instance that the channel showed, in order."""
        seen: list[tuple[str, str | None]] = []
        now: dict[str, Any] = {}
        for frame in self.channel.frames:
            if frame.get("topic") == f"session:{id}":
                said = (frame.get("state") or frame.get("patch") or {}).get("instance") or {}
                if "id" in said:
                    now = {}
                now |= said
                shown = (now.get("status", ""), now.get("health"))
                seen += [shown] if now and seen[-1:] != [shown] else []
        return seen


@asynccontextmanager
async def playing(url: str) -> AsyncIterator[Player]:
    said = {"grant_type": "anon", "portal_access_token": uuid4().hex}
    answer = (await call(url, "POST", "/users/v1/login", json=said)).json()
    person = Person(url, answer["active_player_uuid"], answer["access_token"])
    async with await person.connect() as channel:
        player = Player(person, channel)
        listening = asyncio.create_task(player.listen())
        try:
            yield player
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def told_of_now(player: Player, id: str) -> None:
    """What the player was told last is how the session is now."""

    async def told() -> bool:
        _, etag = await player.session(id)
        last = [n for n in player.heard if n["rh_url"].endswith(id)][-1:]
        return bool(last) and last[0]["etag"] == etag

    async with asyncio.timeout(PATIENCE):
        while not await told():
            await asyncio.sleep(0.05)


async def steps(player: Player, id: str) -> list[str]:
    log = await player.do("GET", f"/session/v1/session/{id}/event", params={"page_size": "50"})
    return [e["event_code"] for e in log["events"] if e["event_code"].startswith("instance_")]


async def test_a_session_finds_a_game_server_loses_it_and_finds_another(
    lobby: Deployment, tmp_path: Path
) -> None:
    hosts: list[Host] = []

    def start(*tags: str) -> Host:
        hosts.append(Host(lobby.here, tmp_path, *tags))
        return hosts[-1]

    try:
        async with playing(lobby.there.url) as ann, playing(lobby.here.url) as bob:
            await the_story(start, ann, bob)
    finally:
        for host in hosts:
            host.kill()


async def the_story(start: Callable[..., Host], ann: Player, bob: Player) -> None:
    # 1. A game server waits. A session of another region would not have it.
    first = start("eu")
    await first.says("registered as")
    # 2. Ann's session asks for one, and she sees it come, step by step, on both ways.
    asked = {**PLAYING, "session_type": "game", "region_id": "eu"}
    id = (await ann.do("POST", "/session/v1/session", json=asked))["session_id"]
    await ann.do("PATCH", f"/session/v1/session/{id}", json={"joinable": True})
    await ann.channel.watch(f"session:{id}")
    startup = {"map": "/Game/Canyon", "misc_params": ""}
    wanted = {"host_type": "dedicated", "instance_startup_params": startup}
    await ann.do("POST", f"/session/v1/session/{id}/instance", json=wanted)
    await first.says("players may travel to")
    await ann.channel.until(lambda: ("joinable", "healthy") in ann.instances(id), timeout=PATIENCE)
    assert "loading /Game/Canyon" in first.log
    path = ["instance_requested", "instance_allocated", "instance_pending", "instance_joinable"]
    assert (await steps(ann, id))[:4] == path
    order = [f"instance_{status}" for status, health in ann.instances(id) if health is None]
    assert order == [step for step in path if step in order]
    await told_of_now(ann, id)
    # 3. She reads how to get there; somebody outside does not.
    join = (await ann.session(id))[0]["instance"]["join_params"]
    assert join["public_conn_str"] in first.log
    assert "join_params" not in (await bob.session(id))[0]["instance"]
    # 4. Bob joins, and the game server hears of it.
    joining = {**PLAYING, "team_id": 1}
    await bob.do("POST", f"/session/v1/session/{id}/player/me", json=joining)
    await first.says("heard player_joined")
    assert (await bob.session(id))[0]["instance"]["join_params"] == join
    # 5. The game server dies without a word. Both see it fade: unhealthy, unknown, closed.
    first.kill()
    await bob.channel.watch(f"session:{id}")
    await ann.channel.until(lambda: "closed" in dict(ann.instances(id)), timeout=PATIENCE)
    assert ann.instances(id)[-3:] == [
        ("joinable", "unhealthy"),
        ("joinable", "unknown"),
        ("closed", "unknown"),
    ]
    await bob.channel.until(lambda: "closed" in dict(bob.instances(id)), timeout=PATIENCE)
    await told_of_now(ann, id)
    await told_of_now(bob, id)
    # 6. Another one is there, and the session asks again: the closed instance made room.
    second = start("eu")
    await second.says("registered as")
    await ann.do("POST", f"/session/v1/session/{id}/instance", json=wanted)
    await second.says("players may travel to")
    await ann.channel.until(
        lambda: ann.instances(id)[-1] == ("joinable", "healthy"), timeout=PATIENCE
    )
    await told_of_now(bob, id)
    # 7. Everybody leaves. The session is no more, and the game server goes home by itself.
    for player in (bob, ann):
        await player.do("DELETE", f"/session/v1/session/{id}/player/{player.person.uuid}")
    await second.says("the session is over")
    await until(lambda: second.process.poll() == 0, lambda: second.log)
    assert ann.channel.violations == []


async def test_where_no_game_server_is_there_the_session_waits_for_one(
    lobby: Deployment, tmp_path: Path
) -> None:
    host: Host | None = None
    async with playing(lobby.there.url) as ann:
        asked = {**PLAYING, "session_type": "game"}
        id = (await ann.do("POST", "/session/v1/session", json=asked))["session_id"]
        path = f"/session/v1/session/{id}/instance"
        await ann.do("POST", path, json={"host_type": "dedicated"})
        assert (await ann.session(id))[0]["instance"]["join_status"] == "requested"
        try:
            host = Host(lobby.here, tmp_path)
            await host.says("players may travel to")
        finally:
            if host:
                host.kill()
