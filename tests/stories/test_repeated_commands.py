"""A process is killed while it carries out commands; each is repeated, with its id, at the other
process: all are done once. Real processes over one PostgreSQL and one Redis.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx2

from tests.support.channel_client import Client
from tests.support.deployments import Deployment
from tests.support.people import Person, new_host

HOSTS = 12
LINES = 60
Launched = tuple[int, Any]


async def launched(url: str, host: Person, key: str = "launch") -> Launched | None:
    """The answer; None: the connection broke before there was one."""
    headers = {**host.headers, "Idempotency-Key": key}
    async with httpx2.AsyncClient(base_url=url, timeout=20) as http:
        try:
            answer = await http.post("/sessions", json={"host": host.uuid}, headers=headers)
        except httpx2.TransportError:
            return None
    return answer.status_code, answer.json()


async def sessions_of(url: str, host: Person) -> list[str]:
    async with await host.connect(url) as client:
        await client.watch("sessions")
        return [id for id, said in client.states["sessions"].items() if said["host"] == host.uuid]


async def test_sent_to_two_processes_at_once_a_request_is_done_once(pair: Deployment) -> None:
    for _ in range(10):
        host = await new_host(pair.here.url)
        urls = [pair.here.url, pair.there.url] * 2
        answers = await asyncio.gather(*[launched(url, host) for url in urls])
        assert answers[0] is not None
        assert answers[0][0] == 201, answers
        assert answers == 4 * [answers[0]]


async def test_requests_of_a_killed_process_are_completed_once_by_another(
    pair: Deployment,
) -> None:
    hosts = [await new_host(pair.here.url) for _ in range(HOSTS)]
    # 1. All launch at once; the process is killed when the first has been answered.
    first = [asyncio.create_task(launched(pair.here.url, host)) for host in hosts]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    pair.here.kill()
    known = await asyncio.gather(*first)
    # 2. Everybody repeats at the other process: those who had an answer get the same one.
    again = await asyncio.gather(*[launched(pair.there.url, host) for host in hosts])
    assert all(answer and answer[0] == 201 for answer in again), again
    assert not [pair for pair in zip(known, again, strict=True) if pair[0] and pair[0] != pair[1]]
    # 3. After a restart of both, too; and nobody has two sessions.
    pair.here.start()
    pair.there.kill()
    pair.there.start()
    later = await asyncio.gather(*[launched(pair.here.url, host) for host in hosts])
    assert later == again
    ids = [str(answer[1]["session_id"]) for answer in again if answer]
    assert len(set(ids)) == HOSTS
    for host, id in zip(hosts[:3], ids[:3], strict=True):
        assert await sessions_of(pair.there.url, host) == [id]


async def test_commands_of_a_killed_process_are_repeated_at_another_and_done_once(
    pair: Deployment,
) -> None:
    host = await new_host(pair.here.url)
    client = await host.connect()
    id = (await client.command("session.launch"))["session"]["id"]
    said = [
        {"type": "session.say", "id": f"say-{n}", "session": id, "text": f"line {n}"}
        for n in range(LINES)
    ]
    # 1. Many lines at once; the process is killed when some have been replied to.
    for command in said:
        await client.say(command)
    await client.until(lambda: cursors(client))
    pair.here.kill()
    await client.until_closed()
    known = cursors(client)
    # 2. All of them again at the other process, with the same ids and texts.
    back = await host.connect(pair.there.url)
    for command in said:
        await back.say(command)
    await back.until(lambda: len(cursors(back)) == LINES)
    again = cursors(back)
    assert known.items() <= again.items()
    # 3. Everybody reads each line once.
    await back.watch(f"chat:{id}", after=0)
    await back.until(lambda: len(texts(back)) >= LINES)
    assert Counter(texts(back)) == Counter(f"line {n}" for n in range(LINES))
    assert sorted(again.values()) == list(range(1, LINES + 1))
    await back.close()


def cursors(client: Client) -> dict[str, int]:
    """Of the lines that were replied to, by the id of their command."""
    return {
        frame["re"]: frame["result"]["cursor"]
        for frame in client.frames
        if frame["type"] == "reply" and frame["re"].startswith("say-")
    }


def texts(client: Client) -> list[str]:
    return [frame["entry"]["text"] for frame in client.frames if frame["type"] == "entry"]
