"""The real program as its own process, on a free loopback port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.services import LOOPBACK, free_port

START_SECONDS = 60.0
STOP_SECONDS = 20.0
SERVE = [sys.executable, "-c", "from lobby.cli import main; main()", "serve"]

GENEROUS = {
    "LOBBY_REGISTRATIONS_PER_HOUR": "1000000",
    "LOBBY_CONFLICTS_PER_HOUR": "1000000",
    "LOBBY_LOGINS_PER_ADDRESS": "1000000",
    "LOBBY_LOGINS_PER_ACCOUNT": "1000000",
    "LOBBY_CONNECTIONS_PER_ADDRESS": "100000",
    "LOBBY_CONNECTIONS_PER_SECOND": "100000",
    "LOBBY_COMMANDS_PER_SECOND": "100000",
    "LOBBY_COMMANDS_BURST": "100000",
}
"""Limits that a test run, all from one address, does not meet by accident."""


class LobbyProcess:
    """`settings` are LOBBY_ variables without their prefix, in any case."""

    def __init__(self, home: Path, *, port: int | None = None, **settings: object) -> None:
        self.home = home
        self.port = port or free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.channel_url = f"ws://{LOOPBACK}:{self.port}/ws"
        self.settings = {f"LOBBY_{name.upper()}": str(value) for name, value in settings.items()}
        self.log_file = home / f"lobby-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("LOBBY_")}
        own.pop("PORT", None)
        return own | GENEROUS | {"LOBBY_PORT": str(self.port)} | self.settings

    def start(self) -> LobbyProcess:
        """Return once it answers."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                SERVE, cwd=self.home, env=self.environment(), stdout=log, stderr=log
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the lobby did not start:\n{self.log}")
        return self

    def stop(self) -> int:
        """Ask it to end, as an operator would; returns its exit code."""
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
        return self._process.wait(STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/", timeout=1):
                return True
        except (URLError, OSError):
            time.sleep(0.02)
            return False
