"""A client of the channel whose commands and frames are recorded in a history."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.chaos.history import Frame, History
from tests.support.channel_client import Client, Refused

COMMAND_SECONDS = 3.0
"""How long it waits for an answer, on a machine that does nothing else."""
UNCLEAR = {"unavailable", "internal_error"}
"""Refused, and perhaps done all the same: the store may have saved what it did not acknowledge."""
NOTED = ("session.", "host.")
REPEATED = 5


class Noted(Client):
    """`said_hello`: and was not answered, as long as nobody is connected by it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.history = History()
        self.name = ""
        self.said: deque[tuple[str, str, Frame]] = deque(maxlen=REPEATED)
        self.lost: Callable[[], None] = lambda: None
        self.said_hello = False

    async def hello(self) -> Frame:
        self.said_hello = True
        return await super().hello()

    async def command(
        self, type: str, id: str | None = None, *, timeout: float = 0, **fields: Any
    ) -> Frame:
        id, timeout = id or uuid.uuid4().hex, timeout or COMMAND_SECONDS * self.history.patience
        if not type.startswith(NOTED):
            return await super().command(type, id, timeout=timeout, **fields)
        self.history.add("invoke", self.name, type, id, fields)
        outcome = "info"
        try:
            result = await super().command(type, id, timeout=timeout, **fields)
            outcome = "ok"
            return result
        except Refused as refused:
            outcome = "info" if refused.code in UNCLEAR else "fail"
            raise
        finally:
            self.history.add(outcome, self.name, type, id)
            self.said.append((type, id, fields))

    async def repeat(self) -> None:
        """The newest commands in the very same words, whatever became of them."""
        for type, id, fields in list(self.said):
            with suppress(Refused):
                await self.command(type, id, **fields)

    async def _read(self) -> None:
        await super()._read()
        self.lost()

    async def _take(self, frame: Frame) -> None:
        self.history.receive(self.name, frame)
        await super()._take(frame)
