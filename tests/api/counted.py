"""A store that counts what it is asked on behalf of one caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest

from persistence import urls
from persistence.ports import Store

OUR_OWN: ContextVar[bool] = ContextVar("our_own", default=False)
"""Set in the tasks of the lobby's workers, which ask the store at any time."""
WRITERS = ("InboxWriter._put_one",)
"""They write later, an entry for each member, and nobody waits for them."""


class Counted:
    """The real store. `calls` are those for which a caller waits, each a round trip: all calls of
    Documents and Journal that begin in their request or command, and in what that awaits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Awaitable[Any]] = getattr(self._store, name)

        def counted(*args: Any, **options: Any) -> Awaitable[Any]:
            if not (OUR_OWN.get() or _writer() in WRITERS):
                self.calls.append(f"{name} {args[0] if args else ''}".partition(":")[0].strip())
            return call(*args, **options)

        return counted

    @contextmanager
    def at_most(self, most: int) -> Iterator[list[str]]:
        self.calls.clear()
        yield self.calls
        assert len(self.calls) <= most, self.calls


def _writer() -> str:
    task = asyncio.current_task()
    return getattr(task.get_coro(), "__qualname__", "") if task else ""


@contextmanager
def counting() -> Iterator[list[Counted]]:
    """Every store that is opened meanwhile."""
    opened: list[Counted] = []

    async def counted(*args: Any, **options: Any) -> Any:
        OUR_OWN.set(True)  # the task that opens it begins the workers, who inherit this
        opened.append(Counted(await urls.open_store(*args, **options)))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lobby.main.open_store", counted)
        yield opened
