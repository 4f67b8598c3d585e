"""Supervised child processes: started, watched and terminated. Knows nothing of what they do."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

POLL_SECONDS = 2.0
"""How often it is checked whether a program is still wanted."""
TERMINATION_SECONDS = 5.0
"""How long a program may take to end after SIGTERM, before SIGKILL."""


class Subprocesses:
    """Each program is supervised by a task of its own."""

    def __init__(self, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._poll_seconds = poll_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    async def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        wanted: Callable[[], Awaitable[bool]],
        ended: Callable[[int], Awaitable[None]],
    ) -> int:
        """Start a program; returns its process id, raises OSError. It is terminated when it is no
        longer `wanted`, and on `close`; `ended` is called with its exit code in any case."""
        process = await asyncio.create_subprocess_exec(
            *command, env=dict(environment), stdin=DEVNULL, start_new_session=True
        )
        task = asyncio.create_task(self._supervise(process, wanted, ended))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return process.pid

    async def close(self) -> None:
        self._closing.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _supervise(
        self,
        process: Process,
        wanted: Callable[[], Awaitable[bool]],
        ended: Callable[[int], Awaitable[None]],
    ) -> None:
        over = asyncio.create_task(process.wait())
        closing = asyncio.create_task(self._closing.wait())
        while not over.done() and not closing.done() and await wanted():
            await asyncio.wait(
                {over, closing},
                timeout=self._poll_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        closing.cancel()
        await _end(process)
        await ended(await over)


async def _end(process: Process) -> None:
    """SIGTERM, then SIGKILL after a timeout."""
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(TERMINATION_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
