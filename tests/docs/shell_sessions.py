"""What a page of the documents says to type, and shells in which it is typed as it stands. Knows
nothing of what the commands do.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx2
import psutil

from tests.support.checked_clients import PLAIN
from tests.support.processes import GENEROUS
from tests.support.repository import ROOT
from tests.support.services import LOOPBACK, free_port
from tests.support.waiting import until

WRITTEN = "http://127.0.0.1:8000"
MAKE = f"""#!/bin/sh
[ "$*" = run ] && exec '{sys.executable}' -c 'from lobby.cli import main; main()' serve
"""
"""The one target that pages name, without setting anything up."""


class Page:
    def __init__(self, name: str) -> None:
        self.text = (ROOT / name).read_text()

    def blocks(self, kind: str = "sh") -> list[str]:
        return re.findall(rf"^```{kind}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)

    def said(self, start: str) -> list[str]:
        """Commands within the text that begin so."""
        return re.findall(rf"`({start}[^`]*)`", self.text)


class Evening:
    """A folder that has what a fresh copy of the repository has, and the terminals opened there.
    Where pages say port 8000, a free one is meant.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.terminals: list[Terminal] = []
        for name in ("lobby.toml", "examples", "docs"):
            (home / name).symlink_to(ROOT / name)
        (home / ".venv").symlink_to(sys.prefix)
        (home / "bin").mkdir()
        (home / "bin" / "make").write_text(MAKE)
        (home / "bin" / "make").chmod(0o755)

    def terminal(self) -> Terminal:
        own = {name: said for name, said in os.environ.items() if not name.startswith("LOBBY_")}
        path = f"{self.home / 'bin'}:{Path(sys.prefix) / 'bin'}:{own['PATH']}"
        own |= GENEROUS | {
            "PORT": str(self.port),
            "PATH": path,
            "PYTHONPATH": f"{ROOT}:{ROOT}/clients/python",
        }
        self.terminals.append(Terminal(self.home, own | {"PYTHONUNBUFFERED": "1"}, self.url))
        return self.terminals[-1]

    async def serve(self, command: str) -> Terminal:
        """The terminal in which that was typed, once the lobby answers."""
        terminal = self.terminal()
        terminal.type(command)
        await terminal.shows(r'"event": "serving"')
        return terminal

    async def is_waiting(self, terminal: Terminal, *, unless: str = "") -> None:
        """Its last command is a long-poll that has begun, or is over with this in its answer. What
        asks for the database afterwards is answered afterwards."""
        await until(
            lambda: terminal.connects(self.port) or (unless and unless in terminal.shown),
            story=lambda: terminal.shown,
        )
        async with httpx2.AsyncClient(base_url=self.url, **PLAIN) as http:
            for _ in range(2):
                assert (await http.get("/health/ready")).status_code == 200

    def end(self) -> None:
        for terminal in reversed(self.terminals):
            terminal.close()


class Terminal:
    def __init__(self, home: Path, environment: dict[str, str], url: str) -> None:
        self.url, self._screen = url, home / f"terminal-{uuid4().hex}"
        with self._screen.open("wb") as screen:
            self._shell = subprocess.Popen(
                ["bash"],
                cwd=home,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=screen,
                stderr=subprocess.STDOUT,
            )

    @property
    def shown(self) -> str:
        return self._screen.read_text(errors="replace")

    def type(self, text: str) -> None:
        assert self._shell.stdin
        self._shell.stdin.write(text.replace(WRITTEN, self.url).rstrip("\n").encode() + b"\n")
        self._shell.stdin.flush()

    async def shows(self, pattern: str) -> re.Match[str]:
        """As soon as it does."""
        sought = re.compile(pattern, re.MULTILINE)
        await until(lambda: sought.search(self.shown), story=lambda: f"{pattern}\n{self.shown}")
        found = sought.search(self.shown)
        assert found
        return found

    def connects(self, port: int) -> bool:
        return any(_curls(child, port) for child in self._children())

    def close(self) -> None:
        """With all that runs in it."""
        for process in self._children():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._shell.kill()
        self._shell.wait()
        assert self._shell.stdin
        self._shell.stdin.close()

    def _children(self) -> list[psutil.Process]:
        return list(psutil.Process(self._shell.pid).children(recursive=True))


def _curls(process: psutil.Process, port: int) -> bool:
    try:
        return process.name() == "curl" and any(
            link.raddr and link.raddr.port == port and link.status == psutil.CONN_ESTABLISHED
            for link in process.net_connections("tcp")
        )
    except psutil.Error:
        return False  # it has ended meanwhile
