"""The ten lines of the README and of the clients' page do what they say."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.services import Missing, absent

MODULE = "http://127.0.0.1:8000/client/v1/lobby.js"
ADDRESS = "http://127.0.0.1:8000"
PAGES = ("README.md", "docs/clients.md")
SECONDS = 30
LINES = 10


def ten_lines(page: str) -> str:
    found = re.search(r"```js\n(.+?)```", (ROOT / page).read_text(), re.DOTALL)
    assert found, page
    return found[1]


def test_they_are_the_same_on_both_pages_and_ten() -> None:
    first, second = map(ten_lines, PAGES)
    assert first == second
    assert len([line for line in first.splitlines() if line]) <= LINES


@pytest.mark.parametrize("page", PAGES)
async def test_they_show_a_session_join_it_and_hear_what_is_said(page: str, tmp_path: Path) -> None:
    if (node := shutil.which("node")) is None:
        absent(Missing("there is no node to run the lines"))
    lobby = LobbyProcess(tmp_path, database_url="sqlite::memory:").start()
    module = (ROOT / "lobby" / "client_files" / "lobby.js").as_uri()
    text = ten_lines(page)
    assert text.count(MODULE) == 1
    script = tmp_path / "lines.mjs"
    script.write_text(text.replace(MODULE, module).replace(ADDRESS, lobby.url))
    flags = ("--experimental-websocket", "--no-warnings")
    process = await asyncio.create_subprocess_exec(node, *flags, str(script), stdout=PIPE)
    try:
        assert process.stdout is not None
        host = await new_host(lobby.url)
        async with await host.connect() as client, asyncio.timeout(SECONDS):
            await client.command("host.set", only_friends=False, allow_nonames=True)
            launched = await client.command("session.launch", name="Harbour")
            session = launched["session"]["id"]
            while b"Harbour: 6 free" not in await process.stdout.readline():
                pass
            await client.command("session.say", session=session, text="hello there")
            while b"hello there" not in await process.stdout.readline():
                pass
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
        lobby.remove()
