"""Listeners, and what is settled once: neither is bound to an event loop before somebody waits."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Call = Callable[..., object]
Off = Callable[[], None]
Report = Callable[[Exception], object]


class Listeners:
    """By event. `report` is told what a listener raises; the others are told all the same."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._calls: dict[str, list[Call]] = {}

    def on(self, event: str, call: Call) -> Off:
        """Returns what ends it. Raises TypeError for a coroutine function: nobody awaits it."""
        if inspect.iscoroutinefunction(call):
            raise TypeError(f"a listener of {event} is a plain function; start a task in it")
        calls = self._calls.setdefault(event, [])
        entry: Call = lambda *details: call(*details)  # noqa: E731  # one of its own, to be removed
        calls.append(entry)
        return lambda: calls.remove(entry) if entry in calls else None

    def emit(self, event: str, *details: Any) -> None:
        for call in list(self._calls.get(event, ())):
            try:
                call(*details)
            except Exception as error:
                self._report(error)

    def has(self, event: str) -> bool:
        return bool(self._calls.get(event))

    def clear(self) -> None:
        self._calls.clear()


class Outcome(Generic[T]):
    """A value or an error, which any number wait for, each in a future of their own: whoever is
    cancelled takes nothing from the others."""

    def __init__(self) -> None:
        self._value: tuple[T] | None = None
        self._error: Exception | None = None
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def settled(self) -> bool:
        return self._value is not None or self._error is not None

    def resolve(self, value: T) -> None:
        if not self.settled:
            self._value = (value,)
            self._wake()

    def reject(self, error: Exception) -> None:
        if not self.settled:
            self._error = error
            self._wake()

    async def wait(self) -> T:
        if not self.settled:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            try:
                await future
            finally:
                if future in self._waiting:
                    self._waiting.remove(future)
        if self._error is not None:
            raise self._error.with_traceback(None)
        assert self._value is not None  # noqa: S101  # it is settled
        return self._value[0]

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
