"""A command's id makes it one command, however often and by whichever socket it is said."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.people import new_host
from tests.support.processes import LobbyProcess


async def test_a_repeated_command_gets_the_first_answer(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    async with await host.connect() as client, await host.connect() as again:
        first = await client.command("session.launch", "one", name="Friday")
        # 1. On the same socket and on another one: the same session and the same key.
        assert await client.command("session.launch", "one", name="Friday") == first
        assert await again.command("session.launch", "one", name="Friday") == first
        # 2. A refusal is an answer too.
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                await client.command("session.launch", "two")
            assert refused.value.code == "already_hosting"
        # 3. The id stands for those very words.
        with pytest.raises(Refused) as refused:
            await client.command("session.launch", "one", name="Saturday")
        assert refused.value.code == "id_reused"


async def test_ids_are_everybodys_own(lobby_server: LobbyProcess) -> None:
    one, other = await new_host(lobby_server.url), await new_host(lobby_server.url)
    async with await one.connect() as first, await other.connect() as second:
        launched = [await c.command("session.launch", "same") for c in (first, second)]
        assert launched[0]["session"]["id"] != launched[1]["session"]["id"]


async def test_said_at_once_on_several_sockets_it_is_done_once(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    sockets: list[Client] = [await host.connect() for _ in range(4)]
    answers = await asyncio.gather(*(s.command("session.launch", "one") for s in sockets))
    assert all(answer == answers[0] for answer in answers)
    for socket in sockets:
        await socket.close()


async def test_a_lost_answer_is_had_on_the_next_connection(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    client = await host.connect()
    await client.say({"type": "session.launch", "id": "one", "name": "Friday"})
    await client.until(lambda: any(f.get("re") == "one" for f in client.frames))
    lost = next(f["result"] for f in client.frames if f.get("re") == "one")
    await client.drop()
    async with await host.connect() as back:
        assert await back.command("session.launch", "one", name="Friday") == lost


async def test_a_command_is_known_after_the_process_was_killed(tmp_path: Path) -> None:
    server = LobbyProcess(tmp_path).start()
    try:
        host = await new_host(server.url)
        client = await host.connect()
        first = await client.command("session.launch", "one", name="Friday")
        server.kill()
        await client.drop()
        server.start()
        async with await host.connect() as back:
            assert await back.command("session.launch", "one", name="Friday") == first
            with pytest.raises(Refused) as refused:
                await back.command("session.launch", "one", name="Saturday")
            assert refused.value.code == "id_reused"
    finally:
        server.remove()


async def test_a_signal_is_relayed_once(lobby_server: LobbyProcess) -> None:
    host = await new_host(lobby_server.url)
    async with await host.connect() as client, await host.connect() as again:
        id = (await client.command("session.launch"))["session"]["id"]
        await client.watch(f"session:{id}")
        for socket in (client, again):
            said = {"session": id, "to": host.uuid, "body": {"n": 1}}
            assert await socket.command("session.signal", "one", **said) == {}
        await client.command("session.signal", "two", session=id, to=host.uuid, body={"n": 2})
        await client.until(lambda: len(signals(client)) == 2)
        assert [frame["body"] for frame in signals(client)] == [{"n": 1}, {"n": 2}]
        with pytest.raises(Refused) as refused:
            await again.command("session.signal", "one", session=id, body={"n": 3})
        assert refused.value.code == "id_reused"


def signals(client: Client) -> list[dict[str, Any]]:
    return [frame for frame in client.frames if frame["type"] == "signal"]
