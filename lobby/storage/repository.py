"""Repository: typed, versioned access to one kind of document.

Optimistic concurrency: `change` saves if nobody else saved meanwhile, else it retries. Nothing
else changes a document.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Generic, Protocol, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from lobby.domain.errors import Broken, Conflict, NotFound, Unavailable
from lobby.idempotency import first_write
from persistence.ports import UNINDEXED, Document, Documents, Index, Stale, Taken
from protocol.codec import problems_of

log = structlog.get_logger(__name__)

ATTEMPTS = 16
"""Attempts to save a document that others change too (optimistic concurrency)."""
LOCK_STRIPES = 256
"""Lock striping: locks of one process for changes, which documents share by the hash of the key."""


SLICE = 64 * 1024
"""Characters of documents that are read in one turn of the event loop: about a millisecond."""
MOST_PROBLEMS = 3
"""Of a document that cannot be read, in the log."""


class Unreadable(Broken):
    """Something broke here; it has been logged under the document's key."""


class Versioned(Protocol):
    version: int


T = TypeVar("T", bound=Versioned)


@cache
def _adapter_of(type_: type[T]) -> TypeAdapter[T]:
    """To make one takes milliseconds, and a process may open more than one lobby."""
    return TypeAdapter(type_)


class Repository(Generic[T]):
    """`missing`: the error for a key or claim that does not exist. `taken`: the errors for claims
    that another document holds, by the claim's name, where it is not plainly a Conflict.
    `migrate`: brings what an earlier version stored to what is stored now."""

    def __init__(
        self,
        documents: Documents,
        type_: type[T],
        *,
        name: str,
        key: Callable[[T], str],
        index: Callable[[T], Index],
        missing: type[NotFound],
        taken: Mapping[str, type[Conflict]],
        migrate: Callable[[str], str] = lambda body: body,
    ) -> None:
        self._documents = documents
        self._adapter: TypeAdapter[T] = _adapter_of(type_)
        self._kind = name
        self._key, self._index = key, index
        self._missing, self._taken, self._migrate = missing, taken, migrate
        self._reported: set[tuple[str, int]] = set()
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def _lock(self, key: str) -> asyncio.Lock:
        return self._locks[hash(key) % LOCK_STRIPES]

    async def get(self, key: str) -> T:
        document = await self._documents.get(self._kind, key)
        if document is None:
            raise self._missing
        return self._load(document)

    async def many(self, keys: Iterable[str]) -> dict[str, T]:
        """Those of these that exist and can be read, by key."""
        found = await self._documents.many(self._kind, keys)
        return {self._key(thing): thing for thing in await self._loaded(found)}

    async def claimed(self, claim: str, value: str) -> T:
        document = await self._documents.claimed(self._kind, claim, value)
        if document is None:
            raise self._missing
        return self._load(document)

    async def find(self, label: str, value: str, *, after: str = "", limit: int = 50) -> list[T]:
        find = partial(self._documents.find, self._kind, label, value, after=after)
        return await self._readable(find, limit)

    async def ranked(self, label: str, *, after: str = "", limit: int = 50) -> list[T]:
        """Those with the label, sorted by its value, after the value `after`."""
        ranked = partial(self._documents.ranked, self._kind, label, after=after)
        return await self._readable(ranked, limit)

    async def all(self, label: str, value: str, *, page: int = 500) -> list[T]:
        """Every one with the label, read in pages."""
        return [thing async for some in self.pages(label, value, size=page) for thing in some]

    async def pages(self, label: str, value: str, *, size: int) -> AsyncIterator[list[T]]:
        """The same, page by page; other tasks run between two."""
        after = ""
        while True:
            page = await self.find(label, value, after=after, limit=size)
            yield page
            if len(page) < size:
                return
            after = self._key(page[-1])

    async def version_pages(
        self, label: str, value: str, *, size: int = 1000
    ) -> AsyncIterator[dict[str, int]]:
        """The version of every one with the label, by key, page by page."""
        after = ""
        while True:
            page = await self._documents.found_versions(
                self._kind, label, value, after=after, limit=size
            )
            yield page
            if len(page) < size:
                return
            after = next(reversed(page))

    async def labelled(self, label: str, values: Iterable[str]) -> dict[str, frozenset[str]]:
        return await self._documents.labelled(self._kind, label, values)

    async def versions(self, keys: Iterable[str]) -> dict[str, int]:
        return await self._documents.versions(self._kind, keys)

    async def add(self, thing: T) -> T:
        try:
            thing.version = await self._put(thing, expected=0, index=self._index(thing))
        except Stale:
            raise Conflict from None
        return thing

    async def change(self, key: str, decide: Callable[[T], object]) -> T:
        """As `alter`, but returns only the changed document."""
        _, after = await self._update(key, decide, keep_before=False)
        return after

    async def alter(
        self, key: str, decide: Callable[[T], object], *, known: T | None = None
    ) -> tuple[T, T]:
        """Load, decide, save if nobody else did meanwhile; else retry. Returns the document before
        and after; both have one version when nothing was changed, and nothing is saved.

        Callers of one process are serialized by a lock, other processes are detected by version.
        `decide` may run more than once, so it must change only its argument. What it leaves as it
        was is not saved again. `known`: as the caller has just read it; it is left alone.
        """
        return await self._update(key, decide, keep_before=True, known=known)

    async def _update(
        self, key: str, decide: Callable[[T], object], *, keep_before: bool, known: T | None = None
    ) -> tuple[T, T]:
        turn = self._lock(key)
        if turn.locked():
            known = None  # it changes while we wait
        async with turn:
            for attempt in range(ATTEMPTS):
                document = await self._first(key, known if attempt == 0 else None)
                thing = self._load(document)
                before = self._load(document) if keep_before else thing
                index_before = self._index(thing)
                decide(thing)
                if self._body(thing) == document.body:
                    return before, thing
                index = self._index(thing)
                try:
                    thing.version = await self._put(
                        thing,
                        expected=document.version,
                        index=index if index != index_before else None,
                    )
                    return before, thing
                except Stale:
                    continue
        raise Unavailable("this, because so many change it at once,")

    async def _first(self, key: str, known: T | None) -> Document:
        if known is not None:
            return Document(key, known.version, self._body(known))
        document = await self._documents.get(self._kind, key)
        if document is None:
            raise self._missing
        return document

    async def remove(self, key: str, decide: Callable[[T], object] = lambda thing: None) -> T:
        """Delete the document unless `decide` raises; returns it at its last version."""
        async with self._lock(key):
            for _ in range(ATTEMPTS):
                thing = await self.get(key)
                decide(thing)
                try:
                    with first_write(key) as once:
                        await self._documents.delete(
                            self._kind, key, expected=thing.version, once=once
                        )
                    return thing
                except Stale:
                    continue
        raise Unavailable("this, because so many change it at once,")

    async def reindex(self, *, after: str, limit: int) -> str | None:
        """Write labels and claims of those that a migration of the store has marked, as they are
        now; a change alone writes only what it changes. The key of the last; None: none is left
        after that key. One that cannot be read stays marked."""
        marked = await self._documents.find(self._kind, UNINDEXED, "yes", after=after, limit=limit)
        for document in marked:
            with suppress(Unreadable, NotFound, Taken):
                await self._reindex(document.key)
        return marked[-1].key if marked else None

    async def _reindex(self, key: str) -> None:
        async with self._lock(key):
            for _ in range(ATTEMPTS):
                document = await self._first(key, None)
                index = self._index(self._load(document))
                with suppress(Stale):
                    await self._documents.put(
                        self._kind, key, document.body, expected=document.version, index=index
                    )
                    return

    async def _put(self, thing: T, *, expected: int, index: Index | None) -> int:
        try:
            key, body = self._key(thing), self._body(thing)
            with first_write(key) as once:
                return await self._documents.put(
                    self._kind, key, body, expected=expected, index=index, once=once
                )
        except Taken as taken:
            raise self._taken.get(taken.claim, Conflict) from None

    def _body(self, thing: T) -> str:
        """The JSON without the version, which the store keeps."""
        version, thing.version = thing.version, 0
        try:
            return self._adapter.dump_json(thing, exclude_defaults=False).decode()
        finally:
            thing.version = version

    async def _readable(
        self, find: Callable[..., Awaitable[list[Document]]], limit: int
    ) -> list[T]:
        """Up to `limit` of those that it finds; one that cannot be read hides no other."""
        asked = limit
        while True:
            found = await find(limit=asked)
            readable = await self._loaded(found)
            if len(readable) >= limit or len(found) < asked:
                return readable[:limit]
            asked += limit - len(readable)

    async def _loaded(self, found: Iterable[Document]) -> list[T]:
        """Those that can be read; other tasks run between two slices."""
        readable: list[T] = []
        read = 0
        for document in found:
            with suppress(Unreadable):
                readable.append(self._load(document))
            if (read := read + len(document.body)) > SLICE:
                await asyncio.sleep(0)
                read = 0
        return readable

    def _load(self, document: Document) -> T:
        """Raises Unreadable, and reports it once for each version."""
        try:
            thing = self._adapter.validate_json(self._migrate(document.body))
        except ValidationError as error:
            self._report(document, error)
            raise Unreadable from None
        thing.version = document.version
        return thing

    def _report(self, document: Document, error: ValidationError) -> None:
        marks = document.key, document.version
        if marks not in self._reported:
            self._reported.add(marks)
            problems = problems_of(error)[:MOST_PROBLEMS]
            key, version = marks
            log.error(
                "document_unreadable", kind=self._kind, key=key, version=version, problems=problems
            )
