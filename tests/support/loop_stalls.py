"""How long the program holds its event loop: the real program as a process, whose loop measures
each of its callbacks.

What is measured is processor time of the loop's thread, as the usual machine would take; pauses of
the garbage collector are in it. Other programs of a busy machine lengthen that time, too: they take
the caches and half of a core. So a long callback is compared to a known piece of work right behind
it, in the same thread. The loop is asyncio's own: uvloop, which calls the same callbacks, lets
nobody in between.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.support.processes import LobbyProcess
from tests.support.slowness import slowness

STALLS = "stalls.jsonl"
REPORTED_SECONDS = 0.004
"""A callback that takes no longer is not written down."""
COMPARED_SECONDS = 0.010
"""A callback that takes no longer is taken as measured."""


class MeasuredProcess(LobbyProcess):
    """The program, which writes its longer callbacks into a file."""

    serve = (sys.executable, "-c", "import tests.support.loop_stalls as here; here.main()", "serve")

    @contextmanager
    def measured(self) -> Iterator[list[float]]:
        """Afterwards: milliseconds on the usual machine of each longer callback that ran in the
        block, longest first."""
        found: list[float] = []
        file = self.home / STALLS
        self._settle()
        start = file.stat().st_size
        yield found
        self._settle()
        with file.open("rb") as lines:
            lines.seek(start)
            found += sorted((json.loads(line)["ms"] for line in lines), reverse=True)

    def _settle(self) -> None:
        """Whatever came before is over, once a request is answered that came after it."""
        for _ in range(2):
            assert httpx2.get(f"{self.url}/health/live").status_code == 200


def main() -> None:
    """Serve, and measure."""
    sys.modules["uvloop"] = None  # type: ignore[assignment]
    _measure(Path(STALLS))
    from lobby.cli import main as lobby

    lobby()


class Pauses:
    """How long the garbage collector ran, of the callback under way."""

    def __init__(self) -> None:
        self.seconds = self._began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        now = time.thread_time()
        if phase == "start":
            self._began = now
        else:
            self.seconds += now - self._began


def _measure(file: Path) -> None:
    out = file.open("a", buffering=1)
    pauses = Pauses()
    gc.callbacks.append(pauses)
    every: Any = asyncio.Handle
    run = every._run

    def measured(handle: Any) -> None:
        pauses.seconds, began = 0.0, time.thread_time()
        run(handle)
        took = time.thread_time() - began
        if took > REPORTED_SECONDS:
            what = repr(handle)[:300]
            collector = pauses.seconds
            slower = slowness(time.thread_time) if took > COMPARED_SECONDS else 1.0
            ms = {"ms": round(took / slower * 1000, 1), "collector": round(collector * 1000, 1)}
            out.write(json.dumps({**ms, "slower": round(slower, 2), "what": what}) + "\n")

    every._run = measured
