"""The clock of all windows, on the loop that serves."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest
import uvloop
from pydantic_core import from_json

from lobby.hub.windows import Windows
from lobby.live_queries import ANYBODY, SESSIONS, QueryEngine
from protocol.framing import payload
from tests.support.channel_client import merged
from tests.support.hub import Recorder
from tests.support.queries import asked
from tests.support.waiting import until

LOOPS = pytest.mark.parametrize(
    "loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
ROWS = 3_000


def session(n: int, **fields: Any) -> dict[str, Any]:
    return {"id": str(n), "created": float(n), "seats": {}, "attributes": {}, "free": 1} | fields


class Clients(Recorder):
    """Folds what it is sent of one window."""

    state: dict[str, Any]

    def _write(self, frame: bytes) -> None:
        self.state = merged(from_json(payload(frame))["patch"], self.state)


async def changes_at_any_time(rows: int) -> None:
    """Also while windows look for what is next, and when the clock's time is over already."""
    epochs = count()
    engine = QueryEngine(SESSIONS, epoch=lambda: f"e{next(epochs)}")
    windows = Windows(
        engine,
        most=9,
        skip=lambda window: lambda watcher: None,
        before_frames=lambda: None,
        exclude=lambda watcher, topic, code: None,
    )
    for n in range(rows):
        engine.put(str(n), session(n))
    question = asked(filter={"free": 1}, limit=2, sort="created")
    window, client = await windows.open(question, ANYBODY), Clients()
    client.state = from_json(payload(window.state()))["state"]
    windows.join(window, client)
    for n in range(rows):
        engine.put(str(n), session(n, free=n % 2))
        windows.changed()
        if n % 50 == 49:
            await asyncio.sleep(0)
    engine.remove("1")
    windows.changed()
    expected = {"3": session(3), "5": session(5)}
    await until(lambda: client.state == {"total": rows // 2 - 1, "sessions": expected})
    windows.close()


@LOOPS
def test_changes_are_sent_whenever_they_come(loop: Any) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(changes_at_any_time(ROWS))
