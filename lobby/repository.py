"""Typed, versioned access to one kind of document. `change` is the only way to change a noun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from lobby.domain.errors import Conflict, NotFound, Unavailable
from persistence.ports import Document, Documents, Index, Stale, Taken

ATTEMPTS = 16
TURNS = 256


class Versioned(Protocol):
    version: int


T = TypeVar("T", bound=Versioned)


class Repository(Generic[T]):
    """`missing` is the refusal for a key or claim that is not there; `taken` are those for claims
    that are, by the claim's name, and under "" for the key."""

    def __init__(
        self,
        documents: Documents,
        type_: type[T],
        *,
        key: Callable[[T], str],
        index: Callable[[T], Index],
        missing: type[NotFound],
        taken: Mapping[str, type[Conflict]],
    ) -> None:
        self._documents = documents
        self._adapter = TypeAdapter(type_)
        self._kind = type_.__name__.lower()
        self._key, self._index = key, index
        self._missing, self._taken = missing, taken
        self._turns = [asyncio.Lock() for _ in range(TURNS)]

    async def get(self, key: str) -> T:
        document = await self._documents.get(self._kind, key)
        if document is None:
            raise self._missing
        return self._load(document)

    async def claimed(self, claim: str, value: str) -> T:
        document = await self._documents.claimed(self._kind, claim, value)
        if document is None:
            raise self._missing
        return self._load(document)

    async def find(self, label: str, value: str, *, after: str = "", limit: int = 50) -> list[T]:
        found = await self._documents.find(self._kind, label, value, after=after, limit=limit)
        return [self._load(document) for document in found]

    async def ranked(self, label: str, *, after: str = "", limit: int = 50) -> list[T]:
        """Those with the label, in order of its value, beginning behind the value `after`."""
        found = await self._documents.ranked(self._kind, label, after=after, limit=limit)
        return [self._load(document) for document in found]

    async def all(self, label: str, value: str, *, page: int = 500) -> list[T]:
        """Every one with the label, read in pages."""
        found: list[T] = []
        while True:
            after = self._key(found[-1]) if found else ""
            more = await self.find(label, value, after=after, limit=page)
            found += more
            if len(more) < page:
                return found

    async def versions(self, keys: Iterable[str]) -> dict[str, int]:
        return await self._documents.versions(self._kind, keys)

    async def add(self, thing: T) -> T:
        try:
            thing.version = await self._put(thing, expected=0, index=self._index(thing))
        except Stale:
            raise self._taken[""] from None
        return thing

    async def change(self, key: str, decide: Callable[[T], object]) -> T:
        """As `alter`, where nobody asks what it was before."""
        _, after = await self._decided(key, decide, look_back=False)
        return after

    async def alter(self, key: str, decide: Callable[[T], object]) -> tuple[T, T]:
        """Load, decide, save if nobody else did meanwhile; else decide again. Returns it as it was
        and as it is; at one version when nothing was changed.

        Within this process callers take turns; other processes are noticed by version. `decide`
        may run more than once, so it touches only its argument. What it leaves as it was is not
        saved again.
        """
        return await self._decided(key, decide, look_back=True)

    async def _decided(
        self, key: str, decide: Callable[[T], object], *, look_back: bool
    ) -> tuple[T, T]:
        async with self._turns[hash(key) % TURNS]:
            for _ in range(ATTEMPTS):
                document = await self._documents.get(self._kind, key)
                if document is None:
                    raise self._missing
                thing = self._load(document)
                before = self._load(document) if look_back else thing
                marks = self._index(thing)
                decide(thing)
                if self._body(thing) == document.body:
                    return before, thing
                index = self._index(thing)
                try:
                    thing.version = await self._put(
                        thing,
                        expected=document.version,
                        index=index if index != marks else None,
                    )
                    return before, thing
                except Stale:
                    continue
        raise Unavailable("this, because so many change it at once,")

    async def remove(self, key: str, decide: Callable[[T], object] = lambda thing: None) -> T:
        """Delete it, if `decide` does not raise; returns what it was, at its last version."""
        async with self._turns[hash(key) % TURNS]:
            for _ in range(ATTEMPTS):
                thing = await self.get(key)
                decide(thing)
                try:
                    await self._documents.delete(self._kind, key, expected=thing.version)
                    return thing
                except Stale:
                    continue
        raise Unavailable("this, because so many change it at once,")

    async def _put(self, thing: T, *, expected: int, index: Index | None) -> int:
        try:
            return await self._documents.put(
                self._kind,
                self._key(thing),
                self._body(thing),
                expected=expected,
                index=index,
            )
        except Taken as taken:
            raise self._taken[taken.claim] from None

    def _body(self, thing: T) -> str:
        """Without the version, which is the store's to say."""
        version, thing.version = thing.version, 0
        try:
            return self._adapter.dump_json(thing, exclude_defaults=False).decode()
        finally:
            thing.version = version

    def _load(self, document: Document) -> T:
        thing = self._adapter.validate_json(document.body)
        thing.version = document.version
        return thing
