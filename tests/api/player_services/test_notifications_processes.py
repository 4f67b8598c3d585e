"""Waiting for notifications where several processes serve, stop, are killed, or lose a part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from lobby.api.player_services.notifications import SHORTEST_FAILED_POLL_SECONDS
from tests.support.channel_client import Client
from tests.support.checked_clients import RecordedChannel
from tests.support.deployments import Deployment, over
from tests.support.long_poll import MINE, LongPoll, poll
from tests.support.people import call
from tests.support.player_services import GAME, MACHINES
from tests.support.processes import LobbyProcess
from tests.support.services import PostgresServer, RedisServer
from tests.support.slowness import within
from tests.support.waiting import TIMEOUT, soon

TOO_SOON = 3.0
"""Seconds; a client whose poll fails within them polls no more."""


async def log_in(url: str, grant: str, secret: str) -> Any:
    said = {"grant_type": grant, "portal_access_token": secret}
    answer = await call(url, "POST", "/users/v1/login", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


class Player:
    def __init__(self, said: Any, server: Any) -> None:
        self.token, self.uuid = said["access_token"], said["active_player_uuid"]
        self._server = {"Authorization": f"Bearer {server['access_token']}"}

    @classmethod
    async def new(cls, url: str, secret: str = "somebody's own secret") -> Player:
        return cls(
            await log_in(url, "anon", secret), await log_in(url, "basic", MACHINES["server"])
        )

    async def tell(self, url: str, text: str) -> str:
        path = f"/notification/v1/player/{self.uuid}/notification"
        said = {"notifications": [{"message": text}]}
        answer = await call(url, "POST", path, json=said, headers=self._server)
        assert answer.status_code == 200, answer.text
        id: str = answer.json()["notification_id"]
        return id


@pytest.fixture
def pair(
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """Two processes for this test alone."""
    yield from over(redis_server, postgres_server, tmp_path_factory, catalogue=GAME)


@pytest.fixture
def alone(own_lobby: LobbyProcess) -> LobbyProcess:
    own_lobby.settings["LOBBY_CATALOGUE"] = str(GAME)
    return own_lobby.start()


async def waits(poll: LongPoll, process: LobbyProcess, player: Player) -> None:
    """Return once it certainly waits: a later one with a place of its own has been answered."""
    async with asyncio.timeout(TIMEOUT):
        await poll_at(process, player, exclude_before="1", deadline=1)
    assert not poll.answered


async def poll_at(process: LobbyProcess, player: Player, **query: Any) -> list[str]:
    return (await poll(process.url, player.token, **query)).messages


async def test_what_is_said_on_one_process_is_heard_on_the_other(pair: Deployment) -> None:
    player = await Player.new(pair.here.url)
    # 1. One that waits is woken.
    waiting = await LongPoll.send(pair.there.url, player.token)
    await waits(waiting, pair.there, player)
    began = time.monotonic()
    first = await player.tell(pair.here.url, "one")
    assert (await waiting.answer()).messages == ["one"]
    assert time.monotonic() - began < soon()
    # 2. One that comes later, with the other process's place, goes on there.
    await player.tell(pair.there.url, "two")
    assert await poll_at(pair.here, player, exclude_before=first) == ["two"]
    # 3. One that has forgotten its place when nothing came goes on there as well.
    assert await poll_at(pair.here, player, exclude_before="2", deadline=1) == []
    await player.tell(pair.here.url, "three")
    assert await poll_at(pair.there, player, exclude_before="") == ["three"]


async def test_a_session_that_is_changed_on_both_processes_is_told_once_for_each_version(
    pair: Deployment,
) -> None:
    playing: dict[str, Any] = {"client_version": "1.0.0", "client_settings": {"input": "gamepad"}}
    ann, bob = [await Player.new(pair.here.url, f"{name}'s secret") for name in ("Ann", "Bob")]

    async def do(player: Player, url: str, method: str, path: str = "", **said: Any) -> Any:
        headers = {"Authorization": f"Bearer {player.token}"}
        path = f"/session/v1/session{path}"
        answer = await call(url, method, path, json=said, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    made = await do(ann, pair.here.url, "POST", session_type="game", **playing)
    id = made.json()["session_id"]
    await do(ann, pair.here.url, "PATCH", f"/{id}", joinable=True)
    await do(bob, pair.there.url, "POST", f"/{id}/player/me", team_id=0, **playing)
    # Both processes hold back what they are to tell, and read it anew in the same moment.
    for _ in range(3):
        urls = [pair.here.url, pair.there.url] * 6
        changes = (
            do(ann, url, "PATCH", f"/{id}", custom_data={"n": f"{n}"}) for n, url in enumerate(urls)
        )
        await asyncio.gather(*changes)
        for url in urls[:2]:  # what either still held back has been told after that
            last = await do(ann, url, "PATCH", f"/{id}", custom_data={"last": url})
            async with asyncio.timeout(TIMEOUT):
                while last.headers["ETag"] not in await told_tags(pair, bob):
                    await asyncio.sleep(0.05)
    for player in (ann, bob):
        tags = await told_tags(pair, player)
        assert len(tags) == len(set(tags)), tags


async def told_tags(pair: Deployment, player: Player) -> list[str]:
    """The ETags of all that the player was told, of changed sessions."""
    headers = {"Authorization": f"Bearer {player.token}"}
    path = "/notification/v1/player/me/notification?page_size=100"
    page = (await call(pair.there.url, "GET", path, headers=headers)).json()["notifications"]
    return [one["etag"] for one in page if "etag" in one]


async def test_no_word_is_lost_when_the_bus_is_cut(
    pair: Deployment, redis_server: RedisServer
) -> None:
    player = await Player.new(pair.here.url)
    place = await player.tell(pair.here.url, "begin")
    cuts = list[bytes]()  # who was cut and is not back yet is not cut again
    for n in range(5):
        waiting = await LongPoll.send(pair.there.url, player.token, exclude_before=place)
        cuts += [await asyncio.to_thread(redis_server.ask, "CLIENT", "KILL", "TYPE", "pubsub")]
        place = await player.tell(pair.here.url, f"word {n}")
        assert (await waiting.answer()).ids == [place]
    assert any(cut != b":0\r\n" for cut in cuts)


async def test_who_waited_on_a_process_that_was_killed_goes_on_at_another(
    pair: Deployment,
) -> None:
    player = await Player.new(pair.here.url)
    place = await player.tell(pair.here.url, "begin")
    waiting = await LongPoll.send(pair.there.url, player.token, exclude_before=place)
    await waits(waiting, pair.there, player)
    await asyncio.to_thread(pair.there.kill)
    with pytest.raises(asyncio.IncompleteReadError):
        await waiting.answer()
    await player.tell(pair.here.url, "meanwhile")
    assert await poll_at(pair.here, player, exclude_before=place) == ["meanwhile"]


async def test_a_process_that_stops_answers_everybody_who_waits_at_once(
    alone: LobbyProcess,
) -> None:
    players = [await Player.new(alone.url, f"the secret of {n}") for n in range(20)]
    polls = [await LongPoll.send(alone.url, p.token, deadline=900) for p in players]
    await asyncio.gather(*(waits(*one) for one in zip(polls, [alone] * 20, players, strict=True)))
    began = time.monotonic()
    stopped = asyncio.create_task(asyncio.to_thread(alone.stop))
    answers = [await waiting.answer() for waiting in polls]
    assert time.monotonic() - began < soon()
    assert [(a.status, a.json) for a in answers] == [(200, {"notifications": []})] * 20
    assert await stopped == 0


async def test_who_polls_while_a_process_stops_is_not_kept_and_not_hurried(
    alone: LobbyProcess,
) -> None:
    """Over a connection that is open already: others are refused, and may look elsewhere."""
    alone.stop()
    alone.settings |= {"LOBBY_DRAIN_SECONDS": "5", "LOBBY_CONNECTIONS_PER_SECOND": "100"}
    alone.start()
    player = await Player.new(alone.url)
    clients = [await Client.connect(alone.url) for _ in range(100)]
    async with httpx2.AsyncClient(base_url=alone.url, timeout=TIMEOUT) as http:
        assert (await http.get("/health/live")).status_code == 200
        stopped = asyncio.create_task(asyncio.to_thread(alone.stop))
        await clients[-1].until(lambda: clients[-1].drain)
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {player.token}"}
        with within(3):
            late = await http.get(f"{MINE}?deadline=900", headers=headers)
        assert late.json()["notifications"] == []
        assert time.monotonic() - began > 0.3
    assert await stopped == 0
    for client in clients:
        await client.close()


async def test_a_database_that_is_away_fails_no_poll_soon(
    own_redis: RedisServer,
    own_postgres: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    deployed = over(own_redis, own_postgres, tmp_path_factory, catalogue=GAME)
    pair = await asyncio.to_thread(next, deployed)
    player = await Player.new(pair.here.url)
    place = await player.tell(pair.here.url, "begin")
    waiting = await LongPoll.send(pair.here.url, player.token, exclude_before=place, deadline=900)
    await waits(waiting, pair.here, player)
    await asyncio.to_thread(own_postgres.kill)
    # 1. A poll of somebody known goes on; one of somebody who is not is refused, but slowly.
    fresh = await LongPoll.send(pair.there.url, player.token, exclude_before=place)
    refused = await fresh.answer(20)
    assert refused.status in (200, 503)
    assert refused.took > TOO_SOON
    assert refused.status == 200 or refused.took >= SHORTEST_FAILED_POLL_SECONDS
    assert not waiting.answered
    # 2. It is back: whoever waited all the time hears what comes.
    await asyncio.to_thread(own_postgres.start)
    async with asyncio.timeout(TIMEOUT):
        place = await told(pair.here.url, player)
    assert (await waiting.answer(20)).ids == [place]
    for process in (pair.here, pair.there):
        await asyncio.to_thread(process.remove)


async def told(url: str, player: Player) -> str:
    """Once the database is reached again."""
    while True:
        try:
            return await player.tell(url, "back")
        except AssertionError:
            await asyncio.sleep(0.2)


async def test_the_channels_inbox_holds_the_same_with_the_same_numbers(alone: LobbyProcess) -> None:
    player = await Player.new(alone.url)
    first = await player.tell(alone.url, "one")
    async with await RecordedChannel.connect(alone.url, player.token) as client:
        await client.watch("inbox", after=0)
        second = await player.tell(alone.url, "two")
        await client.until(lambda: len(client.entries["inbox"]) == 2)
        entries = client.entries["inbox"]
    assert {str(cursor): entry["message"] for cursor, entry in entries.items()} == {
        first: "one",
        second: "two",
    }
    assert [set(entry) for entry in entries.values()] == [{"kind", "message", "at"}] * 2
    path = "/notification/v1/player/me/notification"
    page = await call(alone.url, "GET", path, headers={"Authorization": f"Bearer {player.token}"})
    assert [one["notification_id"] for one in page.json()["notifications"]] == [second, first]
