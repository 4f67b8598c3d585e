"""Whoever comes back after a cut asks for all they watched in one command, and has it soon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lobby.hub.subscribers import MOST_QUESTIONS
from tests.support.channel_client import Client
from tests.support.checked_clients import RecordedChannel
from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.slowness import within

HOSTS = 52
TOPICS = HOSTS + MOST_QUESTIONS
BURST = 4
"""Commands at once; a fifth has to wait."""
FRESH_SECONDS = 1.0


@pytest.fixture
def lobby(tmp_path: Path) -> Iterator[LobbyProcess]:
    lobby = LobbyProcess(tmp_path, commands_per_second=1, commands_burst=BURST).start()
    try:
        yield lobby
    finally:
        lobby.remove()


async def test_sixty_topics_are_fresh_within_a_second_of_a_cut(lobby: LobbyProcess) -> None:
    hosts = [await new_host(lobby.url) for _ in range(HOSTS)]
    wanted: list[dict[str, Any]] = [{"topic": f"host:{host.uuid}"} for host in hosts]
    wanted += [{"topic": "sessions", "limit": limit} for limit in range(1, MOST_QUESTIONS + 1)]
    assert len(wanted) == TOPICS == 60
    async with await RecordedChannel.connect(lobby.url, anonymous=True) as client:
        said = await client.command("watch", topics=wanted)
        topics = [one["topic"] for one in said["topics"]]
        await client.until(lambda: all(topic in client.known for topic in topics))
        async with await hosts[0].connect() as leader:
            await client.drop()
            await leader.command("host.set", only_friends=False)
            launched = await leader.command("session.launch")
            id = launched["session"]["id"]
            await client.open()
            seen = len(client.frames)
            known = [
                one | {"known": client.known[topic]}
                for one, topic in zip(wanted, topics, strict=True)
            ]
            with within(FRESH_SECONDS):
                again = await client.command("watch", topics=known)
                assert [one["topic"] for one in again["topics"]] == topics
                await client.until(
                    lambda: {f.get("topic") for f in client.frames[seen:]} >= {*topics}
                )
                await client.until(
                    lambda: all(id in client.states[t]["sessions"] for t in topics[HOSTS:])
                )
            assert client.gaps == 0
            assert await pings_answered(client) >= BURST - 2  # but for hello and watch


async def pings_answered(client: Client) -> int:
    """Of more than are allowed at once: what the commands before have left of the rate limit."""
    seen, many = len(client.frames), 3 * BURST
    for n in range(many):
        await client.say({"type": "ping", "id": f"ping-{n}"})

    def answers() -> list[str]:
        return [
            f.get("code", "") for f in client.frames[seen:] if str(f.get("re")).startswith("ping-")
        ]

    await client.until(lambda: len(answers()) == many)
    assert {*answers()} == {"", "too_many"}
    return answers().count("")
