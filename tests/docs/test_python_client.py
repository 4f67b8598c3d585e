"""The lines in Python of the clients' page do what they say."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.waiting import TIMEOUT

ADDRESS = "http://127.0.0.1:8000"


async def test_they_join_a_session_and_show_what_is_said(
    lobby_server: LobbyProcess, tmp_path: Path
) -> None:
    found = re.search(r"```python\n(.+?)```", (ROOT / "docs/clients.md").read_text(), re.DOTALL)
    assert found
    assert found[1].count(ADDRESS) == 1
    script = tmp_path / "lines.py"
    script.write_text(found[1].replace(ADDRESS, lobby_server.url))
    host = await new_host(lobby_server.url)
    async with await host.connect() as client:
        await client.command("host.set", only_friends=False, allow_nonames=True)
        id = (await client.command("session.launch"))["session"]["id"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", str(script)),
            stdout=PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python")},
        )
        try:
            await client.command("session.say", session=id, text="hello there")
            assert process.stdout is not None
            async with asyncio.timeout(TIMEOUT):
                assert await process.stdout.readline() == b"hello there\n"
        finally:
            process.kill()
            await process.communicate()
            await client.command("session.close", session=id)
