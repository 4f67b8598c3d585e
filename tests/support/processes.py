"""The real program as a process, on a free loopback port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from tests.support import forked_program
from tests.support.forked_program import ForkedProgram
from tests.support.repository import ROOT
from tests.support.services import LOOPBACK, free_port
from tests.support.slowness import slowness

START_SECONDS = 60.0
STOP_SECONDS = 20.0
LOG_SHOWN = 8_000
"""Characters of the log's end, where a process does not end."""
SERVE = [sys.executable, "-c", "from lobby.cli import main; main()", "serve"]

FAULTS = ("broken", "delivery_not_understood", "part_failed")
"""Events that the program logs only where it is wrong itself, whatever is away."""
GENEROUS = {
    "LOBBY_REGISTRATIONS_PER_HOUR": "1000000",
    "LOBBY_REGISTRATIONS_PER_SITE": "1000000",
    "LOBBY_INVITATIONS_PER_HOUR": "1000000",
    "LOBBY_INVITATIONS_BY_STRANGERS": "1000000",
    "LOBBY_EVENT_LINES_PER_MINUTE": "1000000",
    "LOBBY_CONFLICTS_PER_HOUR": "1000000",
    "LOBBY_LOGINS_PER_ADDRESS": "1000000",
    "LOBBY_LOGINS_PER_ACCOUNT": "1000000",
    "LOBBY_EVALUATIONS_PER_ADDRESS": "1000000",
    "LOBBY_EVALUATIONS_PER_ACCOUNT": "1000000",
    "LOBBY_CONNECTIONS_PER_ADDRESS": "100000",
    "LOBBY_TCP_CONNECTIONS_PER_ADDRESS": "100000",
    "LOBBY_CONNECTIONS_PER_SECOND": "100000",
    "LOBBY_COMMANDS_PER_SECOND": "100000",
    "LOBBY_COMMANDS_BURST": "100000",
    "LOBBY_SESSIONS_PER_PLAYER": "100000",
    "LOBBY_SEATS_PER_PLAYER": "100000",
    "LOBBY_REQUESTS_PER_SECOND": "100000",
    "LOBBY_REQUESTS_BURST": "100000",
    "LOBBY_REQUESTS_PER_SECOND_PER_ADDRESS": "100000",
    "LOBBY_REQUESTS_BURST_PER_ADDRESS": "100000",
}
"""Rate limits high enough for a test run from one address."""


class LobbyProcess:
    """`settings` are LOBBY_ variables without their prefix, in any case."""

    serve: Sequence[str] = SERVE
    fresh = False
    """Started by an interpreter of its own, for tests of the start itself; else forked from one."""

    def __init__(self, home: Path, *, port: int | None = None, **settings: object) -> None:
        self.home = home
        self.port = port or free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.channel_url = f"ws://{LOOPBACK}:{self.port}/ws"
        self.settings = {f"LOBBY_{name.upper()}": str(value) for name, value in settings.items()}
        self.more: dict[str, str] = {}  # of the environment, besides its settings
        self.log_file = home / f"lobby-{self.port}.log"
        self._process: subprocess.Popen[bytes] | ForkedProgram | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def faults(self) -> list[str]:
        """Events that are nobody's fault but the program's, as it logged them."""
        lines = self.log.splitlines()
        return [line for line in lines if any(f'"event": "{name}"' in line for name in FAULTS)]

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("LOBBY_")}
        own.pop("PORT", None)
        given = {"LOBBY_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        return own | GENEROUS | given | self.settings | self.more

    def start(self) -> LobbyProcess:
        """Return once it answers."""
        with self.log_file.open("ab") as log:
            self._process = self._start(log)
        until = time.monotonic() + START_SECONDS * slowness()
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the lobby did not start:\n{self.log}")
        return self

    def _start(self, log: BinaryIO) -> subprocess.Popen[bytes] | ForkedProgram:
        said, where = self.environment(), self.home
        if self.fresh or self.serve is not SERVE or not forked_program.can_fork(self.more):
            return subprocess.Popen(self.serve, cwd=where, env=said, stdout=log, stderr=log)
        file = log.fileno()
        with open(os.devnull, "rb") as nothing:
            standard = (nothing.fileno(), file, file)
            return forked_program.start(["serve"], cwd=where, env=said, standard=standard)

    def stop(self) -> int:
        """Stop it gracefully (SIGTERM); returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        return self._end(signal.SIGKILL)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def remove(self) -> None:
        if self.running():
            self.thaw()
            self.kill()

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        try:
            return self._process.wait(STOP_SECONDS * slowness())
        except subprocess.TimeoutExpired as late:
            raise RuntimeError(f"the lobby did not end:\n{self.log[-LOG_SHOWN:]}") from late

    def _answers(self) -> bool:
        """Read until the server has closed the connection, so that it counts it no more."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as wire:
                wire.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = b"".join(iter(lambda: wire.recv(65_536), b""))
        except OSError:
            answer = b""
        if not answer:
            time.sleep(0.02)
        return answer.startswith(b"HTTP/1.1 ")
