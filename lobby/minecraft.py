"""Minecraft's words: messages of the day with formatting codes, and the status of a server.

The server is asked at most every few seconds, by one caller for all; while it is slow or down, what
it last said is the answer.
"""

from __future__ import annotations

import asyncio
import html
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from mcstatus import JavaServer
from mcstatus.motd import Motd
from mcstatus.responses import JavaStatusResponse

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class Message:
    """One message of the day: with its codes, without them, and as HTML that holds nothing else."""

    raw: str
    clean: str
    html: str


def message(raw: str) -> Message:
    """The library takes markup in the text for text, so it is made harmless before."""
    return Message(
        raw,
        Motd.parse(raw, bedrock=False).to_plain(),
        Motd.parse(html.escape(raw), bedrock=False).to_html(),
    )


class Server:
    """`None` from `status` means: never reached yet."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._last: JavaStatusResponse | None = None
        self._asked = -FRESH_SECONDS
        self._asking: asyncio.Task[None] | None = None

    async def status(self) -> JavaStatusResponse | None:
        """Fresh, if the server is quick; else as it last was."""
        if self._asking is None and self._clock() - self._asked >= FRESH_SECONDS:
            self._asking = asyncio.create_task(self._ask())
        if self._asking is not None:
            await asyncio.wait([self._asking], timeout=PATIENCE_SECONDS)
        return self._last

    def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> None:
        try:
            server = await JavaServer.async_lookup(self._address, timeout=FRESH_SECONDS)
            async with asyncio.timeout(FRESH_SECONDS):
                self._last = await server.async_status()
        except Exception as failure:
            # Whatever the other side sends: the library raises many kinds, and none concerns us.
            log.warning("minecraft_server_silent", why=type(failure).__name__)
            self._last = None
        finally:
            self._asked, self._asking = self._clock(), None
