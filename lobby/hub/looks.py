"""Looks at what stands: one at a time for each topic, and once more when asked for during one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Looks:
    """Owns a task for each look under way."""

    def __init__(self, look: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self._look = look
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def __len__(self) -> int:
        return len(self._under_way)

    def soon(self, topic: str) -> None:
        if topic in self._under_way:
            self._again.add(topic)
            return
        task = asyncio.get_running_loop().create_task(self._look(topic))
        self._under_way[topic] = task
        task.add_done_callback(lambda _: self._done(topic))

    def close(self) -> None:
        self._again.clear()
        for task in self._under_way.values():
            task.cancel()

    def _done(self, topic: str) -> None:
        del self._under_way[topic]
        if topic in self._again:
            self._again.discard(topic)
            self.soon(topic)
