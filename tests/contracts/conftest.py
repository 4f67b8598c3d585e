"""Each port of what fades by itself; two living keepers, and who follows the roster they keep."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from persistence.ports import Live, Locks, Notes, Presence, Timers
from tests.contracts.listener import listening, opened
from tests.contracts.roster import Seen

KINDS = ("memory", "redis", "cluster", "sentinels", "valkey")


@pytest.fixture(params=KINDS)
def live_url(request: pytest.FixtureRequest) -> str:
    """Where live parts may be opened, for each kind of them; empty."""
    match request.param:
        case "memory":
            return "memory:"
        case "redis":
            return str(request.getfixturevalue("redis_url"))
        case "cluster":
            group = request.getfixturevalue("redis_cluster")
            group.empty()
            return str(group.url)
        case "sentinels":
            sentinels = request.getfixturevalue("redis_sentinels")
            sentinels.primary.ask("FLUSHALL")
            return str(sentinels.url)
    server = request.getfixturevalue("valkey_server")
    server.ask("FLUSHALL")
    return str(server.url)


@pytest.fixture
async def live(live_url: str, redis_prefix: str) -> AsyncIterator[Live]:
    """With one shard, whose versions tell all."""
    async with opened(live_url, redis_prefix, shards=1) as live:
        yield live


@pytest.fixture
def locks(live: Live) -> Locks:
    return live.locks


@pytest.fixture
def notes(live: Live) -> Notes:
    return live.notes


@pytest.fixture
def timers(live: Live) -> Timers:
    return live.timers


@pytest.fixture
async def roster(live: Live) -> Presence:
    """With two living keepers, here and there."""
    await live.roster.heartbeat("here", 30)
    await live.roster.heartbeat("there", 30)
    return live.roster


@pytest.fixture
async def seen(live: Live, roster: Presence) -> AsyncIterator[Seen]:
    async with listening(live.bus, "presence") as listener:
        yield Seen(roster, listener)
