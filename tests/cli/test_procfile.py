"""The Procfile, as a hosting platform reads it: PORT is given, and the program is on the PATH."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.support.checked_clients import PLAIN
from tests.support.services import LOOPBACK, free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


def test_honcho_starts_what_the_procfile_says(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Procfile", tmp_path)
    port = free_port()
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-m", "honcho", "start"], cwd=tmp_path, env=environment
    ) as honcho:
        try:
            asyncio.run(answers(f"http://{LOOPBACK}:{port}/health/ready"))
        finally:
            honcho.send_signal(signal.SIGTERM)
        assert honcho.wait(START_SECONDS) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)
    assert (tmp_path / "lobby.db").exists()


async def answers(url: str) -> None:
    """Wait until it says yes."""
    async with asyncio.timeout(START_SECONDS), httpx2.AsyncClient(**PLAIN) as http:
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
