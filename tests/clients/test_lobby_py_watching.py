"""The Python client watches: documents that are shared and patched, questions, the sides of a
session, journals.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from lobby_client import Change, FellBehind, Journal, Live, Lobby, NotReady, Refused
from lobby_client.models import ChatEntry
from lobby_client.states import Frame
from tests.clients.conformance import holds
from tests.clients.python_scenes import (
    Scene,
    Wire,
    comes_back,
    say,
    scripted,
    until,
    watched,
    welcome,
)

WAIT = 30.0


@holds(3)
async def test_what_is_watched_before_connecting_is_there_after(scene: Scene, wire: Wire) -> None:
    ada = await scene.host()
    await ada.command("session.launch", name="Harbour")
    me = scene.client()
    live, count, inbox = me.sessions(), me.presence_count(), me.inbox()
    assert live.status == "asking"
    assert live.version == -1
    with pytest.raises(NotReady, match=r"sessions: .* await ready\(\)"):
        _ = live.state
    await me.connect()
    state = await live.ready()
    assert "Harbour" in [session.get("name") for session in state.values()]
    assert (await count.ready())["online"] >= 1
    assert await inbox.ready() == 0
    assert len(wire.said("watch")) == 1, "all with one command"
    await until(lambda: live.status == "live", "live")


@holds(4)
async def test_a_change_says_where_it_is_and_leaves_what_was_shown(scene: Scene) -> None:
    ada, me = await scene.host(), await scene.connected()
    attributes = {"modes": ["a", "b"], "map": "dust"}
    launched = await ada.command("session.launch", name="Harbour", attributes=attributes)
    id = launched["session"]["id"]
    live = me.sessions()
    before = await live.when(lambda state: id in state, timeout=WAIT)
    changes: list[Change[Any]] = []
    names: list[object] = []
    live.on_change(changes.append)
    live.at((id, "name"), names.append)
    live.at((id, "attributes", "map"), names.append)
    await ada.command("session.update", session=id, name="Port", attributes={"modes": ["b"]})
    await live.when(lambda state: state[id].get("name") == "Port", timeout=WAIT)
    change = changes[-1]
    assert not change.whole
    paths = {path[1:] for path in change.paths}
    assert {("name",), ("attributes", "modes"), ("attributes", "map")} <= paths
    assert change.state[id]["attributes"] == {"modes": ["b"]}
    assert names == ["Port", None]
    assert before[id].get("name") == "Harbour"
    assert change.state[id]["seats"] is before[id]["seats"], "what is the same is shared"

    host = live.state[id].get("host", "")
    window = await me.sessions(filter={"host": host}, limit=5).ready()
    assert window["total"] == 1
    assert window["sessions"][id].get("name") == "Port"


@holds(22)
async def test_two_share_a_topic_and_the_last_ends_it_after_a_turn(
    scene: Scene, wire: Wire
) -> None:
    ada, me = await scene.host(), await scene.connected()
    id = (await ada.command("session.launch"))["session"]["id"]
    first = me.session(id)
    await first.ready()
    with me.watch(f"SESSION:{id}") as second:
        assert await second.ready() is first.state
        assert second.topic == f"session:{id}"
    second.close()
    first.close()
    again = me.session(id)
    await again.ready()
    await asyncio.sleep(0.05)
    assert len(wire.said("watch")) == 1
    assert not wire.said("unwatch")

    changes = aiter(again)
    assert (await anext(changes)).whole
    for name in ("One", "Two", "Three"):
        await ada.command("session.update", session=id, name=name)
    await again.when(lambda state: state.get("name") == "Three", timeout=WAIT)
    assert (await anext(changes)).state.get("name") == "Three", "the newest alone"
    again.close()
    await until(lambda: wire.said("unwatch"), "unwatched")
    assert [change async for change in changes] == []
    assert again.status == "ended"

    ended = me.session(id)
    codes: list[str] = []
    ended.on_ended(codes.append)
    await ended.ready()
    reading = aiter(ended)
    await ada.command("session.close", session=id)
    assert [change.whole async for change in reading] == [True]
    assert codes == ["session_closed"]
    with pytest.raises(Refused) as refused:
        await me.session("1").ready()
    assert refused.value.code == "session_not_found"


async def comes_in(me: Lobby, live: Live[Any], id: str) -> Journal[ChatEntry]:
    joined = await me.command("session.join", session=id)
    assert "location" in live.state, "shown by the time of the answer"
    assert live.version >= joined["session"]["version"]
    chat = me.chat(id, after=0)
    await chat.ready()
    return chat


async def is_out(live: Live[Any], chat: Journal[ChatEntry]) -> None:
    assert [entry async for entry in chat] == []
    await live.when(lambda state: "location" not in state, timeout=WAIT)


@holds(20)
async def test_each_side_of_a_session_is_another_and_the_chat_ends_with_the_seat(
    scene: Scene, wire: Wire
) -> None:
    ada, me = await scene.host(), await scene.connected()
    id = (await ada.command("session.launch"))["session"]["id"]
    await ada.command("session.update", session=id, location="udp://192.0.2.1:7777")
    live, inbox = me.session(id), me.inbox(after=0)
    kinds: list[str] = []
    inbox.on_entry(lambda cursor, entry: kinds.append(entry["kind"]))
    assert "location" not in await live.ready()
    with pytest.raises(Refused, match=r"watch|chat"):
        await me.chat(id).ready()
    guest = me.identity.uuid if me.identity else ""
    assert guest

    chat = await comes_in(me, live, id)
    await me.command("session.leave", session=id)
    await is_out(live, chat)
    chat = await comes_in(me, live, id)
    await ada.command("session.kick", session=id, guest=guest)
    await is_out(live, chat)
    await until(lambda: "session_kicked" in kinds, "told in the inbox")
    states = [frame for frame in wire.heard if frame.get("topic") == f"session:{id}"]
    epochs = [frame["epoch"] for frame in states if frame["type"] == "state"]
    assert len(epochs) >= 5
    assert all(one != other for one, other in itertools.pairwise(epochs)), "of each side another"

    await ada.command("session.pardon", session=id, guest=guest)
    chat, codes = await comes_in(me, live, id), list[str]()
    live.on_ended(codes.append)
    await ada.command("host.ban", guest=guest)
    await until(lambda: codes == ["session_closed"], "hidden")
    with pytest.raises(Refused) as refused:
        await me.command("session.join", session=id)
    assert refused.value.code == "session_not_found"


@holds(21)
async def test_each_entry_of_a_journal_comes_once_and_in_order(scene: Scene) -> None:
    ada, me = await scene.host(), await scene.connected()
    id = (await ada.command("session.launch"))["session"]["id"]
    await me.command("session.join", session=id)

    async def said(text: str) -> None:
        await ada.command("session.say", session=id, text=text)

    for text in ("1", "2", "3"):
        await said(text)
    now = me.chat(id)
    assert await now.ready() == 3
    whole, some = me.chat(id, after=0), me.chat(id, after=2)
    found: list[list[tuple[int, str]]] = [[], [], []]
    for journal, entries in zip((now, whole, some), found, strict=True):
        journal.on_entry(lambda cursor, entry, to=entries: to.append((cursor, entry["text"])))  # type: ignore[misc]
    await until(lambda: len(found[1]) == 3, "what is kept")
    async with comes_back(me):
        scene.link.cut()
        await said("4")
    await said("5")
    await until(lambda: found[0][-1:] == [(5, "5")], "the newest")
    told = [(n, str(n)) for n in range(1, 6)]
    assert found == [told[3:], told, told[2:]]
    assert whole.cursor == 5
    await check_iterators(me, id)
    assert found[0] == told[3:], "others are not told twice"
    beyond = me.chat(id, after=0)
    await until(lambda: beyond.cursor == 5, "all that is kept")
    await ada.command("session.close", session=id)
    assert [cursor async for cursor, _ in beyond] == [1, 2, 3, 4, 5], "then it ends"


async def check_iterators(me: Lobby, id: str) -> None:
    """From a cursor, and from one beyond the end."""
    seen = []
    async for cursor, entry in me.chat(id, after=3):
        seen.append(entry["text"])
        if cursor == 5:
            break
    assert seen == ["4", "5"]

    trimmed: list[bool] = []
    beyond = me.chat(id, after=999)
    beyond.on_trimmed(lambda: trimmed.append(True))
    async for cursor, _ in beyond:
        if cursor == 5:
            break
    assert trimmed == [True]


@holds(21)
async def test_who_reads_an_inbox_too_slowly_is_told_where_to_go_on() -> None:
    async def speak(socket: ServerConnection) -> None:
        await welcome(socket)
        asked: Frame = json.loads(await socket.recv())
        result = {"topic": "inbox", "cursor": 0, "epoch": "e"}
        await say(socket, {"type": "reply", "re": asked["id"], "result": result})
        entry = {"kind": "message", "message": "m", "at": 0}
        frames = [
            {"type": "entry", "topic": "inbox", "cursor": n, "entry": entry} for n in range(1, 602)
        ]
        await say(socket, frames)
        await socket.wait_closed()

    async with scripted(speak) as url, Lobby(url) as me:
        inbox = me.inbox(after=0)
        await inbox.ready()
        await until(lambda: inbox.cursor == 601, "all have come")
        reading = aiter(inbox)
        assert [(await anext(reading))[0] for _ in range(500)] == [*range(1, 501)]
        with pytest.raises(FellBehind) as behind:
            await anext(reading)
        assert behind.value.after == 500


async def test_a_gap_is_healed_and_what_is_old_is_ignored() -> None:
    known: list[object] = []

    async def speak(socket: ServerConnection) -> None:
        await welcome(socket)
        await watched(socket)
        whole = {
            "type": "state",
            "topic": "sessions",
            "epoch": "e",
            "version": 4,
            "state": {"a": {}},
        }
        old = {"type": "patch", "topic": "sessions", "since": 2, "version": 3, "patch": {"a": None}}
        gap = {"type": "patch", "topic": "sessions", "since": 8, "version": 9, "patch": {"b": {}}}
        await say(socket, whole, [old, gap])
        known.append((await watched(socket)).get("known"))
        await say(socket, {**gap, "since": 4})
        await socket.wait_closed()

    async with scripted(speak) as url, Lobby(url) as me:
        live = me.sessions()
        assert list(await live.when(lambda state: "b" in state, timeout=WAIT)) == ["a", "b"]
        assert known == [{"epoch": "e", "version": 4}]
        assert live.version == 9


async def test_who_comes_back_to_what_has_not_changed_is_ready() -> None:
    async def speak(socket: ServerConnection) -> None:
        await welcome(socket)
        asked = await watched(socket)
        topic = {"topic": "friends", "epoch": "e", "version": 1}
        if "known" in asked:
            await say(socket, {"type": "unchanged", **topic})
        else:
            await say(socket, {"type": "state", **topic, "state": {"people": {}}})
        await socket.wait_closed()

    async with scripted(speak) as url, Lobby(url) as me:
        friends = me.friends()
        assert await friends.ready() == {"people": {}}
        await me.close()
        await me.connect()
        async with asyncio.timeout(WAIT):
            assert await friends.ready() == {"people": {}}
