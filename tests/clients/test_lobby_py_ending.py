"""The Python client is closed: for good, with everything settled; a wake-up shortens a wait, never
one that was told.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection

from lobby_client import Closed, Lobby, UnknownOutcome
from tests.clients.conformance import holds
from tests.clients.python_scenes import HOURS, Scene, Wire, phase, say, scripted, until, welcome
from tests.support.repository import ROOT

NOBODY = "http://127.0.0.1:9"
CLIENT = ROOT / "clients" / "python"


@holds(23)
async def test_closed_while_it_connects_everything_settles(scene: Scene) -> None:
    never = scene.client(NOBODY)
    live, inbox = never.sessions(), never.inbox()
    waiting = [
        asyncio.create_task(each)
        for each in (
            never.command("presence.set", status="away"),
            never.connect(),
            never.ready(),
            live.ready(),
            live.when(lambda state: True),
            inbox.ready(),
        )
    ]
    states = asyncio.create_task(listed(never))
    reading = aiter(live)
    await asyncio.sleep(0)
    await never.close()
    await never.close()
    for each in waiting:
        with pytest.raises(Closed) as closed:
            await each
        assert closed.value.why.by == "us"
    assert [change async for change in reading] == []
    assert (await states)[-1] == "closed"
    with pytest.raises(Closed):
        await never.command("presence.set", status="away")
    never.hurry()
    await asyncio.sleep(0.05)
    assert never.state.phase == "closed"


async def listed(lobby: Lobby) -> list[str]:
    return [state.phase async for state in lobby.states()]


@holds(23)
async def test_closed_while_it_is_live_or_waits_and_opened_again(scene: Scene, wire: Wire) -> None:
    me = await scene.connected()
    live, inbox = me.sessions(), me.inbox()
    await live.ready()
    scene.link.mute()
    underway = asyncio.create_task(me.command("presence.set", status="busy"))
    await until(lambda: wire.said("presence.set"), "sent")
    await me.close()  # nobody waits for who does not answer: the link is silent still
    with pytest.raises(UnknownOutcome, match="closed"):
        await underway
    scene.link.heal()
    await me.connect()
    await asyncio.gather(live.ready(), inbox.ready())
    await until(lambda: live.status == "live", "with what it watched")

    patient = scene.client(NOBODY, backoff=HOURS)
    connecting = asyncio.create_task(patient.connect())
    await phase(patient, "waiting")
    await patient.close()
    patient.hurry()
    with pytest.raises(Closed):
        await connecting
    assert patient.state.phase == "closed"


async def test_who_is_cancelled_on_the_way_in_leaves_nothing(scene: Scene) -> None:
    lobby = scene.client(NOBODY)

    async def enter() -> None:
        async with lobby:
            raise AssertionError("there is no lobby")

    before = asyncio.all_tasks()
    entering = asyncio.create_task(enter())
    await phase(lobby, "waiting")
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert lobby.state.phase == "closed"
    assert asyncio.all_tasks() == before
    gc.collect()


@holds(23)
def test_a_program_ends_by_itself(scene_url: str, tmp_path: Path) -> None:
    """Also where it forgets to close, and where everything is cancelled."""
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio, sys\n"
        "from lobby_client import Lobby\n"
        "async def main():\n"
        "    lobby = Lobby(sys.argv[1], anonymous=True)\n"
        "    await lobby.connect()\n"
        "    await lobby.sessions().ready()\n"
        "    lobby.on('state', lambda state: print(state.phase, flush=True))\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", str(program), scene_url],
        env={"PYTHONPATH": str(CLIENT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "closed\n", "")


@pytest.fixture
def scene_url(link: object) -> str:
    return str(getattr(link, "url"))  # noqa: B009


@holds(24)
async def test_a_wake_up_shortens_a_wait_of_ours_and_none_that_was_told(scene: Scene) -> None:
    gone: list[bool] = []

    async def goes_once(socket: ServerConnection) -> None:
        await welcome(socket, grace_ms=0)
        if gone:
            await socket.wait_closed()
        gone.append(True)

    async with scripted(goes_once) as url:
        eager = await scene.connected(url, backoff=HOURS)
        state = await phase(eager, "waiting")
        assert (state.until or 0) > time.time() + 5, "an hour at random"
        eager.hurry()
        await phase(eager, "live")

    async def drains(socket: ServerConnection) -> None:
        await welcome(socket, heartbeat_ms=20_000)
        asked = json.loads(await socket.recv())
        assert asked["type"] == "ping", "hurried while it is live"
        await say(socket, {"type": "drain", "return_after_ms": 60_000})
        await socket.close(1012)

    async with scripted(drains) as url:
        drained = await scene.connected(url)
        told: list[float] = []
        drained.on("drain", told.append)
        drained.hurry()
        state = await phase(drained, "waiting")
        assert state.until is not None
        assert told[0] - 0.01 <= state.until < told[0] + 1
        drained.hurry()
        await asyncio.sleep(0.05)
        assert drained.state.phase == "waiting"


@holds(22)
async def test_a_question_that_is_given_up_before_its_answer_is_unwatched(
    scene: Scene, wire: Wire
) -> None:
    me = await scene.connected()
    scene.link.mute()
    early = [me.watch("sessions", filter={"free": {"min": n}}, limit=1) for n in (1, 2, 3)]
    await until(lambda: wire.said("watch"), "they are asked")
    for live in early:
        live.close()
    await asyncio.sleep(0.02)
    scene.link.heal()
    await until(lambda: len(wire.said("unwatch")) == len(early), "they are unwatched")
