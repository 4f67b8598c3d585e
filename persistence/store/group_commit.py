"""Group commit for SQLite: one thread owns the connection, and queued writes share a transaction.

A commit waits for the disk; writes that arrive meanwhile share the next one. Queued reads run
before writes. It executes plans and does not know what they do.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from persistence.ports import NoBackup, Unreachable
from persistence.store.plan import Plan

T = TypeVar("T")

COPIED_PAGES = 64
"""Pages of a backup that are copied before others have their turn, and that are in memory."""
NUMBERED = re.compile(r"\$(\d+)")


@dataclass(slots=True)
class Job:
    """A plan, or `copy`: the file that all of it is copied to."""

    plan: Plan[Any] | None
    writes: bool
    answer: asyncio.Future[Any]
    copy: str | None = None
    result: Any = None
    error: Exception | None = None

    def settle(self) -> None:
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.error)


class GroupCommitWriter:
    """`group`: the most jobs that may share a commit."""

    def __init__(self, connection: sqlite3.Connection, *, group: int) -> None:
        self._connection = connection
        self._group = group
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._closing, self._going = False, True
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        Thread(target=self._run_thread, name="sqlite", daemon=True).start()

    async def execute(self, plan: Plan[T], *, writes: bool) -> T:
        """The result, after the commit. The plan runs even if the caller is cancelled."""
        answer: asyncio.Future[T] = self._loop.create_future()
        self._hand_over(Job(plan, writes, answer))
        return await answer

    async def copy(self, path: str) -> None:
        """All of it, as it is when the copy is done, to a file; others are served meanwhile."""
        answer: asyncio.Future[None] = self._loop.create_future()
        self._hand_over(Job(None, False, answer, copy=path))
        await answer

    def _hand_over(self, job: Job) -> None:
        if self._closing:
            raise Unreachable("database", "it was closed")
        self._waiting.put(job)

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        if not self._closing:
            self._closing = True
            self._waiting.put(None)
        await asyncio.shield(self._ended)

    def _run_thread(self) -> None:
        while self._going:
            self._round([self._waiting.get()])
        self._connection.close()
        self._call_in_loop(lambda: self._ended.set_result(None))

    def _round(self, jobs: list[Job | None]) -> None:
        """Serve these, and whoever else waits."""
        with suppress(Empty):
            while self._going and len(jobs) < self._group:
                jobs.append(self._waiting.get_nowait())
                self._going = jobs[-1] is not None
        self._going = self._going and None not in jobs
        plans = [job for job in jobs if job and job.copy is None]
        for group in (
            [job for job in plans if not job.writes],
            [job for job in plans if job.writes],
        ):
            if group:
                self._execute_group(group)
        for job in jobs:
            if job and job.copy is not None:
                self._copy(job, job.copy)

    def _copy(self, job: Job, path: str) -> None:
        """Page by page. What is written meanwhile goes to the copy, too: it is this connection
        that writes."""
        try:
            with closing(sqlite3.connect(path)) as target:
                target.execute(f"PRAGMA cache_size = {COPIED_PAGES}")  # none is read again
                self._connection.backup(
                    target, pages=COPIED_PAGES, progress=lambda *_: self._round([]), sleep=0
                )
        except sqlite3.Error as failure:
            job.error = NoBackup(f"{path}: {failure}")
        self._call_in_loop(job.settle)

    def _execute_group(self, group: list[Job]) -> None:
        try:
            (self._commit if group[0].writes else self._read)(group)
        except Exception as failure:
            self._roll_back()
            for job in group:
                job.error = Unreachable("database", str(failure))
        self._call_in_loop(lambda: _settle(group))

    def _read(self, group: list[Job]) -> None:
        for job in group:
            try:
                job.result = self._run(job)
            except sqlite3.Error as failure:
                job.error = Unreachable("database", str(failure))
            except Exception as refusal:
                job.error = refusal

    def _commit(self, group: list[Job]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for job in group:
            self._execute_in_savepoint(job)
        self._connection.execute("COMMIT")

    def _execute_in_savepoint(self, job: Job) -> None:
        """An exception of the plan rolls back that plan alone; one of SQLite, the whole group."""
        self._connection.execute("SAVEPOINT job")
        try:
            job.result = self._run(job)
        except sqlite3.Error:
            raise
        except Exception as refusal:
            job.error = refusal
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _run(self, job: Job) -> Any:
        if job.plan is None:
            raise TypeError("a job without a plan")
        return execute(self._connection, job.plan)

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _call_in_loop(self, callback: Callable[[], None]) -> None:
        # The event loop may have ended before this thread: then nobody waits for the result.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)


def execute(connection: sqlite3.Connection, plan: Plan[T]) -> T:
    """Now, in this thread."""
    try:
        statement, values = next(plan)
        while True:
            text, order = _positional(statement)
            if order is not None:
                values = [values[place] for place in order]
            statement, values = plan.send(connection.execute(text, values).fetchall())
    except StopIteration as done:
        result: T = done.value
        return result


@cache
def _positional(statement: str) -> tuple[str, list[int] | None]:
    """With `?` for each `$n`, and the index of the value for each; None: they are in order.
    Python 3.12.0 to 3.12.3 take `?1` for a named parameter, and warn of a sequence of values."""
    order = [int(number) - 1 for number in NUMBERED.findall(statement)]
    return NUMBERED.sub("?", statement), None if order == list(range(len(order))) else order


def _settle(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.settle()
