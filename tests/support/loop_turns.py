"""How long the callbacks of the test's own event loop run: for a hub in the test's process.

What is measured is processor time of the loop's thread, pauses of the garbage collector included.
"""

from __future__ import annotations

import asyncio
import gc
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from lobby.main import GC_THRESHOLDS

NOTED_SECONDS = 0.002
"""A turn that takes no longer is not written down."""


@dataclass
class Turns:
    """`noted`: milliseconds of each longer turn, with what it was."""

    noted: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def longest(self) -> float:
        """Milliseconds."""
        return max((ms for ms, _ in self.noted), default=0.0)


@contextmanager
def measured_turns() -> Iterator[Turns]:
    """The turns of the loop that end in the block, but for that of the block itself."""
    turns, every = Turns(), asyncio.Handle
    run: Any = every._run

    def measured(handle: Any) -> None:
        began = time.thread_time()
        run(handle)
        took = time.thread_time() - began
        turns.seconds += took
        if took > NOTED_SECONDS:
            turns.noted.append((took * 1000, what_is(handle)))

    with patch.object(every, "_run", measured):
        yield turns


def what_is(handle: Any) -> str:
    """The callback, or the coroutine of the task whose step it is."""
    task = getattr(handle._callback, "__self__", None)
    return repr(task.get_coro() if isinstance(task, asyncio.Task) else handle)


@contextmanager
def collector_as_served() -> Iterator[None]:
    """The garbage collector as the program sets it once it has started."""
    before = gc.get_threshold()
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # what tests of before have left
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
