"""Minecraft's words: messages of the day with formatting codes, and the status of a server.

The server is asked at most every few seconds, by one caller for all. While it is slow, what it last
said is the answer; once it has failed to answer, there is none.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Callable, Iterable
from typing import Annotated

import structlog
from mcstatus import JavaServer
from mcstatus.motd import Motd
from mcstatus.motd.components import (
    InvalidFormatting,
    JavaFormatting,
    JavaMinecraftColor,
    ParsedMotdComponent,
)
from mcstatus.responses import JavaStatusResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 1.0
CODE = re.compile("(\u00a7[0-9a-z])", re.IGNORECASE)
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]{1,98304}={0,2}")
SAMPLE = 12

Line = Annotated[str, StringConstraints(max_length=4096)]


class Message(BaseModel):
    """One message of the day: with its codes, without them, and as HTML that holds nothing else."""

    raw: str
    clean: str
    html: str


class Seen(BaseModel):
    """What a server said of itself, each thing of its own kind, whatever was sent."""

    model_config = ConfigDict(strict=True)

    version_name: Line
    version_protocol: int
    online: int
    max: int
    sample: list[Line]
    motd: Message
    favicon: str | None


def message(raw: str) -> Message:
    """From text in which section signs begin the codes; an ampersand begins none."""
    return _message(raw, [_component(part) for part in CODE.split(raw) if part])


def _component(part: str) -> ParsedMotdComponent:
    if not CODE.fullmatch(part):
        return part
    code = part[1].lower()
    for kind in (JavaMinecraftColor, JavaFormatting):
        if code in {each.value for each in kind}:
            return kind(code)
    return InvalidFormatting(code)


def _message(raw: str, components: list[ParsedMotdComponent]) -> Message:
    """The library takes markup in the text for text, so that is made harmless before."""
    harmless = [html.escape(c) if isinstance(c, str) else c for c in components]
    return Message(raw=raw, clean=Motd(components, raw).to_plain(), html=_html(harmless))


def _html(components: Iterable[ParsedMotdComponent]) -> str:
    return Motd(list(components), "").to_html()


def seen(said: JavaStatusResponse) -> Seen:
    """Raises ValueError for what is not as a server says it: the library looks at no type."""
    favicon = said.icon
    return Seen(
        version_name=said.version.name,
        version_protocol=said.version.protocol,
        online=said.players.online,
        max=said.players.max,
        sample=[player.name for player in said.players.sample or ()][:SAMPLE],
        motd=_message(said.motd.to_minecraft(), said.motd.parsed),
        favicon=favicon if favicon is not None and PICTURE.fullmatch(favicon) else None,
    )


class Server:
    """`None` from `status` means: it does not answer."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._last: Seen | None = None
        self._asked = -FRESH_SECONDS
        self._asking: asyncio.Task[None] | None = None

    async def status(self) -> Seen | None:
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
            async with asyncio.timeout(FRESH_SECONDS):
                server = await JavaServer.async_lookup(self._address, timeout=FRESH_SECONDS)
                self._last = seen(await server.async_status(tries=1))
        except Exception as failure:
            # Whatever the other side sends: the library raises many kinds, and none concerns us.
            log.warning("minecraft_server_silent", why=type(failure).__name__)
            self._last = None
        finally:
            self._asked, self._asking = self._clock(), None
