"""Many topics are watched by one command; each of them is answered for itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from protocol.watch_commands import MOST_TOPICS
from tests.support.channel_client import Client, Frame, Refused
from tests.support.people import Person, new_host
from tests.support.processes import LobbyProcess

ABSENT = "session:123456789"


async def watch_all(client: Client, *topics: Frame) -> list[Frame]:
    answered = await client.command("watch", topics=list(topics))
    assert list(answered) == ["topics"]
    found: list[Frame] = answered["topics"]
    assert len(found) == len(topics)
    return found


async def hosts(url: str, number: int) -> list[Person]:
    return list(await asyncio.gather(*(new_host(url) for _ in range(number))))


async def test_many_topics_cost_one_command_and_come_at_once(lobby_server: LobbyProcess) -> None:
    people = await hosts(lobby_server.url, 8)
    async with await people[0].connect() as client:
        wanted = [f"host:{one.uuid}" for one in people] + ["sessions", "presence", "inbox"]
        said = await watch_all(client, *({"topic": topic} for topic in wanted))
        assert [one["topic"] for one in said] == wanted
        assert {*said[-1]} == {"topic", "cursor", "epoch"}
        await client.until(lambda: set(wanted[:-1]) <= client.states.keys())
        reply = next(n for n, f in enumerate(client.frames) if "topics" in f.get("result", {}))
        first = next(n for n, f in enumerate(client.frames) if f["type"] == "state")
        assert reply < first, "the reply is written before the first frame"


async def test_each_is_answered_for_itself(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    async with await host.connect() as client:
        said = await watch_all(
            client, {"topic": ABSENT}, {"topic": "inbox", "after": 0}, {"topic": "nothing"}
        )
        assert [one.get("code") for one in said] == ["session_not_found", None, "topic_not_found"]
        assert [one.get("asked") for one in said] == [ABSENT, None, "nothing"]
        assert said[0]["message"]
        # What was refused is not watched, and what was not is.
        launched = await client.command("session.launch")
        topic = f"session:{launched['session']['id']}"
        (again,) = await watch_all(client, {"topic": topic})
        assert again == {"topic": topic}


async def test_what_the_client_has_is_not_sent_again(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    topic = f"host:{host.uuid}"
    async with await host.connect() as client:
        await client.watch(topic)
        await watch_all(client, {"topic": topic, "known": client.known[topic]})
        await client.until(lambda: client.frames[-1]["type"] == "unchanged")
        # Named twice, it comes once.
        await watch_all(client, {"topic": topic}, {"topic": topic})
        await client.until(lambda: client.frames[-1]["type"] == "state")
        await client.command("unwatch", topic=topic)
        told = [frame["type"] for frame in client.frames if frame.get("topic") == topic]
        assert told == ["state", "unchanged", "state"]


async def test_a_connection_is_full_in_the_middle_of_a_batch(lobby_server: LobbyProcess) -> None:
    people = await hosts(lobby_server.url, MOST_TOPICS)
    async with await people[0].connect() as client:
        await client.watch("presence")
        said = await watch_all(client, *({"topic": f"host:{one.uuid}"} for one in people))
        refused = [one for one in said if "code" in one]
        assert [one["code"] for one in refused] == ["list_full"]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({}, "topics"),
        ({"topic": "sessions", "topics": [{"topic": "presence"}]}, "topics"),
        ({"topics": [{"topic": "presence"}], "after": 1}, "topics"),
        ({"topics": [{"topic": "presence"}], "known": {"epoch": "e", "version": 1}}, "topics"),
        ({"topics": []}, "watch.topics"),
        ({"topics": [{"topic": "presence"}] * (MOST_TOPICS + 1)}, "watch.topics"),
        ({"topics": {"topic": "presence"}}, "watch.topics"),
        ({"topics": ["presence"]}, "watch.topics.0"),
        ({"topics": [{"topic": "presence"}, {"topic": "session 1"}]}, "watch.topics.1.topic"),
        ({"topics": [{"topic": "presence", "since": 1}]}, "watch.topics.0.since"),
        ({"topics": [{"topic": "inbox", "after": "1"}]}, "watch.topics.0.after"),
        ({"topics": [{}]}, "watch.topics.0.topic"),
        ({"topic": "presence", "limit": 1}, "watch.limit"),
        ({"topics": [{"topic": "inbox", "sort": "name"}]}, "watch.topics.0.sort"),
        ({"topics": [{"topic": "presence"}], "filter": {}}, "topics"),
    ],
)
async def test_nonsense_is_refused_with_its_path_and_nothing_is_watched(
    lobby_server: LobbyProcess, said: dict[str, Any], path: str
) -> None:
    host = await new_host(lobby_server.url)
    async with await host.connect() as client:
        with pytest.raises(Refused) as no:
            await client.command("watch", **said)
        assert (no.value.code, no.value.message.partition(": ")[0]) == ("malformed", path)
        await client.command("unwatch", topic="sessions")
        assert not [frame for frame in client.frames if "topic" in frame]
