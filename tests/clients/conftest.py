"""Scenarios of the JavaScript client: Node runs each against a real lobby, through a proxy that
this process cuts and freezes when the scenario asks.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.services import LOOPBACK, Missing, absent
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

SCENARIOS = Path(__file__).parent / "scenarios"
CLIENT = ROOT / "clients" / "js" / "dist" / "lobby.js"
PATIENCE = 30.0
"""Seconds until a scenario that hangs is ended."""
Act = Callable[[], Any]


class Scenario:
    """`run` returns once the scenario's process has ended by itself; what it asserts must hold."""

    def __init__(self, lobby: LobbyProcess, proxy: TcpProxy) -> None:
        self.lobby, self.proxy = lobby, proxy
        self.acts: dict[str, Act] = {
            "cut": proxy.cut,
            "freeze": lambda: setattr(proxy, "silent", True),
            "mute": lambda: setattr(proxy, "replies_silent", True),
            "heal": proxy.heal,
            "kill": lobby.kill,
            "stop": lobby.stop,
            "start": lobby.start,
        }

    def run(self, name: str) -> None:
        node = shutil.which("node")
        if node is None:
            absent(Missing("there is no node to run the JavaScript client"))
        through = f"http://{LOOPBACK}:{self.proxy.port}"
        process = subprocess.Popen(
            [
                *(node, "--experimental-websocket", "--no-warnings"),
                *(SCENARIOS / f"{name}.mjs", CLIENT, through, self.lobby.url),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        late = Timer(PATIENCE, process.kill)
        late.start()
        with process:
            said = self._obey(process)
        late.cancel()
        assert process.returncode == 0, said

    def _obey(self, process: subprocess.Popen[str]) -> str:
        """Do what it asks until it ends; returns everything else that it says."""
        assert process.stdin is not None
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            if act := self.acts.get(line.strip()):
                act()
                with suppress(BrokenPipeError):
                    process.stdin.write("done\n")
                    process.stdin.flush()
            else:
                said.append(line)
        return "".join(said)


@pytest.fixture(scope="session")
def lobby_of_scenarios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """One for all that do not end it."""
    lobby = LobbyProcess(tmp_path_factory.mktemp("lobby"), database_url="sqlite::memory:").start()
    yield lobby
    lobby.remove()


@pytest.fixture
def scenario(lobby_of_scenarios: LobbyProcess) -> Iterator[Scenario]:
    with tcp_proxy(lobby_of_scenarios.port) as proxy:
        yield Scenario(lobby_of_scenarios, proxy)


@contextmanager
def own_lobby(home: Path, **settings: Any) -> Iterator[Scenario]:
    """With a lobby of its own: to be killed, or with limits of its own."""
    lobby = LobbyProcess(home, **settings).start()
    try:
        with tcp_proxy(lobby.port) as proxy:
            yield Scenario(lobby, proxy)
    finally:
        lobby.remove()
