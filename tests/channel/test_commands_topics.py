"""A topic has one name in replies and frames, however its watcher spells it."""

from __future__ import annotations

from tests.support.people import new_host
from tests.support.processes import LobbyProcess


async def test_the_reply_names_a_topic_as_its_frames_do(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    async with await host.connect() as client:
        said = await client.command("watch", topic=f"host:{host.uuid.upper()}")
        assert said == {"topic": f"host:{host.uuid}"}
        await client.until(lambda: client.states[f"host:{host.uuid}"])
        left = await client.command("unwatch", topic=f"host:{host.uuid.upper()}")
        assert left == {"topic": f"host:{host.uuid}"}
        assert (await client.command("watch", topic="inbox"))["topic"] == "inbox"
