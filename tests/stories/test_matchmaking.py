"""Parties wait, meet in a match that a game server was found for, play and part again: the real
program, its example of a game server, and players who hear of it by notifications and the channel.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE, until
from tests.processes import LobbyProcess
from tests.stories.conftest import Deployment, two_processes
from tests.stories.game_servers import (
    PASSWORD,
    PLAYING,
    SESSIONS,
    Host,
    Player,
    Servers,
    playing,
)

ID = "5d0c6a52-7d1e-4b7c-9c1d-00000000000{}"
PROFILE = f"""
[[profiles]]
id = "{{0}}"
instance_template = "{ID.format(1)}"
rank_id = 1
max_players_per_side = {{1}}
min_players_per_side = {{1}}
[[template_groups]]
id = "{ID}"
templates = [{{{{ id = "{ID}", profiles = ["{{0}}"] }}}}]
[[queues]]
queue_id = "{{0}}"
max_queue_group_size = {{1}}
template_group = "{ID}"
"""
GAME = f"""
[[auth.basic_users]]
name = "servers-eu"
password = "{PASSWORD}"
role = "dedicated_server"
[[regions]]
region_id = "eu"
[[templates]]
session_type = "party"
can_be_created_by_players_directly = true
can_join_matchmaking = true
[[templates]]
session_type = "game"
[[map_lists]]
id = "arena"
maps = [{{ map_id = "canyon", name = "/Game/Canyon", map_weight = 1 }}]
[[instance_templates]]
id = "{ID.format(1)}"
map_list = "arena"
default_host_type = "dedicated"
[matchmaking]
session_type = "game"
tick_ms = 500
[[ranks]]
rank_id = 1
"""


def queue(name: str, players: int, number: int) -> str:
    """With so many on each side."""
    text = PROFILE.replace(ID, ID.format("{2}"))
    return text.format(name, players, number)


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("game") / "game.toml"
    file.write_text(GAME + queue("pairs", 2, 2) + queue("duel", 1, 3))
    return file


@pytest.fixture(params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, game: Path
) -> Iterator[Deployment]:
    settings: dict[str, Any] = {"catalogue": game, "unattended_seconds": 120}
    if request.param == "one-process":
        alone = LobbyProcess(game.parent, **settings).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    yield from two_processes(request, tmp_path_factory, **settings)


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, game: Path
) -> Iterator[Deployment]:
    yield from two_processes(
        request, tmp_path_factory, catalogue=game, keeper_seconds=4, unattended_seconds=120
    )


async def party(leader: Player, *others: Player) -> str:
    asked = {**PLAYING, "session_type": "party", "region_id": "eu"}
    id = str((await leader.do("POST", SESSIONS, json=asked))["session_id"])
    await leader.do("PATCH", f"{SESSIONS}/{id}", json={"joinable": True})
    for other in others:
        await join(other, id)
    return id


async def join(player: Player, session: str) -> None:
    said = {**PLAYING, "team_id": 0}
    await player.do("POST", f"{SESSIONS}/{session}/player/me", json=said)


async def enter(leader: Player, session: str, queue: str) -> str:
    said = await leader.do("POST", f"{SESSIONS}/{session}/queue", json={"queue_id": queue})
    return str(said["ticket_id"])


def invitations(player: Player) -> list[str]:
    """The sessions that they were asked to come to."""
    told = (each for each in player.heard if each["message"] == "session_invited")
    return [each["rh_url"].rpartition("/")[2] for each in told]


async def invited(player: Player) -> str:
    await until(lambda: invitations(player), lambda: player.heard)
    return invitations(player)[-1]


async def bidden_farewell(player: Player, session: str) -> None:
    """A last word about it, which says nothing of how it is tagged."""

    def told() -> bool:
        last = [each for each in player.heard if each["rh_url"].endswith(session)][-1]
        return "etag" not in last

    await until(told, lambda: player.heard)


@asynccontextmanager
async def everybody(number: int, *urls: str) -> AsyncIterator[list[Player]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(playing(urls[n % len(urls)])) for n in range(number)]


async def test_two_parties_meet_play_and_part(lobby: Deployment, tmp_path: Path) -> None:
    host: Host | None = None
    async with everybody(4, lobby.here.url, lobby.there.url) as players:
        ann, bob, amy, ben = players
        # 1. Two parties of two; the leaders are on different processes.
        first, second = await party(ann, amy), await party(bob, ben)
        # 2. The first one waits, and the channel says why: two more are needed.
        ticket = await enter(ann, first, "pairs")
        assert (await amy.session(first))[0]["matchmaking"]["ticket_id"] == ticket
        await amy.channel.watch(f"queue:{ticket}")
        waits = amy.channel.states[f"queue:{ticket}"]["waits"]["pairs"]
        assert (waits["players"], waits["least"]) == (2, 4)
        # 3. The other one comes: both are matched, and nobody is told where yet.
        other = await enter(bob, second, "pairs")
        await amy.channel.until(
            lambda: amy.channel.states[f"queue:{ticket}"]["state"] == "matched", timeout=PATIENCE
        )
        assert "matchmaking" not in (await ann.session(first))[0]
        assert not any(invitations(player) for player in players)
        # 4. A game server is there: everybody is invited, and comes to their side.
        try:
            host = Host(lobby.there, tmp_path)
            id = await the_match(host, players, {ticket, other})
            await amy.channel.until(
                lambda: amy.channel.ended[f"queue:{ticket}"] == "match_found", timeout=PATIENCE
            )
            await the_end(lobby, players, id)
            await host.says("the session is over")
        finally:
            if host:
                host.kill()
        # 6. The parties are as they were, and may wait again.
        for leader, id in ((ann, first), (bob, second)):
            assert await enter(leader, id, "pairs")


async def the_match(host: Host, players: list[Player], tickets: set[str]) -> str:
    """The session that everybody was invited to, with everybody in it."""
    ann, bob, amy, ben = players
    await host.says("players may travel to")
    assert "loading /Game/Canyon" in host.log
    (id,) = {await invited(player) for player in players}
    view = (await ann.session(id))[0]
    assert view["created_by_matchmaking"] is True
    assert set(view["match"]["ticket_ids"]) == tickets
    await asyncio.gather(*(join(player, id) for player in players))
    view = (await bob.session(id))[0]
    assert view["instance"]["join_params"]["public_conn_str"] in host.log
    teams = [{p["player_uuid"] for p in team["players"]} for team in view["teams"]]
    assert {ann.person.uuid, amy.person.uuid} in teams
    assert {bob.person.uuid, ben.person.uuid} in teams
    return id


async def the_end(lobby: Deployment, players: list[Player], id: str) -> None:
    # 5. The match begins and ends; the server closes: everybody is out, then it is gone.
    server = Servers(lobby.here.url)
    await server.log_in()
    begun = await server.do("POST", f"{SESSIONS}/{id}/match", {"match_id": ""})
    match = (await players[0].session(id))[0]["match"]["match_id"]
    assert begun["match_id"] == match
    allocation = (await server.do("GET", f"{SESSIONS}/{id}"))["instance"]["allocation_id"]
    closed = {"join_status": "closed", "allocation_id": allocation}
    await server.do("PATCH", f"{SESSIONS}/{id}/instance", closed)
    for player in players:
        await bidden_farewell(player, id)
    view = (await players[0].session(id))[0]
    assert [team["players"] for team in view["teams"]] == [[], []]
    assert "match" not in view

    async def gone() -> bool:
        answer = await players[0].person.call("GET", f"{SESSIONS}/{id}")
        return bool(answer.status_code == 404)

    async with asyncio.timeout(PATIENCE):
        while not await gone():
            await asyncio.sleep(0.1)


async def test_who_matches_is_killed_in_the_middle_and_another_goes_on(pair: Deployment) -> None:
    async with everybody(12, pair.there.url) as players:
        # 1. Twelve wait. The first process, which matches, is killed as soon as it has begun.
        parties = await asyncio.gather(*(party(player) for player in players))
        waiting = zip(players, parties, strict=True)
        await asyncio.gather(*(enter(player, id, "duel") for player, id in waiting))
        await until(lambda: "match made" in pair.here.log, lambda: pair.here.log)
        pair.here.kill()
        # 2. The other one matches all who are left, and those whose match was never made.
        servers = Servers(pair.there.url)
        await servers.log_in()
        served = await servers.open(6)
        # 3. Everybody is in one match, of two.
        matches = Counter([await invited(player) for player in players])
        assert matches == dict.fromkeys(served, 2)
        for player in players:
            assert len(set(invitations(player))) == 1
