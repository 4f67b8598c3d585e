"""The ports of a store, told as plans: which of them only read, and which are all or nothing.

A database adds the three ways to carry a plan out, and knows nothing of documents.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, TypeVar

from persistence.ports import Document, Index, Page
from persistence.store import sql
from persistence.store.sql import Plan

T = TypeVar("T")


class SqlStore(ABC):
    each: ClassVar[str]
    _epoch: str

    @abstractmethod
    async def _read(self, plan: Plan[T]) -> T:
        """Carry out one statement that changes nothing."""

    @abstractmethod
    async def _write(self, plan: Plan[T]) -> T:
        """Carry out one statement, and return once it is durable."""

    @abstractmethod
    async def _change(self, plan: Plan[T]) -> T:
        """Carry out several statements, all or nothing, and return once they are durable."""

    async def probe(self) -> None:
        await self._read(sql.answer())

    async def epoch(self) -> str:
        return self._epoch

    async def next_number(self, series: str) -> int:
        return await self._write(sql.next_number(series))

    async def get(self, kind: str, key: str) -> Document | None:
        return await self._read(sql.get(kind, key))

    async def claimed(self, kind: str, claim: str, value: str) -> Document | None:
        return await self._read(sql.claimed(kind, claim, value))

    async def find(
        self, kind: str, label: str, value: str, *, after: str = "", limit: int = 50
    ) -> list[Document]:
        return await self._read(sql.find(kind, label, value, after, limit))

    async def ranked(
        self, kind: str, label: str, *, after: str = "", limit: int = 50
    ) -> list[Document]:
        return await self._read(sql.ranked(kind, label, after, limit))

    async def versions(self, kind: str, keys: Iterable[str]) -> dict[str, int]:
        return await self._read(sql.versions(kind, keys, each=self.each))

    async def put(
        self, kind: str, key: str, body: str, *, expected: int, index: Index | None = None
    ) -> int:
        plan = sql.put(kind, key, body, expected, index)
        return await (self._write(plan) if index is None else self._change(plan))

    async def delete(self, kind: str, key: str, *, expected: int) -> None:
        await self._write(sql.delete(kind, key, expected))

    async def append(self, stream: str, *bodies: str, keep: int = 500) -> int:
        return await self._change(sql.append(stream, bodies, keep))

    async def read(self, stream: str, *, after: int = 0, limit: int = 50) -> Page:
        return await self._read(sql.read(stream, after, limit))

    async def head(self, stream: str) -> int:
        return await self._read(sql.head(stream))

    async def heads(self, streams: Iterable[str]) -> dict[str, int]:
        return await self._read(sql.heads(streams, each=self.each))

    async def streams(self, prefix: str, *, after: str = "", limit: int = 500) -> list[str]:
        return await self._read(sql.streams(prefix, after, limit))

    async def forget(self, stream: str) -> None:
        await self._write(sql.forget(stream))
