"""The Python client comes back: after a cut what was watched heals from its version, an answer that
was lost comes once, what was not sent waits.
"""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from lobby_client import Change, Lobby, QueueFull, TimedOut, UnknownOutcome, connection
from lobby_client.http import LobbyHttp
from lobby_client.models import ListedSession, Session
from tests.clients.conformance import holds
from tests.clients.python_scenes import SOON, Scene, Wire, comes_back, phase, until, waits_of

WAIT = 30.0


async def seated(scene: Scene) -> tuple[Lobby, Lobby, str]:
    """Who leads a session, somebody through the proxy, and the session."""
    ada, me = await scene.host(), await scene.connected()
    return ada, me, (await ada.command("session.launch"))["session"]["id"]


def taken(session: Session | ListedSession) -> int:
    return sum(seat["status"] == "taken" for seat in session["seats"].values())


@holds(5, 7)
async def test_an_answer_that_was_lost_comes_once_and_topics_heal(scene: Scene, wire: Wire) -> None:
    ada, me, id = await seated(scene)
    live, everything = me.session(id), me.sessions()
    await asyncio.gather(live.ready(), everything.ready())
    statuses: list[str] = []
    live.on_status(statuses.append)

    scene.link.mute()
    joining = asyncio.create_task(me.command("session.join", session=id))
    await ada.sessions().when(lambda state: taken(state[id]) == 2, timeout=WAIT)
    wire.heard.clear()
    async with comes_back(me):
        scene.link.cut()
        scene.link.heal()
    assert taken((await joining)["session"]) == 2
    joins = wire.said("session.join")
    assert len(joins) == 2
    assert len(set(joins)) == 1, "byte for byte"
    await live.when(lambda state: taken(state) == 2, timeout=WAIT)
    assert statuses == ["stale", "live"]

    async with comes_back(me):
        scene.link.cut()
    asked = json.loads(wire.said("watch")[-1])["topics"]
    assert len(asked) == 2
    assert all(topic["known"]["epoch"] for topic in asked)
    await until(lambda: live.status == everything.status == "live", "all are live")
    again = [(frame["type"], frame.get("topic")) for frame in wire.heard]
    assert ("state", "sessions") not in again, "no whole state again"


@holds(6)
async def test_a_line_that_went_silent_is_dead_after_ten_seconds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.ANSWER_SECONDS == 10
    me = await scene.connected()
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 1.0)  # time is short
    before, waits = me.identity, waits_of(me)
    scene.link.freeze()
    answer = asyncio.create_task(me.command("presence.set", status="busy", timeout=WAIT))
    await until(lambda: waits, "a wait, which is short")
    monkeypatch.setattr(connection, "ANSWER_SECONDS", WAIT)
    scene.link.heal()
    why = waits[0].why
    assert why is not None
    assert (why.code, why.reason, why.by) == (1006, "silent", "network")
    assert (await answer)["status"] == "busy"
    assert me.identity == before


@holds(10)
async def test_what_was_not_sent_in_time_has_not_happened(scene: Scene) -> None:
    early = scene.client(queue=2)
    with pytest.raises(TimedOut) as late:
        await early.command("presence.set", status="away", timeout=0.02)
    assert not late.value.sent
    assert isinstance(late.value, TimeoutError)
    waiting = [
        asyncio.create_task(early.command("presence.set", status="away")),
        asyncio.create_task(early.command("presence.set", status="busy")),
    ]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull):
        await early.command("presence.set", status="online")
    await early.connect()
    assert [one["status"] for one in await asyncio.gather(*waiting)] == ["away", "busy"]

    scene.link.mute()
    with pytest.raises(UnknownOutcome) as unknown:
        await early.command("presence.set", status="away", timeout=0.1)
    assert unknown.value.command == "presence.set"
    scene.link.heal()


async def test_whoever_is_cancelled_gives_up_the_answer_alone(scene: Scene, wire: Wire) -> None:
    _, me, id = await seated(scene)
    await me.command("session.join", session=id)
    scene.link.mute()
    given_up = asyncio.create_task(me.command("session.say", session=id, text="given up"))
    kept = asyncio.create_task(me.command("session.say", session=id, text="kept"))
    await until(lambda: len(wire.said("session.say")) == 2, "both are sent")
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    unsent = asyncio.create_task(scene.client().command("presence.set", status="away"))
    await asyncio.sleep(0)
    unsent.cancel()
    scene.link.heal()
    assert (await kept)["cursor"] == 2, "what was sent is done all the same"
    assert me.state.phase == "live"
    assert (await me.command("session.say", session=id, text="next"))["cursor"] == 3


async def test_once_is_once(scene: Scene, wire: Wire) -> None:
    _, me, id = await seated(scene)
    await me.command("session.join", session=id)
    scene.link.mute()
    once = asyncio.create_task(
        me.command("session.say", session=id, text="once", retry="never", timeout=WAIT)
    )
    await until(lambda: wire.said("session.say"), "sent")
    async with comes_back(me):
        scene.link.cut()
        scene.link.heal()
    with pytest.raises(UnknownOutcome, match=r"session\.say: the connection was lost"):
        await once
    assert len(wire.said("session.say")) == 1


@holds(11)
async def test_what_is_too_old_is_not_said_again(
    scene: Scene, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, me, id = await seated(scene)
    await me.command("session.join", session=id)
    scene.link.mute()
    old = asyncio.create_task(me.command("session.say", session=id, text="old", timeout=1e6))
    await until(lambda: wire.said("session.say"), "sent")
    now = time.time
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: now() + 111)
        async with comes_back(me):
            scene.link.cut()
            scene.link.heal()
        with pytest.raises(UnknownOutcome, match="too old"):
            await old
    assert len(wire.said("session.say")) == 1


@holds(12)
async def test_another_identity_takes_over_nothing(scene: Scene, wire: Wire) -> None:
    _, me, id = await seated(scene)
    live = me.sessions()
    await live.ready()
    await me.command("session.join", session=id)
    before = me.identity
    scene.link.mute()
    mine = asyncio.create_task(me.command("session.say", session=id, text="mine", timeout=WAIT))
    await until(lambda: wire.said("session.say"), "sent")
    wholes: list[Change[dict[str, ListedSession]]] = []
    live.on_change(wholes.append)
    me.reconnect(token=await token_of_another(scene))
    scene.link.heal()
    with pytest.raises(UnknownOutcome, match="another identity"):
        await mine
    await phase(me, "live")
    assert me.identity != before
    assert not me.state.resumed
    await until(lambda: [change for change in wholes if change.whole], "anew")
    assert len(wire.said("session.say")) == 1


async def token_of_another(scene: Scene) -> str:
    async with LobbyHttp(scene.link.direct) as http:
        host = await http.hosts.register()
        return await http.hosts.login(host["uuid"], host["key"])


async def test_a_client_lives_through_an_event_loop_that_was_held_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came meanwhile was not read yet: that is no silence."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(connection, "LATE_SECONDS", 0.1)
    me = await scene.connected(backoff=SOON)
    waits = waits_of(me)
    answer = asyncio.create_task(me.command("presence.set", status="busy"))
    await asyncio.sleep(0)
    monkeypatch.setattr(connection, "ANSWER_SECONDS", WAIT)
    time.sleep(1.5)  # noqa: ASYNC251  # what this is about
    assert (await answer)["status"] == "busy"
    assert waits == []
