"""The command line: runs the real program until it ends, or until it serves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psutil

from tests.support import forked_program, processes
from tests.support.processes import LobbyProcess
from tests.support.waiting import block_until

LOBBY = processes.SERVE[:-1]
END_SECONDS = 60.0


def lobby(
    home: Path, *words: str, typed: str = "", **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run `lobby WORDS` in the folder until it ends; `typed` is its stdin."""
    environment = LobbyProcess(home).environment()
    environment |= {f"LOBBY_{name.upper()}": str(value) for name, value in settings.items()}
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as out, TemporaryFile("w+") as wrong:
        stdin.write(typed)
        stdin.seek(0)
        standard = (stdin.fileno(), out.fileno(), wrong.fileno())
        process = forked_program.start(words, cwd=home, env=environment, standard=standard)
        try:
            code = process.wait(END_SECONDS)
        finally:
            process.kill()
        return subprocess.CompletedProcess(["lobby", *words], code, _text(out), _text(wrong))


def _text(written: IO[str]) -> str:
    written.seek(0)
    return written.read()


class Workers(LobbyProcess):
    """A supervisor with several server processes behind one port."""

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
        until_logged(self, f"{self.count} processes")
        return self


def serving_pids(workers: Workers) -> set[int]:
    """The pids that the log names as serving and that live."""
    records = [json.loads(line) for line in workers.log.splitlines() if line.startswith("{")]
    pids = {record["pid"] for record in records if record["event"] == "serving"}
    return {pid for pid in pids if psutil.pid_exists(pid)}


def until_logged(process: LobbyProcess, text: str) -> None:
    """Wait until the process has logged the text."""

    def said() -> bool:
        if not process.running() and text not in process.log:
            raise RuntimeError(f"it ended:\n{process.log}")
        return text in process.log

    block_until(said, processes.START_SECONDS)
