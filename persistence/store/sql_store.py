"""Base of the SQL stores: each method of the durable ports as a plan that reads, writes or needs a
transaction.

A database implements the three ways to execute a plan, and knows nothing of documents.
"""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, TypeVar

from persistence.idempotency import Once, Remembered
from persistence.ports import Document, Index, Page
from persistence.store import commands, labels, sql
from persistence.store.plan import Plan

T = TypeVar("T")

PROVEN_SECONDS = 1.0
"""How long a probe that wrote counts; whoever asks for more is answered by a read."""
PROBE = "probe"


class SqlStore(ABC):
    """`each`: SQL that turns a JSON list, at {}, into rows."""

    each: ClassVar[str]
    _epoch: str
    _proven = -PROVEN_SECONDS

    @abstractmethod
    async def _read(self, plan: Plan[T]) -> T:
        """Execute one statement that changes nothing."""

    @abstractmethod
    async def _write(self, plan: Plan[T]) -> T:
        """Execute one statement; returns once it is durable."""

    @abstractmethod
    async def _change(self, plan: Plan[T]) -> T:
        """Execute several statements in a transaction; returns once it is durable."""

    async def probe(self) -> None:
        """By reading and, once a second, by writing: a full disk and a replica do read."""
        await self._read(sql.probe())
        if time.monotonic() - self._proven >= PROVEN_SECONDS:
            await self._write(sql.next_number(PROBE))
            self._proven = time.monotonic()

    async def epoch(self) -> str:
        return self._epoch

    async def renew_epoch(self) -> None:
        """It is another store from now on: what was seen of it before may not be so."""
        self._epoch = await self._write(sql.renew_epoch(secrets.token_hex(8)))

    async def next_number(self, series: str) -> int:
        return await self._write(sql.next_number(series))

    async def get(self, kind: str, key: str) -> Document | None:
        return await self._read(sql.get(kind, key))

    async def many(self, kind: str, keys: Iterable[str]) -> list[Document]:
        return await self._read(sql.many(kind, keys, each=self.each))

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

    async def found_versions(
        self, kind: str, label: str, value: str, *, after: str = "", limit: int = 1000
    ) -> dict[str, int]:
        return await self._read(sql.found_versions(kind, label, value, after, limit))

    async def labelled(
        self, kind: str, label: str, values: Iterable[str]
    ) -> dict[str, frozenset[str]]:
        return await self._read(labels.labelled(kind, label, values, each=self.each))

    async def versions(self, kind: str, keys: Iterable[str]) -> dict[str, int]:
        return await self._read(sql.versions(kind, keys, each=self.each))

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
        plan = sql.put(kind, key, body, expected, index, once)
        single = index is None and once is None
        return await (self._write(plan) if single else self._change(plan))

    async def delete(self, kind: str, key: str, *, expected: int, once: Once | None = None) -> None:
        plan = sql.delete(kind, key, expected, once)
        await (self._write(plan) if once is None else self._change(plan))

    async def append(
        self, stream: str, *bodies: str, keep: int = 500, once: Once | None = None
    ) -> int:
        return await self._change(sql.append(stream, bodies, keep, once))

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

    async def remember(self, once: Once) -> None:
        await self._change(commands.remember(once, 0))

    async def remembered(self, identity: str, id: str, *, now: float) -> Remembered | None:
        return await self._read(commands.remembered(identity, id, now))

    async def settle(self, identity: str, id: str, outcome: str) -> None:
        await self._write(commands.settle(identity, id, outcome))

    async def forget_commands(self, *, now: float, most: int = 500) -> int:
        return await self._write(commands.forget(now, most))
