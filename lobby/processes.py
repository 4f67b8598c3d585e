"""Programs that this process has started and sees to the end of. Knows nothing of what they do."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

LOOK_SECONDS = 2.0
"""How often it is asked whether a program is still wanted."""
PATIENCE_SECONDS = 5.0
"""How long a program may take to end when it is told to."""


class Processes:
    """Each program has a task of its own, which ends when the program has."""

    def __init__(self, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._look_seconds = look_seconds
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
        """Its process id. OSError where it cannot be started. It is ended when it is no longer
        `wanted`, and when this closes; `ended` hears its exit code, whatever ended it."""
        process = await asyncio.create_subprocess_exec(
            *command, env=dict(environment), stdin=DEVNULL, start_new_session=True
        )
        task = asyncio.create_task(self._see_to(process, wanted, ended))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return process.pid

    async def close(self) -> None:
        self._closing.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _see_to(
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
                timeout=self._look_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        closing.cancel()
        await _end(process)
        await ended(await over)


async def _end(process: Process) -> None:
    """Asked to first. What has ended already is not there to be told."""
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
