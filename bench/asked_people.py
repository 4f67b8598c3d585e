"""What it costs a process that everybody who is online may be asked about.

    python -m bench.asked_people [PEOPLE]

So many are online, and somebody asks one question. Memory of the process for 100,000 of them, then
and once each of them has another status, and how many times their text that is; processor time of
both, a person. Exits with 1 above the target.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import uvloop

from bench.friends import Counted, Watcher
from bench.hub import OneDocument
from bench.people import SyntheticPeople, person
from lobby.hub import Hub
from lobby.live_queries import query_of
from persistence.live.memory import MemoryBus
from protocol.codec import encode
from protocol.queries import read_query
from protocol.roster import RosterChanged
from protocol.topics import PEOPLE, PRESENCE

MANY = 100_000
TOGETHER = 100
"""People of one change."""
MOST_BYTES = 900.0
"""For one person."""


class Process:
    """What it has used since `begin`."""

    def begin(self) -> None:
        self._memory, self._time = _memory(), time.process_time()

    def said(self, many: int, text: int) -> dict[str, Any]:
        spent, each = time.process_time() - self._time, (_memory() - self._memory) / many
        return {
            "mb_for_100_000": round(each * 100_000 / 2**20, 1),
            "bytes_a_person": round(each),
            "times_the_text": round(each * many / text, 1),
            "us_a_person": round(spent / many * 1e6, 1),
        }


def _memory() -> int:
    gc.collect()
    return int(psutil.Process().memory_full_info().uss)


async def measure(many: int) -> int:
    bus, people, counted, used = MemoryBus(), SyntheticPeople(many), Counted(), Process()
    hub = Hub(
        bus,
        OneDocument(),
        people,
        name="bench",
        people_limit=many,
        forget_account=lambda account: None,
        on_changed=lambda changed: None,
    )
    text = sum(len(encode({who: one})) for who, one in people.online.items())
    running = asyncio.create_task(hub.run())
    used.begin()
    watcher = Watcher("", counted)
    hub.enter(watcher)
    query = query_of(read_query("people", limit=50))
    topic = await hub.queries.open(query, watcher, known=None)
    await hub.queries.join(topic, watcher, known=None)
    print("asked", used.said(many, text))
    for start in range(0, many, TOGETHER):
        some = range(start, min(many, start + TOGETHER))
        people.version += 1
        patch: dict[str, dict[str, Any] | None] = {people.names[n]: person(n, "busy") for n in some}
        changed = RosterChanged(epoch="bench", version=people.version, patch=patch)
        bus.publish(PRESENCE, changed.model_dump_json(exclude={"counts"}))
        await asyncio.sleep(0)
    engine = hub.queries.lists[PEOPLE].windows.engine
    await until_all(lambda: all(busy(engine.state(who)) for who in people.names[-TOGETHER:]))
    said = used.said(many, text)
    print("all have changed", said)
    running.cancel()
    over = said["bytes_a_person"] > MOST_BYTES
    print(f"target: {MOST_BYTES:.0f} bytes a person: {'missed' if over else 'met'}")
    return int(over)


def busy(person: dict[str, Any] | None) -> bool:
    return person is not None and person["status"] == "busy"


async def until_all(taken: Callable[[], bool]) -> None:
    for _ in range(600):
        if taken():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError


if __name__ == "__main__":
    sys.exit(uvloop.run(measure(int(sys.argv[1]) if sys.argv[1:] else MANY)))
