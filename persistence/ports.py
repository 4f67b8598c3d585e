"""What the lobby asks of storage, in four words.

Documents  what **is**: versioned, changed as a whole, found by labels, unique by claims
Journal    what **was**: appended, never changed, read on from a cursor
Bus        what **happens**: at most once, in order per topic, to whoever listens now
Leases     what **fades**: held for a while, then gone

Bodies are opaque here: JSON text that the caller wrote and will read. An implementation lets no
exception of its driver out: whatever stands in its way is `Unreachable`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Stale(Exception):
    """The document is no longer at the version that was read."""


class Taken(Exception):
    """Another document of this kind holds the claim."""

    def __init__(self, claim: str) -> None:
        super().__init__(f"the claim {claim!r} is taken")
        self.claim = claim


class Unreachable(Exception):
    """The part does not answer. `part` is what an operator calls it: "database" or "redis"."""

    def __init__(self, part: str, why: str = "") -> None:
        super().__init__(f"{part} cannot be reached{': ' if why else ''}{why}")
        self.part = part


class InUse(Exception):
    """Another process holds this store for itself; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Document:
    key: str
    version: int
    body: str


@dataclass(frozen=True, slots=True)
class Index:
    """How a document is found: `labels` shared with others, `claims` held by it alone."""

    labels: Mapping[str, Iterable[str]] = field(default_factory=dict)
    claims: Mapping[str, str | Iterable[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a stream; `cursor` counts from 1 and rises by one."""

    cursor: int
    body: str


@dataclass(frozen=True, slots=True)
class Page:
    """Entries after a cursor, oldest first. `trimmed`: some that followed it are gone."""

    entries: list[Entry]
    trimmed: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One payload from the bus, or `None` where some may have been missed."""

    topic: str
    payload: str | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is present, numbered: alike in every process that reads the same epoch and version."""

    epoch: str
    version: int
    entries: dict[str, str]


class Documents(Protocol):
    async def epoch(self) -> str:
        """The random name this store got when it was made; versions compare only within it."""
        ...

    async def next_number(self, series: str) -> int:
        """1, 2, 3 …: never the same twice, gaps allowed."""
        ...

    async def get(self, kind: str, key: str) -> Document | None: ...

    async def claimed(self, kind: str, claim: str, value: str) -> Document | None:
        """The one document that holds the claim."""
        ...

    async def find(
        self, kind: str, label: str, value: str, *, after: str = "", limit: int = 50
    ) -> list[Document]:
        """Those that carry the label, by key, beginning behind `after`."""
        ...

    async def ranked(
        self, kind: str, label: str, *, after: str = "", limit: int = 50
    ) -> list[Document]:
        """Those that carry the label, in order of its value, beginning behind the value `after`."""
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
    ) -> int:
        """Save over version `expected` (0: it is new) and return the new version, once durable.

        `index=None` leaves labels and claims as they are. Raises Stale or Taken, and then
        nothing has changed.
        """
        ...

    async def delete(self, kind: str, key: str, *, expected: int) -> None:
        """Remove it with its labels and claims. Raises Stale when it is not at `expected`."""
        ...


class Journal(Protocol):
    async def append(self, stream: str, *bodies: str, keep: int = 500) -> int:
        """Add entries in this order, all or none; forget all but the newest `keep`. Returns the
        cursor of the last one, once durable."""
        ...

    async def read(self, stream: str, *, after: int = 0, limit: int = 50) -> Page: ...

    async def head(self, stream: str) -> int:
        """The cursor of the newest entry ever appended; 0 for none."""
        ...

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        """The same of each stream that has entries, or had some."""
        ...

    async def streams(self, prefix: str, *, after: str = "", limit: int = 500) -> list[str]:
        """The names of those that begin so, in an order of the store's own, behind `after`."""
        ...

    async def forget(self, stream: str) -> None:
        """Remove the stream whole."""
        ...


class Store(Documents, Journal, Protocol):
    async def probe(self) -> None:
        """Return when the store answers; raise Unreachable when it does not."""
        ...

    async def close(self) -> None: ...


class Bus(Protocol):
    def publish(self, topic: str, payload: str) -> None:
        """Hand over and return: payloads of one turn of the loop leave together.

        Never raises: a payload that could not be delivered shows as a `None` delivery.
        """
        ...

    async def subscribe(self, topic: str) -> None:
        """Return once deliveries are certain to include what is published from now on."""
        ...

    async def unsubscribe(self, topic: str) -> None: ...

    def deliveries(self) -> AsyncIterator[Delivery]:
        """Endless; read by one task. Own publications come back like everybody's."""
        ...

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


class Leases(Protocol):
    async def hold(self, name: str, holder: str, seconds: float) -> bool:
        """Take or keep the lease; False while another holder has it."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Give it back; nothing happens when another has it."""
        ...

    async def remember(self, key: str, value: str, seconds: float) -> None: ...

    async def recall(self, key: str) -> str | None: ...

    # The roster: who is present. A *keeper* is a process that vouches for the people it serves.
    async def beat(self, keeper: str, seconds: float) -> bool:
        """Vouch for `seconds` more. False: the keeper is not known (it is new, or somebody has
        swept it, or the leases were lost), and must `attend` everybody again."""
        ...

    async def attend(self, keeper: str, shown: Mapping[str, str | None]) -> None:
        """These people are here, with the value that others see (`None`: hidden, counts as
        absent for everybody who reads the roster). One version for all, one payload on the bus's
        topic "presence": `{"epoch", "version", "patch": {who: value or null}}`, the values
        spliced in as the JSON they are. No visible change: no version, no payload."""
        ...

    async def depart(self, keeper: str, who: str, *, shown: str | None, seconds: float) -> None:
        """This keeper no longer serves `who`. When no other keeper does, `who` shows as `shown`
        (`None`: not at all; a hidden one stays hidden) and is *lapsed* after `seconds`."""
        ...

    async def linger(self, who: str, seconds: float) -> None:
        """`who` acts without being present: lapsed after `seconds` unless they attend. Never
        shortens a term that runs already."""
        ...

    async def lapsed(self, limit: int = 100) -> list[str]:
        """Those whose time is up, lapsed keepers' people among them. They have left the roster;
        they are named again until `settle` says that the lobby has drawn the consequences."""
        ...

    async def settle(self, who: Iterable[str]) -> None:
        """Forget these lapsed people, except those who attend again."""
        ...

    async def roster(self) -> Roster: ...

    async def shown(self, who: Iterable[str]) -> dict[str, str]:
        """How these people show on the roster, as far as they do."""
        ...

    async def numbered(self) -> tuple[str, int]:
        """The roster's epoch and version alone."""
        ...

    async def attending(self, who: Iterable[str]) -> set[str]:
        """Those whom a living keeper serves now, hidden ones too; nobody who is lapsing."""
        ...

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Live:
    """A bus and leases that belong together."""

    bus: Bus
    leases: Leases
