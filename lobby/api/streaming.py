"""Long lists: a JSON array that is read, encoded and sent in slices. Between two of them the event
loop is free, and no copy of the whole is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

SLICE_BYTES = 64 * 1024
"""Of a list that is sent in one turn of the event loop."""


class JsonArray(StreamingResponse):
    """`parts`: the encoded elements. `release` is called once it is sent, or its client has gone.

    Where the store is away meanwhile, the response has no end: the connection is closed, and no
    client takes a part of the list for all of it.
    """

    media_type = "application/json"

    def __init__(self, parts: AsyncIterator[bytes], *, release: Callable[[], None]) -> None:
        self._slices, self._release = slices(parts), release
        super().__init__(self._slices)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._respond(scope, receive, send)
        except Unreachable as away:
            log.warning("list_cut_off", part=away.part, why=str(away))
        finally:
            self._release()

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            self.body_iterator = nothing()
        elif scope["http_version"] == "1.0":
            # It knows no chunks: its client is told the length.
            whole = b"".join([slice async for slice in self._slices])
            await Response(whole, media_type=self.media_type)(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


async def nothing() -> AsyncIterator[bytes]:
    none: tuple[bytes, ...] = ()
    for part in none:
        yield part


async def slices(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The array of these elements, cut anywhere."""
    slice, mark = bytearray(b"["), b""
    async for part in parts:
        slice += mark + part
        mark = b","
        if len(slice) >= SLICE_BYTES:
            yield bytes(slice)
            slice.clear()
            await asyncio.sleep(0)
    yield bytes(slice + b"]")
