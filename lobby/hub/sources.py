"""What the hub asks of those who know the nouns: how a topic looks now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from persistence.ports import Page

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a returning watcher has already."""

    epoch: str
    version: int


@dataclass(frozen=True, slots=True)
class Look:
    """A topic as it is now.

    `epoch` is who numbered `version`; None: nobody did, the hub numbers what it sends itself.
    Watchers among `insiders` see `inner`, everybody else `outer`. `entries`: the state is a map
    of things that each carry their own `version`, told one by one.
    """

    outer: State
    inner: State | None = None
    insiders: frozenset[str] = frozenset()
    epoch: str | None = None
    version: int = 0
    entries: bool = False


class Source(Protocol):
    async def look(self, topic: str) -> Look:
        """Raises NotFound where there is nothing to watch."""
        ...

    async def changed(self, versions: Mapping[str, int]) -> list[str]:
        """Which of these document topics may no longer be at their version."""
        ...

    async def read(self, topic: str, *, after: int, limit: int) -> Page: ...

    async def head(self, topic: str) -> int: ...

    async def heads(self, topics: Iterable[str]) -> dict[str, int]:
        """Of many journals at once: how far each goes that has begun."""
        ...
