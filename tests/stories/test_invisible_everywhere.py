"""Whoever is invisible is so through every process that serves them: no socket of theirs, no new
name and no gap of the bus shows them; and when they appear, they come now."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from tests.support.channel_client import Client
from tests.support.deployments import Deployment, over
from tests.support.people import Person, call, new_user
from tests.support.services import PostgresServer, RedisServer


@pytest.fixture(scope="module")
def pair(
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    yield from over(redis_server, postgres_server, tmp_path_factory)


@dataclass
class Both:
    """Somebody with a socket on each process, and a page on one that shows them."""

    pair: Deployment
    them: Person
    here: Client
    there: Client
    page: Client

    @property
    def since(self) -> float:
        since: float = self.page.states["presence"][self.them.uuid]["since"]
        return since

    @property
    def status(self) -> str | None:
        status: str | None = self.page.states["presence"].get(self.them.uuid, {}).get("status")
        return status

    async def shows(self, status: str | None) -> None:
        await self.page.until(lambda: self.status == status)

    async def rename(self) -> None:
        """A change of their profile, which every process that serves them shows."""
        headers = await self.them.at_server_status()
        path, named = f"/api/users/{self.them.name}", {"nicknames": [f"n{uuid.uuid4().hex[:8]}"]}
        said = await call(self.them.url, "PUT", path, headers=headers, json=named)
        assert (said.status_code, said.text) == (200, "{}"), said.text

    async def mark(self) -> None:
        """Return once the page has heard of whatever came before."""
        other = await new_user(self.pair.there.url)
        async with await other.connect():
            await self.page.until(lambda: other.uuid in self.page.states["presence"])


@pytest.fixture
async def both(pair: Deployment) -> AsyncIterator[Both]:
    them = await new_user(pair.here.url)
    here, there = await them.connect(), await them.connect(pair.there.url)
    page = await Client.connect(pair.there.url)
    await page.watch("presence")
    made = Both(pair, them, here, there, page)
    await made.shows("online")
    yield made
    for client in (here, there, page):
        await client.close()


async def test_who_hides_on_one_process_is_not_shown_by_another(both: Both) -> None:
    await both.here.command("presence.set", status="invisible")
    await both.shows(None)
    seen = len(both.page.frames)
    await both.rename()
    await both.mark()
    await both.here.drop()
    await both.mark()
    await both.rename()
    await both.mark()
    told = [one for one in both.page.frames[seen:] if both.them.uuid in str(one)]
    assert told == []


async def test_who_appears_on_another_process_comes_now(both: Both) -> None:
    before = both.since
    await both.here.command("presence.set", status="invisible")
    await both.shows(None)
    # Through the other process, which had them as online all the while.
    await both.there.command("presence.set", status="online")
    await both.shows("online")
    appeared = both.since
    assert appeared > before
    # The first process shows nothing else of them from now on.
    await both.here.command("presence.set", status="busy")
    await both.shows("busy")
    assert both.since == appeared
    await both.rename()
    await both.page.until(lambda: "nickname" in both.page.states["presence"][both.them.uuid])
    assert (both.status, both.since) == ("busy", appeared)


async def test_who_moves_while_they_are_invisible_comes_when_they_appear(both: Both) -> None:
    before = both.since
    await both.there.command("presence.set", status="invisible")
    await both.shows(None)
    await both.there.close()
    await both.here.close()
    async with await both.them.connect(both.pair.there.url) as moved:
        await both.mark()
        assert both.status is None
        await moved.command("presence.set", status="away")
        await both.shows("away")
        assert both.since > before
