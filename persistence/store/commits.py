"""One thread that owns one SQLite connection, and commits together what waits together.

A commit waits for the disk; while it does, further saves gather and share the next one. Reads
go first and wait for no commit. It knows plans, not what they say.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from persistence.ports import Unreachable
from persistence.store.sql import Plan

T = TypeVar("T")


@dataclass(slots=True)
class Job:
    plan: Plan[Any]
    writes: bool
    answer: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None

    def settle(self) -> None:
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.error)


class Writer:
    """`group`: how many saves may share a commit."""

    def __init__(self, connection: sqlite3.Connection, *, group: int) -> None:
        self._connection = connection
        self._group = group
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._closing = False
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        Thread(target=self._work, name="sqlite", daemon=True).start()

    async def carry_out(self, plan: Plan[T], *, writes: bool) -> T:
        """The result, after the commit. A caller who is cancelled has still handed it over."""
        if self._closing:
            raise Unreachable("database", "it was closed")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._waiting.put(Job(plan, writes, answer))
        return await answer

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        if not self._closing:
            self._closing = True
            self._waiting.put(None)
        await asyncio.shield(self._ended)

    def _work(self) -> None:
        going = True
        while going:
            jobs = self._gather()
            going = jobs[-1] is not None
            for group in (
                [job for job in jobs if job and not job.writes],
                [job for job in jobs if job and job.writes],
            ):
                if group:
                    self._serve(group)
        self._connection.close()
        self._tell(lambda: self._ended.set_result(None))

    def _gather(self) -> list[Job | None]:
        jobs = [self._waiting.get()]
        with suppress(Empty):
            while jobs[-1] is not None and len(jobs) < self._group:
                jobs.append(self._waiting.get_nowait())
        return jobs

    def _serve(self, group: list[Job]) -> None:
        try:
            (self._commit if group[0].writes else self._look)(group)
        except Exception as failure:
            self._undo()
            for job in group:
                job.error = Unreachable("database", str(failure))
        self._tell(lambda: _settle(group))

    def _look(self, group: list[Job]) -> None:
        for job in group:
            try:
                job.result = self._run(job.plan)
            except sqlite3.Error as failure:
                job.error = Unreachable("database", str(failure))
            except Exception as refusal:
                job.error = refusal

    def _commit(self, group: list[Job]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for job in group:
            self._attempt(job)
        self._connection.execute("COMMIT")

    def _attempt(self, job: Job) -> None:
        """What a plan refuses undoes that plan; what SQLite refuses undoes the group."""
        self._connection.execute("SAVEPOINT job")
        try:
            job.result = self._run(job.plan)
        except sqlite3.Error:
            raise
        except Exception as refusal:
            job.error = refusal
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _run(self, plan: Plan[T]) -> T:
        try:
            statement, values = next(plan)
            while True:
                # SQLite counts its own placeholders by ?1, ?2 …
                rows = self._connection.execute(statement.replace("$", "?"), values).fetchall()
                statement, values = plan.send(rows)
        except StopIteration as done:
            result: T = done.value
            return result

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _tell(self, news: Callable[[], None]) -> None:
        # The loop may have ended before us: then nobody is left to tell.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(news)


def _settle(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.settle()
