"""A lobby and the line to it, which tests cut, freeze and count on; and scripts in Node that ask
for that.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.services import LOOPBACK, Missing, absent
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

SCENARIOS = Path(__file__).parent / "scenarios"
CLIENT = ROOT / "clients" / "js" / "dist" / "lobby.js"
HELD = "held "
"""What a script says of each scenario that ended well, before its number."""
PATIENCE = 120.0
"""Seconds until a script that hangs is ended."""


class Link:
    """A lobby, and a proxy in front of it. What the methods do, scripts ask for by their names."""

    def __init__(self, lobby: LobbyProcess, proxy: TcpProxy) -> None:
        self.lobby, self.proxy = lobby, proxy
        self.url, self.direct = f"http://{LOOPBACK}:{proxy.port}", lobby.url

    def cut(self) -> None:
        """Every connection ends at once (RST); new ones pass."""
        self.proxy.cut()

    def freeze(self) -> None:
        """Nothing passes, and nothing is closed."""
        self.proxy.silent = True

    def mute(self) -> None:
        """What is asked arrives and is done; its answer waits."""
        self.proxy.replies_silent = True

    def heal(self) -> None:
        self.proxy.heal()

    def kill(self) -> None:
        self.lobby.kill()

    def stop(self) -> None:
        self.lobby.stop()

    def start(self) -> None:
        self.lobby.start()

    def connections(self) -> int:
        """How many the proxy has accepted."""
        return self.proxy.accepted

    def acts(self) -> dict[str, Callable[[], Any]]:
        named = ("cut", "freeze", "mute", "heal", "kill", "stop", "start", "connections")
        return {name: getattr(self, name) for name in named}


@contextmanager
def own_link(home: Path, **settings: Any) -> Iterator[Link]:
    """With a lobby of its own: to be killed, or with settings of its own."""
    lobby = LobbyProcess(home, **settings).start()
    try:
        with tcp_proxy(lobby.port) as proxy:
            yield Link(lobby, proxy)
    finally:
        lobby.remove()


def run_script(
    name: str, *addresses: str, acts: Mapping[str, Callable[[], Any]] | None = None
) -> set[int]:
    """Runs a script of `tests/clients/scenarios` until it ends by itself; returns the scenarios
    that it says have held. `acts`: what it may ask for."""
    node = shutil.which("node")
    if node is None:
        absent(Missing("there is no node to run the JavaScript client"))
    script = str(SCENARIOS / f"{name}.mjs")
    process = subprocess.Popen(
        [node, "--experimental-websocket", "--no-warnings", script, str(CLIENT), *addresses],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    late = Timer(PATIENCE, process.kill)
    late.start()
    try:
        with process:
            said = _obey(process, acts or {})
    finally:
        late.cancel()
    assert process.returncode == 0, "".join(said)
    return {int(line.removeprefix(HELD)) for line in said if line.startswith(HELD)}


def _obey(process: subprocess.Popen[str], acts: Mapping[str, Callable[[], Any]]) -> list[str]:
    """Do what it asks until it ends; returns everything else that it says."""
    assert process.stdin is not None
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if act := acts.get(line.strip()):
            answer = json.dumps(act())
            with suppress(BrokenPipeError):
                process.stdin.write(f"{answer}\n")
                process.stdin.flush()
        else:
            said.append(line)
    return said
