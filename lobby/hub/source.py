"""The hub's port to the nouns: how it reads the current state of a topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from lobby.live_queries import Viewer
from persistence.ports import Page

State = dict[str, Any]

SLICE_OF_NEWS = 200
"""Entries that are taken in one turn of the loop."""

Hides = Callable[[str, Any], bool]
"""Whether an entry of a document, by its key and its value, is hidden from one account."""

ANY_EPOCH = ""
"""Of a cursor whose epoch its watcher does not say."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a reconnecting watcher has already: a document at a version, a journal to a cursor."""

    epoch: str
    version: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The current state of a document topic.

    Versions of the same `epoch` can be compared; None: it has no version, and the hub numbers it.
    Watchers among `insiders` see `inner`, everybody else `outer`. `entries`: the state is a map of
    entries, each with its own `version`, whose changes are published one by one; `facts`: of each
    of them, never shown. `shards`: of one that is published in shards, where each of them stands.
    """

    outer: State
    inner: State | None = None
    insiders: frozenset[str] = frozenset()
    epoch: str | None = None
    version: int = 0
    entries: bool = False
    shards: tuple[Known, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def together(shards: Iterable[Known]) -> Known:
    """Where all stand. None goes back within its epoch, so that an equal sum is the same."""
    known = list(shards)
    return Known(" ".join(shard.epoch for shard in known), sum(shard.version for shard in known))


@dataclass(frozen=True, slots=True)
class News:
    """What is otherwise in a topic of entries. `gone`: at which version each went; `facts`: of
    each of the others, never shown."""

    entries: State
    gone: dict[str, int]
    facts: State = field(default_factory=dict)

    def parts(self) -> Iterator[News]:
        """The same, a few at a time."""
        for some in _slices(self.gone):
            yield News({}, {key: self.gone[key] for key in some})
        for some in _slices(self.entries):
            facts = {key: self.facts[key] for key in some if key in self.facts}
            yield News({key: self.entries[key] for key in some}, {}, facts)


def _slices(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while some := [*islice(rest, SLICE_OF_NEWS)]:
        yield some


FOREVER = 2**63
"""A version that no news outruns: what is gone from the store is gone; keys are not used again."""


class Source(Protocol):
    """Reads documents and journals by topic. Each method that waits raises Unreachable."""

    def clock(self) -> float:
        """Unix seconds, as all processes have them."""
        ...

    async def snapshot(self, topic: str) -> Snapshot:
        """The document as it is stored; raises NotFound where there is nothing to watch."""
        ...

    async def news(self, topic: str, versions: Mapping[str, int]) -> News:
        """What differs from these entries, of a topic that is made of entries."""
        ...

    async def hides(self, topic: str, identity: str) -> Hides | None:
        """What of the topic is hidden from this account; None: nothing."""
        ...

    async def viewer(self, account: str, *, friends: bool, named_by: bool) -> Viewer:
        """What a question may be about, of who asks it: who has banned the account, and where they
        are asked for, its own friends, and those who have it on their lists."""
        ...

    async def changed(self, versions: Mapping[str, Known]) -> list[str]:
        """Which of these documents may no longer be at the version given."""
        ...

    async def epoch(self) -> str:
        """In which the cursors of journals count."""
        ...

    async def read(self, topic: str, *, after: int, limit: int) -> Page:
        """The first entries of a journal after this cursor."""
        ...

    async def head(self, topic: str) -> int:
        """The cursor of a journal's newest entry; 0: it has none."""
        ...

    async def heads(self, topics: Iterable[str]) -> dict[str, int]:
        """The same for many journals at once; those without an entry are left out."""
        ...
