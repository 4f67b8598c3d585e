"""A list of friends on one process follows what happens on another, also after the bus had a gap,
Redis was away, or a process died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.support.channel_client import Client
from tests.support.deployments import Deployment, over
from tests.support.people import Person, new_user
from tests.support.services import PostgresServer, RedisServer
from tests.support.waiting import until

GAME = """
[[regions]]
region_id = "eu"
[[regions]]
region_id = "us"
"""


@pytest.fixture
def pair(
    own_redis: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    """Of two regions."""
    game = tmp_path_factory.mktemp("game") / "game.toml"
    game.write_text(GAME)
    yield from over(
        own_redis,
        postgres_server,
        tmp_path_factory,
        keeper_seconds=4,
        heal_seconds=2,
        catalogue=str(game),
        region="eu",
        there={"LOBBY_REGION": "us"},
    )


@dataclass
class Pairing:
    """Somebody here who watches a friend there, by every topic."""

    viewer: Person
    friend: Person
    watching: Client
    showing: Client

    @property
    def topics(self) -> list[str]:
        return ["friends", "presence:count", f"presence:{self.friend.uuid}"]

    def listed(self) -> dict[str, Any]:
        people: dict[str, Any] = self.watching.states["friends"]["people"]
        friend: dict[str, Any] = people.get(self.friend.uuid, {})
        return friend

    def alone(self) -> dict[str, Any]:
        person: dict[str, Any] = self.watching.states[f"presence:{self.friend.uuid}"]
        return person

    async def until_shown(self, status: str | None) -> None:
        await self.watching.until(
            lambda: self.listed().get("status") == status == self.alone().get("status")
        )

    async def is_as_asked_anew(self, *processes: str) -> None:
        """What was told adds up to what each process answers to whoever asks now."""
        paths = {
            "friends": "/friends/presence",
            "presence:count": "/presence",
            f"presence:{self.friend.uuid}": f"/presence/{self.friend.uuid}",
        }
        for url in processes:
            asking = Person(url, self.viewer.uuid, self.viewer.token)
            for topic, path in paths.items():
                await until(partial(self._agree, asking, topic, path), story=self._told)
        assert self.watching.gaps == 0

    async def _agree(self, asking: Person, topic: str, path: str) -> bool:
        said = await asking.call("GET", path)
        return bool(said.json() == self.watching.states[topic])

    def _told(self) -> object:
        return self.watching.states


@pytest.fixture
async def both(pair: Deployment) -> AsyncIterator[Pairing]:
    viewer, friend = await new_user(pair.here.url), await new_user(pair.there.url)
    watching, showing = await viewer.connect(), await friend.connect()
    made = Pairing(viewer, friend, watching, showing)
    await watching.command("host.befriend", friend=friend.uuid)
    for topic in made.topics:
        await watching.watch(topic)
    await made.until_shown("online")
    try:
        yield made
    finally:
        for client in (watching, showing):
            await client.close()
    assert watching.violations == showing.violations == []


async def test_a_list_follows_what_happens_on_another_process(
    both: Pairing, pair: Deployment
) -> None:
    here, there = pair.here.url, pair.there.url
    watching = both.watching
    assert both.alone()["region"] == "us"
    assert watching.states["presence:count"]["regions"] == {"eu": 1, "us": 1}
    # 1. Unfriended and befriended on the other process, over HTTP.
    elsewhere = Person(there, both.viewer.uuid, both.viewer.token)
    list_of = f"/hosts/{both.viewer.uuid}/friends"
    assert (await elsewhere.call("DELETE", f"{list_of}/{both.friend.uuid}")).status_code == 200
    await watching.until(lambda: watching.states["friends"] == {"people": {}})
    said = await elsewhere.call("POST", f"{list_of}?friend={both.friend.uuid}")
    assert said.status_code == 200
    await both.until_shown("online")
    # 2. Banned and unbanned on the other process.
    await both.showing.command("host.ban", guest=both.viewer.uuid)
    await both.until_shown(None)
    await both.is_as_asked_anew(here, there)
    await both.showing.command("presence.set", status="playing")
    await both.showing.command("host.unban", guest=both.viewer.uuid)
    await both.until_shown("playing")
    await both.is_as_asked_anew(here, there)


@pytest.mark.parametrize("empty", [False, True], ids=["frozen", "killed"])
async def test_it_converges_after_redis_was_away(
    both: Pairing, pair: Deployment, own_redis: RedisServer, empty: bool
) -> None:
    if empty:
        own_redis.kill()
    else:
        own_redis.freeze()
    await both.watching.until(lambda: both.watching.away == ["redis"])
    banning = Person(pair.there.url, both.friend.uuid, both.friend.token)
    banlist = f"/hosts/{both.friend.uuid}/banlist"
    said = await banning.call("POST", f"{banlist}?banned={both.viewer.uuid}")
    assert said.status_code == 200, "bans need the database alone"
    if empty:
        await asyncio.to_thread(own_redis.start)
    else:
        own_redis.thaw()
    await both.until_shown(None)
    await both.watching.until(lambda: both.watching.states["presence:count"]["online"] == 2)
    await both.is_as_asked_anew(pair.here.url, pair.there.url)
    assert (await banning.call("DELETE", f"{banlist}/{both.viewer.uuid}")).status_code == 200
    await both.until_shown("online")
    await both.showing.command("presence.set", status="busy")
    await both.until_shown("busy")
    await both.is_as_asked_anew(pair.here.url, pair.there.url)


async def test_the_friends_of_a_killed_process_are_gone_and_come_back(
    both: Pairing, pair: Deployment
) -> None:
    pair.there.kill()
    await both.until_shown(None)
    assert both.listed() == {"name": both.friend.name}
    await both.is_as_asked_anew(pair.here.url)
    async with await both.friend.connect(pair.here.url):
        await both.until_shown("online")
        assert both.alone()["region"] == "eu"
        await both.is_as_asked_anew(pair.here.url)
    # Whoever watched there watches here, and the other way about.
    pair.there.start()
    async with await both.viewer.connect(pair.there.url) as again:
        await again.watch("friends")
        assert again.states["friends"] == both.watching.states["friends"]
