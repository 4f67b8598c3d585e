"""Game servers that the lobby starts itself: one for a session, and neither outlives the other."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.instances import instances
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.instances import HostType, JoinStatus, StartupParams
from lobby.integrations.subprocesses import Subprocesses
from tests.support.game_servers import SERVED, GameServersWorld, game_servers_world
from tests.support.stored_sessions import LEADING
from tests.support.waiting import until

PROGRAM = """
import json, os, pathlib, sys, time
told = {k: v for k, v in os.environ.items() if k.startswith(("GAME_", "LOBBY_"))}
there = pathlib.Path(sys.argv[1])
said = {"pid": os.getpid(), "told": told, "argv": sys.argv}
there.with_suffix(".new").write_text(json.dumps(said))
there.with_suffix(".new").rename(there)
time.sleep(60)
"""


def game(*command: str) -> str:
    return SERVED.replace(
        "[instances]", f'[instances]\nprovider = "exec"\ncommand = {json.dumps(command)}'
    )


@pytest.fixture
async def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GameServersWorld]:
    monkeypatch.setenv("LOBBY_SECRET", "nobody else's business")
    monkeypatch.setenv("GAME_SERVER_PASSWORD", "sesame")
    program = tmp_path / "server.py"
    program.write_text(PROGRAM)
    command = game(sys.executable, str(program), str(tmp_path / "said.json"))
    async with game_servers_world(tmp_path, command) as here:
        vars(here.lobby)["processes"] = Subprocesses(poll_seconds=0.05)
        yield here
        await here.lobby.subprocesses.close()


async def started(tmp_path: Path) -> dict[str, Any]:
    """What the program says of itself, once it does."""

    async def said() -> Any:
        file = tmp_path / "said.json"
        return json.loads(file.read_text()) if file.exists() else None

    found: dict[str, Any] = await until(said)
    return found


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_program_is_told_for_whom_it_runs_and_no_secret_of_ours(
    here: GameServersWorld, tmp_path: Path
) -> None:
    session = await here.waiting()
    made = await here.instance(session)
    assert made.status is JoinStatus.ALLOCATED
    said = await started(tmp_path)
    assert said["told"] == {
        "GAME_HOST_LOBBY": here.lobby.settings.url,
        "GAME_HOST_ALLOCATION": made.allocation,
        "GAME_HOST_SESSION": str(session.id),
        "GAME_SERVER_PASSWORD": "sesame",
    }


async def test_nothing_that_a_client_says_is_on_its_command_line(
    here: GameServersWorld, tmp_path: Path
) -> None:
    session = await here.session()
    await instances.request(
        here.lobby,
        LEADING,
        id=session.id,
        host_type=HostType.DEDICATED,
        startup=StartupParams("; rm -rf --", misc_params="$(reboot)"),
    )
    said = await started(tmp_path)
    assert said["argv"] == [str(tmp_path / "server.py"), str(tmp_path / "said.json")]


async def test_its_death_closes_the_instance(here: GameServersWorld, tmp_path: Path) -> None:
    session = await here.waiting()
    os.kill((await started(tmp_path))["pid"], signal.SIGKILL)

    async def closed() -> bool:
        return not (await here.instance(session)).live

    await until(closed)


async def test_it_ends_with_its_instance(here: GameServersWorld, tmp_path: Path) -> None:
    session = await here.waiting()
    pid = (await started(tmp_path))["pid"]
    assert runs(pid)
    await instances.remove(here.lobby, SYSTEM, id=session.id)

    async def over() -> bool:
        return not runs(pid)

    await until(over)


async def test_it_ends_with_the_lobby_and_its_instance_with_it(
    here: GameServersWorld, tmp_path: Path
) -> None:
    session = await here.waiting()
    pid = (await started(tmp_path))["pid"]
    await here.lobby.subprocesses.close()
    assert not runs(pid)
    assert not (await here.instance(session)).live


async def test_what_cannot_be_started_closes_the_instance(tmp_path: Path) -> None:
    async with game_servers_world(tmp_path, game(str(tmp_path / "nothing"))) as here:
        session = await here.waiting()
        assert (await here.instance(session)).status is JoinStatus.CLOSED
