"""What the documents say about hosts, refusals and cursors, done as they say it."""

from __future__ import annotations

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.people import new_host
from tests.support.processes import LobbyProcess


async def test_the_cursors_of_a_journal_begin_at_the_zero_of_an_empty_one(
    lobby_server: LobbyProcess,
) -> None:
    host = await new_host(lobby_server.url)
    async with await host.connect() as client:
        launched = await client.command("session.launch", name="  Friday\tnight ")
        assert launched["session"]["name"] == "Friday night"
        id = launched["session"]["id"]
        chat = f"chat:{id}"
        empty = await client.command("watch", topic=chat, after=0)
        assert empty["cursor"] == 0
        said = await client.command("session.say", session=id, text=" one\r\ntwo ")
        assert said == {"cursor": 1}
        await client.until(lambda: client.entries[chat][1]["text"] == "one\ntwo")

        async with await host.connect() as beyond:
            told = await beyond.command("watch", topic=chat, after=9, epoch=empty["epoch"])
            assert told["cursor"] == 1
            await beyond.until(lambda: beyond.entries[chat][1])
            heard = [frame for frame in beyond.frames if frame.get("topic") == chat]
            assert [frame["type"] for frame in heard] == ["trimmed", "entry"]
            assert set(heard[0]) == {"type", "topic"}


async def test_a_refusal_is_final_for_its_id_and_a_new_id_tries_again(
    lobby_server: LobbyProcess,
) -> None:
    host, guest = [await new_host(lobby_server.url) for _ in range(2)]
    async with await host.connect() as leader, await guest.connect() as other:
        await leader.command("session.launch")
        for _ in range(2):
            with pytest.raises(Refused, match="guest_not_welcome"):
                await other.command("session.join", id="first", host=host.uuid)
            await leader.command("host.befriend", friend=guest.uuid)
        joined = await other.command("session.join", id="second", host=host.uuid)
        assert joined["session"]["host"] == host.uuid


async def test_somebody_without_a_name_may_not_host(lobby_server: LobbyProcess) -> None:
    client = Client(lobby_server.url)
    await client.open(hello=False)
    assert (await client.command("hello", anonymous=True))["kind"] == "anonymous"
    for command in ("session.launch", "host.set"):
        with pytest.raises(Refused, match="forbidden"):
            await client.command(command)
    await client.close()
