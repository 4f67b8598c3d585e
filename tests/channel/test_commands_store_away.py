"""Who watches while the store is away gets one answer, and hears all of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lobby.channel import command_call, watch_commands
from lobby.domain.permissions import Permit
from protocol import topics
from protocol import watch_commands as words
from tests.support.frozen_stores import away
from tests.support.people import new_host
from tests.support.server_thread import Served, serving


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


async def test_a_watched_inbox_is_replayed_when_the_store_is_back(served: Served) -> None:
    host = await new_host(served.url)
    stream = topics.inbox(host.uuid)
    entry = '{"kind":"message","message":"hello","at":1.5}'
    served.do(served.lobby.store.append(stream, entry, entry))
    async with await host.connect() as first, await host.connect() as client:
        await first.watch("inbox")
        # 1. The store goes away between the look at the head and the replay.
        with away(served.lobby.store):
            await client.command("watch", "once", topic="inbox", after=0)
            await client.command("ping")
        # 2. One answer; every entry, once.
        await client.until(lambda: len(client.entries["inbox"]) == 2)
        assert [f["type"] for f in client.frames if f.get("re") == "once"] == ["reply"]
        served.do(served.lobby.store.append(stream, entry))
        served.loop.call_soon_threadsafe(served.lobby.hub._resync, stream)
        await client.until(lambda: len(client.entries["inbox"]) == 3)
        assert client.violations == []


async def test_who_cannot_be_judged_any_more_is_told_to_watch_again(served: Served) -> None:
    host = await new_host(served.url)
    lobby = served.lobby
    async with await host.connect() as client:
        launched = await client.command("session.launch")
        topic = f"session:{launched['session']['id']}"
        socket = next(s for s in served.app.state.channel._sockets if s.identity == host.uuid)

        async def watch() -> None:
            call = command_call.CommandCall(lobby, Permit(socket.actor), socket)
            await watch_commands.watch(call, words.Watch(type="watch", id="once", topic=topic))
            with away(lobby.store):
                for follow in call.afterwards:
                    await follow()

        served.do(watch())
        await client.until(lambda: client.ended[topic] == "watch_again")
        # It is watched as before when it is asked for again.
        await client.watch(topic)
        await client.command("session.update", session=topic.split(":")[1], name="Renamed")
        await client.until(lambda: client.states[topic]["name"] == "Renamed")
