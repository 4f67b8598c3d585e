"""The command line as an operator uses it: the real program, run until it ends or serves."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import processes
from tests.processes import LobbyProcess
from tests.services import wait_until

LOBBY = processes.SERVE[:-1]
END_SECONDS = 60.0


def lobby(
    home: Path, *words: str, typed: str = "", **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run `lobby WORDS` in the folder until it ends; `typed` is its stdin."""
    environment = LobbyProcess(home).environment()
    environment |= {f"LOBBY_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.run(
        [*LOBBY, *words],
        cwd=home,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=END_SECONDS,
        check=False,
    )


class Workers(LobbyProcess):
    """Several processes behind one port, and the one above them."""

    count = 2

    def start(self) -> Workers:
        """Return once all of them serve."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*processes.SERVE, "--workers", str(self.count)],
                cwd=self.home,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        until_it_says(self, f"{self.count} processes")
        return self


def until_it_says(process: LobbyProcess, text: str) -> None:
    def said() -> bool:
        if not process.running() and text not in process.log:
            raise RuntimeError(f"it ended:\n{process.log}")
        return text in process.log

    wait_until(said, processes.START_SECONDS)
