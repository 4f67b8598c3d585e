"""Ports: what the lobby requires of its stores and its bus.

Documents  durable state: versioned (optimistic concurrency), found by labels, unique by claims
Journal    durable history: append-only streams, read on from a cursor
Commands   idempotency: ids of commands, kept with what they changed (see `once`)
Bus        publish/subscribe: at most once, in order per topic, to current subscribers
Four volatile ports. They are kept in one place, and lost together:
Locks      leases: a key has one holder, for a term
Notes      a cache: values with a time to live
Timers     deadlines: keys that are due at a time
Presence   who is online, versioned; each process renews a lease for its own by heartbeats

Bodies are opaque here: JSON text that the caller wrote and will read. An implementation turns every
exception of its driver into `Unreachable`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from persistence.dependency import Dependency as Dependency
from persistence.failures import InUse as InUse
from persistence.failures import Newer as Newer
from persistence.failures import NoBackup as NoBackup
from persistence.failures import Stale as Stale
from persistence.failures import Taken as Taken
from persistence.failures import Unreachable as Unreachable
from persistence.failures import Unsuitable as Unsuitable
from persistence.idempotency import Commands, Once
from persistence.roster import Counts as Counts
from persistence.roster import Presence as Presence
from persistence.roster import Roster as Roster
from persistence.roster import RosterVersion as RosterVersion

SCHEMA_VERSION = 3
"""Of the tables and what is kept in them. It rises with all that an older program stumbles over."""
UNINDEXED = "unindexed"
"""Label of documents of an older program: labels and claims are to be written for them anew."""


@dataclass(frozen=True, slots=True)
class Document:
    key: str
    version: int
    body: str


@dataclass(frozen=True, slots=True)
class Index:
    """How a document is found: by `labels`, shared with others, or `claims`, which are unique."""

    labels: Mapping[str, Iterable[str]] = field(default_factory=dict)
    claims: Mapping[str, str | Iterable[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a stream; `cursor` counts from 1 and rises by one."""

    cursor: int
    body: str


@dataclass(frozen=True, slots=True)
class Page:
    """Entries after a cursor, oldest first. `trimmed`: some right after it were deleted."""

    entries: list[Entry]
    trimmed: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One payload from the bus, or `None` where some may have been missed."""

    topic: str
    payload: str | None


class Documents(Protocol):
    async def epoch(self) -> str:
        """The random name that this store got at creation; versions compare only within it."""
        ...

    async def next_number(self, series: str) -> int:
        """1, 2, 3 …: never the same twice, gaps allowed."""

    async def get(self, kind: str, key: str) -> Document | None: ...

    async def many(self, kind: str, keys: Iterable[str]) -> list[Document]: ...

    async def claimed(self, kind: str, claim: str, value: str) -> Document | None:
        """The one document that holds the claim."""
        ...

    async def find(
        self, kind: str, label: str, value: str, *, after: str = "", limit: int = 50
    ) -> list[Document]:
        """Those with this value of the label, sorted by key, after the key `after`."""
        ...

    async def ranked(
        self, kind: str, label: str, *, after: str = "", limit: int = 50
    ) -> list[Document]:
        """Those with the label, sorted by its value, after the value `after`."""
        ...

    async def found_versions(
        self, kind: str, label: str, value: str, *, after: str = "", limit: int = 1000
    ) -> dict[str, int]:
        """The versions of those that carry the label, by key, after the key `after`."""
        ...

    async def labelled(
        self, kind: str, label: str, values: Iterable[str]
    ) -> dict[str, frozenset[str]]:
        """The keys of all that have one of these values of the label, by the value; those that
        nothing has are left out."""
        ...

    async def versions(self, kind: str, keys: Iterable[str]) -> dict[str, int]:
        """The version of each that exists."""
        ...

    async def put(
        self,
        kind: str,
        key: str,
        body: str,
        *,
        expected: int,
        index: Index | None = None,
        once: Once | None = None,
    ) -> int:
        """Compare and set: replace version `expected` (0: create it); the new version, once
        durable. `index=None` leaves labels and claims as they are. Raises Stale, Taken or Repeated,
        and then nothing has changed."""
        ...

    async def delete(self, kind: str, key: str, *, expected: int, once: Once | None = None) -> None:
        """Remove it with its labels and claims. Raises Stale or Repeated."""
        ...


class Journal(Protocol):
    async def append(
        self, stream: str, *bodies: str, keep: int = 500, once: Once | None = None
    ) -> int:
        """Add entries in this order, all or none; delete all but the newest `keep`. Returns the
        cursor of the last one, once durable. Raises Repeated."""
        ...

    async def read(self, stream: str, *, after: int = 0, limit: int = 50) -> Page: ...

    async def head(self, stream: str) -> int:
        """The cursor of the newest entry ever appended; 0 for none."""
        ...

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        """The heads of those streams that have or had entries."""
        ...

    async def streams(self, prefix: str, *, after: str = "", limit: int = 500) -> list[str]:
        """Names of streams with this prefix, in the store's own order, after the name `after`."""
        ...

    async def forget(self, stream: str) -> None:
        """Delete the stream with all its entries."""
        ...


class Store(Documents, Journal, Commands, Dependency, Protocol):
    async def back_up(self, path: str) -> None:
        """Write all of it, as it is at one moment, to a new file, and go on serving meanwhile.
        Raises NoBackup."""
        ...


class Bus(Dependency, Protocol):
    def publish(self, topic: str, payload: str) -> None:
        """Queue the payload; those of one turn of the loop are sent together. Never raises: where
        one could not be sent, subscribers get a `None` delivery."""
        ...

    async def subscribe(self, topic: str) -> None:
        """Returns once deliveries are certain to include what is published from now on."""
        ...

    async def unsubscribe(self, topic: str) -> None: ...

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Endless; read by one task. Includes what this process publishes itself."""
        ...


class Locks(Dependency, Protocol):
    async def acquire(self, key: str, holder: str, seconds: float) -> bool:
        """Take the lease, or renew it; False while another holder's term runs."""

    async def release(self, key: str, holder: str) -> None:
        """End the lease; does nothing when another holds it."""


class Notes(Dependency, Protocol):
    async def put(self, key: str, value: str, seconds: float) -> None:
        """Set the value, with a time to live of `seconds`."""

    async def get(self, key: str) -> str | None: ...

    async def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        """Those that there are, in few round trips."""


class Timers(Dependency, Protocol):
    async def set(self, key: str, seconds: float) -> None:
        """Set the timer to `seconds` from now; one that is set already is never made earlier."""

    async def due(self, limit: int = 100) -> list[str]:
        """Timers that are due, the oldest first; returned again until they are `done`."""

    async def done(self, keys: Iterable[str]) -> None:
        """Delete these, except those that were set again meanwhile."""

    async def epoch(self) -> str:
        """Another one: timers may have been lost."""


@dataclass(frozen=True)
class Live:
    """The bus and the volatile ports. `roster`: presence across all processes."""

    bus: Bus
    locks: Locks
    notes: Notes
    timers: Timers
    roster: Presence

    async def close(self) -> None:
        for part in (self.bus, self.locks, self.notes, self.timers, self.roster):
            await part.close()
