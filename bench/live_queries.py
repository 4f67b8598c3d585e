"""The engine of live queries alone: what it takes of a core, and how long its longest turn is.

    python -m bench.live_queries

Windows with different filters watch a list of sessions that change at a steady rate; the clock is
simulated, so nothing waits. The reference of the same run is one filter evaluated over one row by
the plain predicate: `/ plainly` is the ratio to trying every change on every window, the engine
that one would write first. At the end, windows drawn at random are compared with a fresh
evaluation; a bench that is wrong stops.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from pydantic_core import from_json

from bench.listed_sessions import KINDS, MAPS, State, session
from bench.people import person
from lobby.hub.turns import TURN_SECONDS
from lobby.live_queries import (
    ANYBODY,
    PEOPLE,
    SESSIONS,
    Query,
    QueryEngine,
    QueryRow,
    matches,
    query_of,
)
from lobby.main import GC_THRESHOLDS
from protocol.framing import payload
from protocol.queries import read_query

SEED = 7
RATE, TICK_SECONDS, SECONDS = 100, 0.05, 10.0
"""Changes a second, and the clock that flushes."""
FRAMES_A_TURN = 64
CHECKED = 100


class Took(NamedTuple):
    """Seconds of processor time: of changes, of frames, of the longest turn; and of learning."""

    fold: float
    flush: float
    worst: float
    learnt: float
    longest_slice: float
    frames: int


class Load:
    """A list of so many sessions, watched by so many windows, in simulated time."""

    def __init__(self, kind: str, windows: int, sessions: int, limit: int = 50) -> None:
        self.draw = random.Random(SEED)
        self.states: dict[str, State] = {}
        self.order: list[str] = []
        self.ids, self.now, self.fold = count(1), 0.0, 0.0
        epochs = count()
        self.engine = QueryEngine(SESSIONS, epoch=lambda: f"bench-{next(epochs)}")
        for _ in range(sessions):
            self.launch()
        filters = (KINDS[kind](self.draw) for _ in range(windows))
        self.queries: list[Query] = [
            query_of(read_query("sessions", filter=one, limit=limit)) for one in filters
        ]

    def learn(self) -> tuple[float, float]:
        """Processor seconds of all slices, and of the longest."""
        slices, steps = [], self.engine.learn((query, ANYBODY) for query in self.queries)
        while True:
            began = time.thread_time()
            done = next(steps, steps) is steps
            slices.append(time.thread_time() - began)
            if done:
                return sum(slices), max(slices)

    def launch(self) -> None:
        id = next(self.ids)
        self.put(session(self.draw, id, 1_000.0 + id))

    def put(self, state: State) -> None:
        if state["id"] not in self.states:
            self.order.append(state["id"])
        self.states[state["id"]] = state
        self.timed(lambda: self.engine.put(state["id"], state))

    def remove(self, at: int) -> None:
        id = self.order.pop(at)
        del self.states[id]
        self.timed(lambda: self.engine.remove(id))

    def timed(self, change: Callable[[], None]) -> None:
        began = time.thread_time()
        change()
        self.fold += time.thread_time() - began

    def change(self) -> None:
        """8 % launch, 8 % end, 64 % seats, 8 % joinable, 12 % attributes; half in the newest
        tenth."""
        kind, draw = self.draw.random(), self.draw
        near = len(self.order) // 10 if draw.random() < 0.5 else len(self.order)
        at = len(self.order) - 1 - draw.randrange(near)
        state = self.states[self.order[at]]
        if kind < 0.08:
            self.launch()
            return
        if kind < 0.16:
            self.remove(at)
            return
        state = state | {"version": state["version"] + 1}
        if kind < 0.80:
            taken = draw.randrange(len(state["seats"]) + 1)
            seat = {"id": 0, "team": 0, "status": draw.choice(("taken", "free"))}
            free = len(state["seats"]) - taken
            state |= {"free": free, "full": free == 0, "seats": state["seats"] | {"0": seat}}
        elif kind < 0.88:
            state["joinable"] = not state["joinable"]
        else:
            state["attributes"] = state["attributes"] | {"map": draw.choice(MAPS)}
        self.put(state)

    def run(self) -> Took:
        """Changes at the rate, a flush at each tick."""
        learnt, longest_slice = self.learn()
        flush, frames, worst = 0.0, 0, 0.0
        self.flush()
        self.fold = 0.0
        for _ in range(int(SECONDS / TICK_SECONDS)):
            self.now += TICK_SECONDS
            before = self.fold
            for _ in range(int(RATE * TICK_SECONDS)):
                self.change()
            began = time.thread_time()
            turn, sent = self.flush()
            flush += time.thread_time() - began
            worst = max(worst, self.fold - before, turn)
            frames += sent
        fold = self.fold
        self.check()
        return Took(fold, flush, worst, learnt, longest_slice, frames)

    def flush(self) -> tuple[float, int]:
        """Seconds of the longest turn of so many frames, and how many frames there were."""
        longest, sent, began = 0.0, 0, time.thread_time()
        for step in self.engine.flush(self.now):
            sent += step is not None
            took = time.thread_time() - began
            if sent % FRAMES_A_TURN == 0 or took >= TURN_SECONDS:
                longest, began = max(longest, took), time.thread_time()
        return max(longest, time.thread_time() - began), sent

    def check(self) -> None:
        self.now += 2
        self.flush()
        rows = [QueryRow(id, state) for id, state in self.states.items()]
        for query in self.draw.sample(self.queries, min(CHECKED, len(self.queries))):
            window = self.engine.window(query, ANYBODY)
            assert window
            found = [row for row in rows if matches(query, row, ANYBODY)]
            found.sort(key=lambda row: SESSIONS.sort_key(query.sort, row))
            state = from_json(payload(window.state()))["state"]
            assert state["total"] == len(found)
            assert state["sessions"] == {row.id: row.state for row in found[: query.limit]}


def evaluation_seconds(kind: str) -> float:
    """The reference: one filter evaluated over one row."""
    load = Load(kind, 200, 200)
    rows = [QueryRow(id, state) for id, state in load.states.items()]
    tries = []
    for _ in range(5):
        began = time.thread_time()
        for query in load.queries:
            for row in rows:
                matches(query, row, ANYBODY)
        tries.append((time.thread_time() - began) / len(rows) / len(load.queries))
    return statistics.median(tries)


def report(kind: str, windows: int, sessions: int, unit: float, limit: int = 50) -> None:
    took = Load(kind, windows, sessions, limit).run()
    changes = RATE * SECONDS
    plainly = changes * windows * unit
    gc.collect()
    print(
        f"{kind:7}{windows:8,}{sessions:10,}{limit:7,}"
        f"{100 * took.fold / SECONDS:8.1f} %{100 * took.flush / SECONDS:8.1f} %"
        f"{(took.fold + took.flush) / plainly:12.3f}{1_000 * took.worst:9.1f} ms"
        f"{1_000 * took.learnt / windows:9.2f} ms{1_000 * took.longest_slice:8.1f} ms"
        f"{took.frames / SECONDS:9,.0f}",
        flush=True,
    )


def learning(kind: str, sessions: int, unit: float) -> None:
    """One new window alone, and one of a batch, in evaluations of its filter over every row."""
    load = Load(kind, 1_000, sessions)
    whole, _ = load.learn()
    alone = []
    for query in load.queries[:20]:
        window = load.engine.window(query, ANYBODY)
        if window:
            load.engine.forget(window)
            load.queries = [query]
            alone.append(load.learn()[0])
    plainly = unit * sessions
    one, of_many = statistics.median(alone) / plainly, whole / 1_000 / plainly
    print(
        f"a new window, {kind}, {sessions:,} sessions: alone {one:.2f} of evaluating every row,"
        f" in a batch of 1,000 {of_many:.2f}"
    )


def names(people: int, many: int) -> None:
    """So many different names looked for at once, against trying each on each person."""
    epochs, draw = count(), random.Random(SEED)
    engine = QueryEngine(PEOPLE, epoch=lambda: f"bench-{next(epochs)}")
    rows = [QueryRow(f"{n}", person(n)) for n in range(people)]
    for row in rows:
        engine.put(row.id, row.state)
    numbers = draw.sample(range(people), many)
    queries = [query_of(read_query("people", filter={"name": f"er {n}"})) for n in numbers]
    began = time.thread_time()
    for row in rows[:200]:
        for query in queries:
            matches(query, row, ANYBODY)
    plainly = (time.thread_time() - began) * people / 200
    began = time.thread_time()
    for _ in engine.learn((query, ANYBODY) for query in queries):
        pass
    took = time.thread_time() - began
    print(
        f"{many:,} different names among {people:,} people: {took / plainly:.4f} of trying each,"
        f" {took:.1f} s of processor"
    )


def memory(kind: str, windows: int, sessions: int, limit: int) -> None:
    load = Load(kind, windows, sessions, limit)
    row = len(str(next(iter(load.states.values()))))
    gc.collect()
    tracemalloc.start()
    load.learn()
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] / windows
    tracemalloc.stop()
    print(
        f"memory, {windows:,} {kind} windows of {limit:,}, {sessions:,} sessions: "
        f"{used / 1_024:.1f} KiB a window, {used / row:.1f} times the text of one session"
    )


def main() -> None:
    gc.set_threshold(*GC_THRESHOLDS)
    units = {kind: evaluation_seconds(kind) for kind in KINDS}
    for kind, unit in units.items():
        print(f"reference: one {kind} filter over one row takes {1e6 * unit:.2f} microseconds")
    print(
        f"\n{'filters':7}{'windows':>8}{'sessions':>10}{'limit':>7}{'fold':>10}{'flush':>10}"
        f"{'/ plainly':>12}{'worst':>12}{'learnt':>12}{'slice':>11}{'frames/s':>9}"
    )
    for windows, sessions in ((1_000, 1_000), (1_000, 5_000), (5_000, 5_000), (1_000, 20_000)):
        for kind in KINDS:
            report(kind, windows, sessions, units[kind])
    report("narrow", 5_000, 20_000, units["narrow"])
    for limit in (200, 1_000):
        report("broad", 1_000, 5_000, units["broad"], limit)
    for kind in KINDS:
        learning(kind, 5_000, units[kind])
    names(100_000, 1_000)
    memory("narrow", 1_000, 5_000, 50)
    memory("narrow", 1_000, 20_000, 50)
    memory("broad", 1_000, 5_000, 1_000)


if __name__ == "__main__":
    main()
