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

from tests.stories.game_servers import PLAYING, SESSIONS, Host, Player, Servers, playing
from tests.support.deployments import Deployment, two_processes
from tests.support.game import entry, queue, regions, section, servers, session_type, uuid, written
from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT, until

GAME = (
    servers()
    + regions("eu")
    + session_type("party", can_join_matchmaking=True)
    + entry("templates", session_type="game")
    + entry(
        "map_lists",
        id="arena",
        maps=[{"map_id": "canyon", "name": "/Game/Canyon", "map_weight": 1}],
    )
    + entry("instance_templates", id=uuid(1), map_list="arena", default_host_type="dedicated")
    + section("matchmaking", session_type="game", tick_ms=500)
    + entry("ranks", rank_id=1)
    + queue("pairs", min_players_per_side=2)
    + queue("duel", min_players_per_side=1, max_players_per_side=1)
    + queue("filler", join_mode="backfill", max_players_per_side=1)
    + queue("served", max_players_per_side=1, profiles=["filler"], backfill="server")
)


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("game"), GAME)


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
    await until(lambda: invitations(player), story=lambda: player.heard)
    return invitations(player)[-1]


async def bidden_farewell(player: Player, session: str) -> None:
    """A last word about it, which says nothing of how it is tagged."""

    def told() -> bool:
        last = [each for each in player.heard if each["rh_url"].endswith(session)][-1]
        return "etag" not in last

    await until(told, story=lambda: player.heard)


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
            lambda: amy.channel.states[f"queue:{ticket}"]["state"] == "matched", timeout=TIMEOUT
        )
        assert amy.channel.states[f"queue:{ticket}"]["stage"] == "seeking_server"
        assert (await ann.session(first))[0]["matchmaking"]["ticket_id"] == ticket
        assert not any(invitations(player) for player in players)
        # 4. A game server is there: everybody is invited, and comes to their side.
        try:
            host = Host(lobby.there, tmp_path)
            id = await the_match(host, players, {ticket, other})
            await amy.channel.until(
                lambda: amy.channel.ended[f"queue:{ticket}"] == "match_found", timeout=TIMEOUT
            )
            assert "matchmaking" not in (await ann.session(first))[0]
            await the_end(lobby, players, id)
            await host.says("the session is over")
        finally:
            if host:
                host.kill()
        # 6. The parties are as they were, and may wait again.
        for leader, id in ((ann, first), (bob, second)):
            assert await enter(leader, id, "pairs")
        for leader, id in ((ann, first), (bob, second)):  # else their match takes the next host
            await leader.do("DELETE", f"{SESSIONS}/{id}/queue")


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

    async with asyncio.timeout(TIMEOUT):
        while not await gone():
            await asyncio.sleep(0.1)


async def test_a_game_server_asks_for_a_player_in_place_of_one_who_has_left(
    lobby: Deployment, tmp_path: Path
) -> None:
    host: Host | None = None
    async with everybody(3, lobby.here.url, lobby.there.url) as players:
        ann, bob, cat = players
        try:
            # 1. Two meet in a match that a game server runs; one leaves it.
            for player in (ann, bob):
                await enter(player, await party(player), "served")
            host = Host(lobby.there, tmp_path)
            id = await invited(ann)
            await asyncio.gather(*(join(player, id) for player in (ann, bob)))
            await bob.do("DELETE", f"{SESSIONS}/{id}/player/me")
            # 2. The game server asks for another one: who waits now is invited to that side.
            await enter(cat, await party(cat), "served")
            server = Servers(lobby.here.url)
            await server.log_in()
            shown = await server.do("GET", f"{SESSIONS}/{id}")
            said = {"instance_id": shown["instance"]["instance_id"]}
            (side,) = [team["team_id"] for team in shown["teams"] if not team["players"]]
            asked = f"/session/v1/backfill/session/{shown['backfill']['backfill_id']}"
            need = {"teams": [{"team_id": side, "players_required": 1}]}
            await server.do("PATCH", asked, {**said, **need})
            assert await invited(cat) == id
            # 3. It hears who that is, once.
            for expected in ([cat.person.uuid], []):
                told = await server.do("POST", asked, said)
                assert told == {"backfilled_players": expected}
        finally:
            if host:
                host.kill()


async def test_who_matches_is_killed_in_the_middle_and_another_goes_on(pair: Deployment) -> None:
    async with everybody(12, pair.there.url) as players:
        # 1. Twelve wait. The first process, which matches, is killed as soon as it has begun.
        parties = await asyncio.gather(*(party(player) for player in players))
        waiting = zip(players, parties, strict=True)
        await asyncio.gather(*(enter(player, id, "duel") for player, id in waiting))
        await until(lambda: "match made" in pair.here.log, story=lambda: pair.here.log)
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


async def test_whoever_wants_to_leaves_while_no_game_server_is_free(lobby: Deployment) -> None:
    """A match has their tickets, and nobody is invited: twenty of twenty leave, by both doors."""
    left = 0
    async with everybody(4, lobby.here.url, lobby.there.url) as players:
        parties = [await party(player) for player in players]
        while left < 20:
            topics = [
                f"queue:{await enter(*one, 'duel')}" for one in zip(players, parties, strict=True)
            ]
            for player, topic in zip(players, topics, strict=True):
                await player.channel.watch(topic)
                await until_seeking(player, topic)
            for number, (player, id) in enumerate(zip(players, parties, strict=True)):
                assert "matchmaking" in (await player.session(id))[0]
                if number % 2:
                    await player.do("DELETE", f"{SESSIONS}/{id}/queue")
                else:
                    await player.channel.command("queue.leave", session=id)
                assert "matchmaking" not in (await player.session(id))[0]
                left += 1
        assert not any(invitations(player) for player in players)


async def until_seeking(player: Player, topic: str) -> None:
    def seeking() -> bool:
        return bool(player.channel.states[topic].get("stage") == "seeking_server")

    await player.channel.until(seeking, timeout=TIMEOUT)
