"""Bounds on time that hold on a slow machine: each is a ratio to a piece of work that is
measured in the same run, so that a machine that is three times slower has three times as long.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import pytest

Clock = Callable[[], float]

USUAL_SECONDS = 0.010
"""That `_work` takes where the tests' bounds were set."""
SAMPLES = 5
OF_LATE_SECONDS = 10.0
DOCUMENT = {str(n): {"name": f"p{n}", "seats": dict.fromkeys("abcd", "free")} for n in range(120)}


def slowness(clock: Clock = time.monotonic) -> float:
    """How many times longer the machine takes now than where the bounds were set; at least 1.
    `clock`: `time.thread_time` for what is measured in processor time. On a wall clock it is also
    how many want each core: they take turns, though none may while this is measured.
    """
    taken = statistics.median(_seconds(clock) for _ in range(SAMPLES)) / USUAL_SECONDS
    return max(1.0, taken, _waiting() if clock is time.monotonic else 1.0)


def slowness_of_late() -> float:
    """The same on a wall clock, measured no oftener than every OF_LATE_SECONDS: it takes a while
    itself."""
    return max(_slowness_in(int(time.monotonic() / OF_LATE_SECONDS)), _waiting())


@lru_cache(maxsize=1)
def _slowness_in(span: int) -> float:
    return slowness()


def _waiting() -> float:
    """Processes that ran or wanted to, for each core, over the last minute."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


@contextmanager
def within(seconds: float, clock: Clock = time.monotonic) -> Iterator[None]:
    """Fails where the block takes longer than `seconds` would be on the usual machine."""
    before = slowness(clock)
    began = clock()
    yield
    took = clock() - began
    if took < seconds:
        return
    allowed = seconds * max(before, slowness(clock))
    if took >= allowed:
        pytest.fail(f"it took {took:.3f} s; at most {allowed:.3f} s here, {seconds} s usually")


def best_of(
    tries: int, work: Callable[[], object], *, enough: float, clock: Clock = time.thread_time
) -> float:
    """Seconds of the fastest try, as the usual machine would take: a pause of the garbage collector
    may fall into any of them. The first that takes no longer than `enough` is the last.
    """
    best = float("inf")
    for _ in range(tries):
        began = clock()
        work()
        took = clock() - began
        best = min(best, took if took <= enough else took / slowness(clock))
        if best <= enough:
            break
    return best


def _seconds(clock: Clock) -> float:
    """Of a fixed piece of what a lobby does most: JSON, strings and maps."""
    began = clock()
    for _ in range(10):
        found = json.loads(json.dumps(DOCUMENT))
        sorted(repr(found).split("'"))
    return clock() - began
