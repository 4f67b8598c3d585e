"""Watchdog: a thread that logs where the event loop is blocked. It ends nothing."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger(__name__)

LONGEST_TURN_SECONDS = 1.0
"""An event loop that has not answered for so long is reported."""
ROUND_SECONDS = 0.25
"""How often the watchdog checks the loop."""


class Watchdog:
    """Asks the loop for a sign of life each round, and logs its stack once when it gives none."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._watched = loop, threading.get_ident()
        self._stopped, self._answered = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(ROUND_SECONDS)  # it must not ask a loop that is closed

    def _watch(self) -> None:
        asked, reported = self._ask(), False
        while not self._sleep_round():
            if self._answered.is_set():
                if reported:
                    log.warning("loop_moves_again", after=_since(asked))
                asked, reported = self._ask(), False
            elif not reported and time.monotonic() - asked > LONGEST_TURN_SECONDS:
                log.error("loop_stands_still", since=_since(asked), stack=self._stack())
                reported = True

    def _ask(self) -> float:
        self._answered.clear()
        self._loop.call_soon_threadsafe(self._answered.set)
        return time.monotonic()

    def _sleep_round(self) -> bool:
        """Sleep a round; True when stopped. After a round that took far too long the process was
        frozen as a whole, which is not the loop's fault: sleep one more, so that it can answer."""
        before = time.monotonic()
        while not self._stopped.wait(ROUND_SECONDS):
            late = time.monotonic() - before - ROUND_SECONDS
            if late < LONGEST_TURN_SECONDS / 2:
                return False
            before = time.monotonic()
        return True

    def _stack(self) -> list[str]:
        frame = sys._current_frames().get(self._watched)
        return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_stack(frame)]


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Watch the running loop until the block ends."""
    watchdog = Watchdog(asyncio.get_running_loop())
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()


def _since(moment: float) -> float:
    return round(time.monotonic() - moment, 2)
