"""HTTP/1.1 by uvicorn, with an end to patience: slow headers, endless headers, slow bodies.

Also hands on what a client sent right behind its WebSocket request. Knows no route.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lobby.channel.limits import Limits

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState


class Http(HttpToolsProtocol):
    """The class for uvicorn's `http=`. Spans are in seconds, sizes in bytes."""

    headers_within = 10.0
    body_within = 15.0
    headers_size = 64 * 1024
    limits = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None
        self._heading: int | None = None
        """Bytes of the headers that are coming in, if they are."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limits.tighten(transport)
        self._expire_after(self.headers_within)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stay()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._deadline is None:
            self._expire_after(self.headers_within)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        else:
            self._weigh_headers(len(data))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heading = 0
        if self._deadline is None:
            self._expire_after(self.headers_within)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._heading = None
        self._expire_after(self.body_within)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stay()

    def _upgrade(self, behind: bytes) -> None:
        self._stay()
        if not self._should_upgrade():
            self._unsupported_upgrade_warning()
            return
        self.handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # it refers back to us
        if behind:
            self.transport.get_protocol().data_received(behind)  # type: ignore[attr-defined]

    def _weigh_headers(self, size: int) -> None:
        if self._heading is not None:
            self._heading += size
            if self._heading > self.headers_size:
                self.send_400_response("The headers are too long.")

    def _expire_after(self, seconds: float) -> None:
        self._stay()
        self._deadline = self.loop.call_later(seconds, self._expire, seconds)

    def _expire(self, seconds: float) -> None:
        self._deadline = None
        cycle = self.cycle
        answering = cycle is not None and not (cycle.more_body or cycle.response_complete)
        if answering or self.flow.read_paused:
            # It is the client that waits for us.
            self._expire_after(seconds)
        else:
            self.transport.abort()

    def _stay(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
