"""A heartbeat waits for no store and for no other command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.frozen_stores import frozen
from tests.support.people import new_host
from tests.support.server_thread import Served, serving
from tests.support.waiting import soon


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


async def test_ping_is_answered_while_the_store_answers_nobody(served: Served) -> None:
    host = await new_host(served.url)
    async with await host.connect() as client:
        await client.watch(f"host:{host.uuid}")
        await client.command("unwatch", topic="sessions")  # by then the watch has ended, too
        served.loop.call_soon_threadsafe(served.lobby.account_cache.invalidate, host.uuid)
        with frozen(served.lobby.store, served.loop):
            assert "at" in await client.command("ping", timeout=soon())
            await client.command("unwatch", topic=f"host:{host.uuid}", timeout=soon())


async def test_ping_overtakes_a_command_that_waits_for_the_store(served: Served) -> None:
    host = await new_host(served.url)
    async with await host.connect() as client:
        with frozen(served.lobby.store, served.loop):
            await client.say({"type": "session.launch", "id": "launch"})
            await client.say({"type": "unwatch", "id": "behind", "topic": "presence"})
            assert "at" in await client.command("ping", timeout=soon())
        # All others are answered in the order in which they came.
        await client.until(lambda: any(f.get("re") == "behind" for f in client.frames))
        answered = [f["re"] for f in client.frames if f["type"] == "reply"]
        assert answered[-2:] == ["launch", "behind"]


async def test_pings_that_overtake_are_limited_like_all_commands() -> None:
    with serving(commands_per_second=0.001, commands_burst=4) as served:
        host = await new_host(served.url)
        async with await host.connect() as client:
            with frozen(served.lobby.store, served.loop):
                await client.say({"type": "session.launch", "id": "launch"})
                for n in range(4):
                    await client.say({"type": "ping", "id": f"ping-{n}"})
                await client.until(lambda: sum("re" in f for f in client.frames) >= 2)
            await client.until(lambda: any(f["type"] == "refusal" for f in client.frames))
            refused = {f["code"] for f in client.frames if f["type"] == "refusal"}
            assert refused == {"too_many"}
