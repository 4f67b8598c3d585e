"""A game server is found for a session, players travel there, it dies, another one takes over: the
example program against the real one, with somebody listening at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.game_servers import PLAYING, SESSIONS, Host, Player, playing
from tests.support.deployments import Deployment, two_processes
from tests.support.game import regions, section, servers, session_type, written
from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT, until

GAME = (
    servers()
    + regions("eu")
    + session_type("game", players_per_team=3)
    + section("instances", allocate_timeout_s=20)
    + section(
        "instances.health",
        cadence_s=1,
        unhealthy_percent=20,
        missed_before_unknown=4,
        close_after_unknown_s=2,
    )
)
ASKED = {
    "host_type": "dedicated",
    "instance_startup_params": {"map": "/Game/Canyon", "misc_params": ""},
}
"""What Ann's session wants of a game server."""


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("game")
    settings: dict[str, Any] = {"catalogue": written(home, GAME), "unattended_seconds": 120}
    if request.param == "one-process":
        alone = LobbyProcess(home, **settings).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    yield from two_processes(request, tmp_path_factory, **settings)


async def told_of_now(player: Player, id: str) -> None:
    """What the player was told last is how the session is now."""

    async def told() -> bool:
        _, etag = await player.session(id)
        last = [n for n in player.heard if n["rh_url"].endswith(id)][-1:]
        return bool(last) and last[0]["etag"] == etag

    await until(told)


async def steps(player: Player, id: str) -> list[str]:
    log = await player.do("GET", f"{SESSIONS}/{id}/event", params={"page_size": "50"})
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
    id = await a_session_that_ann_watches(ann)
    await ann.do("POST", f"{SESSIONS}/{id}/instance", json=ASKED)
    await a_game_server_comes_step_by_step(first, ann, id)
    # 3. She reads how to get there; somebody outside does not.
    join = (await ann.session(id))[0]["instance"]["join_params"]
    assert join["public_conn_str"] in first.log
    assert "join_params" not in (await bob.session(id))[0]["instance"]
    # 4. Bob joins, and the game server hears of it.
    joining = {**PLAYING, "team_id": 1}
    await bob.do("POST", f"{SESSIONS}/{id}/player/me", json=joining)
    await first.says("heard player_joined")
    assert (await bob.session(id))[0]["instance"]["join_params"] == join
    # 5. The game server dies without a word. Both see it fade: unhealthy, unknown, closed.
    first.kill()
    await both_see_it_fade(ann, bob, id)
    # 6. Another one is there, and the session asks again: the closed instance made room.
    second = start("eu")
    await second.says("registered as")
    await ann.do("POST", f"{SESSIONS}/{id}/instance", json=ASKED)
    await second.says("players may travel to")
    await ann.channel.until(
        lambda: ann.instances(id)[-1] == ("joinable", "healthy"), timeout=TIMEOUT
    )
    await told_of_now(bob, id)
    # 7. Everybody leaves. The session is no more, and the game server goes home by itself.
    for player in (bob, ann):
        await player.do("DELETE", f"{SESSIONS}/{id}/player/{player.person.uuid}")
    await second.says("the session is over")
    await until(lambda: second.process.poll() == 0, story=lambda: second.log)
    assert ann.channel.violations == []


async def a_session_that_ann_watches(ann: Player) -> str:
    asked = {**PLAYING, "session_type": "game", "region_id": "eu"}
    id = str((await ann.do("POST", SESSIONS, json=asked))["session_id"])
    await ann.do("PATCH", f"{SESSIONS}/{id}", json={"joinable": True})
    await ann.channel.watch(f"session:{id}")
    return id


async def a_game_server_comes_step_by_step(host: Host, ann: Player, id: str) -> None:
    await host.says("players may travel to")
    await ann.channel.until(lambda: ("joinable", "healthy") in ann.instances(id), timeout=TIMEOUT)
    assert "loading /Game/Canyon" in host.log
    path = ["instance_requested", "instance_allocated", "instance_pending", "instance_joinable"]
    assert (await steps(ann, id))[:4] == path
    order = [f"instance_{status}" for status, health in ann.instances(id) if health is None]
    assert order == [step for step in path if step in order]
    await told_of_now(ann, id)


async def both_see_it_fade(ann: Player, bob: Player, id: str) -> None:
    await bob.channel.watch(f"session:{id}")
    await ann.channel.until(lambda: "closed" in dict(ann.instances(id)), timeout=TIMEOUT)
    assert ann.instances(id)[-3:] == [
        ("joinable", "unhealthy"),
        ("joinable", "unknown"),
        ("closed", "unknown"),
    ]
    await bob.channel.until(lambda: "closed" in dict(bob.instances(id)), timeout=TIMEOUT)
    await told_of_now(ann, id)
    await told_of_now(bob, id)


async def test_where_no_game_server_is_there_the_session_waits_for_one(
    lobby: Deployment, tmp_path: Path
) -> None:
    host: Host | None = None
    async with playing(lobby.there.url) as ann:
        asked = {**PLAYING, "session_type": "game"}
        id = (await ann.do("POST", SESSIONS, json=asked))["session_id"]
        path = f"{SESSIONS}/{id}/instance"
        await ann.do("POST", path, json={"host_type": "dedicated"})
        assert (await ann.session(id))[0]["instance"]["join_status"] == "requested"
        try:
            host = Host(lobby.here, tmp_path)
            await host.says("players may travel to")
        finally:
            if host:
                host.kill()
