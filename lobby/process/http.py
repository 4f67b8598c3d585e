"""HTTP/1.1 protocol of uvicorn, with timeouts for headers and body, and a limit on header size.

Against slow clients (Slowloris). Also hands on bytes that follow a WebSocket request. Knows no
route.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lobby.channel.wire import Wire
from lobby.channel.wire_limits import WireLimits
from lobby.process.connections import Place

if TYPE_CHECKING:
    from uvicorn._types import HTTPScope, WebSocketScope
    from uvicorn.config import Config
    from uvicorn.server import ServerState


LONGEST_TARGET = 56 * 1024
"""Bytes of a request's target, its path and query: a login's `state` alone may need 48 KiB."""
MOST_HEADERS = 100
"""Header fields of a request. Each look-up reads them all."""
WORDS = {
    400: (b"Bad Request", b"Invalid HTTP request received."),
    414: (b"URI Too Long", b"The path and the query together are too long."),
    431: (b"Request Header Fields Too Large", b"The headers are too many or too long."),
}
"""Answers of the protocol itself, before there is a request."""
FRAMING = (b"content-length", b"transfer-encoding", b"connection")
"""Headers that say where a request ends, and whether another one follows."""


TURNED_AWAY_WITHIN = 2.0
"""How long a connection over a limit has for its request, which is answered by why."""


class Refused(Exception):
    """A request that is not read any further."""


class Http(HttpToolsProtocol):
    """The class for uvicorn's `http=`. Spans are in seconds, sizes in bytes."""

    headers_within = 10.0
    body_within = 15.0
    last_request_within = 0.5
    """How long a connection may still bring a request when the server stops: one may be on its way,
    and a proxy cannot know whether it was taken."""
    headers_size = 64 * 1024
    limits = WireLimits()
    place: Place | None = None
    """Among the connections of this process; None where nobody counts them."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None
        self._fields = 0
        """Bytes of the header fields so far, however they came in."""
        self._heading: int | None = None
        """Bytes of the headers that are coming in, if they are."""
        self._again = False
        """Whether the parser reads headers for the second time."""
        self._wrong = 400
        """The status of a request that the parser refuses."""
        self._stopping = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limits.set_socket_options(transport)
        self._wait_for_client()
        over = self.place is not None and self.place.refusal is not None
        self._expire_after(TURNED_AWAY_WITHIN if over else self.headers_within)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        if self.place is not None:
            self.place.leave()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Called once, when the server stops: one more request is answered, with `Connection:
        close`."""
        self._stopping = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif self._heading is None:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.last_request_within, self.timeout_keep_alive_handler
            )

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._deadline is None:
            self._expire_after(self.headers_within)
        try:
            self._parse(data)
            self._limit_headers(len(data))
        except (httptools.HttpParserError, Refused):
            self._refuse(self._wrong)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heading = self._fields = 0
        if self._deadline is None:
            self._expire_after(self.headers_within)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_TARGET:
            self._give_up(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._fields += len(name) + len(value)
        if len(self.headers) > MOST_HEADERS or self._fields > self.headers_size:
            self._give_up(431)

    def on_headers_complete(self) -> None:
        self._heading = None
        if not self._again:
            super().on_headers_complete()
            self._expire_after(self.body_within)
            self._turn_away(self.scope)
            if self.cycle is not None and (self._stopping or "lobby.refusal" in self.scope):
                self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # says the parser, which took no body; who declines the upgrade reads it
        super().on_message_complete()
        self._cancel_deadline()
        if self.place is not None and not self.cycle.response_complete:
            self.place.work()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_client()

    def _parse(self, data: bytes) -> None:
        """Parse requests until one is a WebSocket handshake. Other offers to upgrade (`h2c`, which
        many clients make with their first request) are declined by answering in HTTP/1.1."""
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as offer:
                data = data[offer.args[0] :]
            if self._should_upgrade():
                self._upgrade(data)
                return
            self._decline_upgrade()

    def _should_upgrade(self) -> bool:
        """A handshake is a GET (RFC 6455); with another method it is an offer like the others."""
        return self.scope["method"] == "GET" and super()._should_upgrade()

    def _get_upgrade(self) -> bytes | None:
        """What is offered, in whatever line `Connection` names it; asked where the parser found an
        offer."""
        return next((value.lower() for name, value in self.headers if name == b"upgrade"), None)

    def _decline_upgrade(self) -> None:
        """What follows an offer is not HTTP to the parser: another one, which is told how the body
        is framed and nothing of the offer, reads it and the requests after it."""
        version = self.scope.get("http_version", "1.1").encode()
        lines = [b"POST / HTTP/" + version]
        lines += [name + b": " + value for name, value in self.headers if name in FRAMING]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._again = True
        try:
            self.parser.feed_data(b"\r\n".join([*lines, b"", b""]))
        finally:
            self._again = False

    def _upgrade(self, early: bytes) -> None:
        self._cancel_deadline()
        self.handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # it refers back to us
        wire = cast(Wire, self.transport.get_protocol())
        if self.place is not None:
            self.place.work()
            wire.on_lost = self.place.leave
        if wire.scope is not None:
            self._turn_away(wire.scope)
        if early:
            wire.data_received(early)

    def _wait_for_client(self) -> None:
        if self.place is not None:
            self.place.wait(self.transport.abort)

    def _turn_away(self, scope: HTTPScope | WebSocketScope) -> None:
        """Have the request answered by why this connection is one too many, if it is."""
        if self.place is not None and self.place.refusal is not None:
            scope["lobby.refusal"] = self.place.refusal  # type: ignore[typeddict-unknown-key]

    def _limit_headers(self, size: int) -> None:
        if self._heading is not None:
            self._heading += size
            if self._heading > self.headers_size:
                self._give_up(431)

    def _give_up(self, status: int) -> None:
        """Out of a callback of the parser, which then reads no more."""
        self._wrong = status
        raise Refused

    def _refuse(self, status: int) -> None:
        reason, body = WORDS[status]
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%b" % (status, reason, len(body), body)
        )
        self.transport.close()

    def _expire_after(self, seconds: float) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(seconds, self._expire, seconds)

    def _expire(self, seconds: float) -> None:
        self._deadline = None
        cycle = self.cycle
        answering = cycle is not None and not (cycle.more_body or cycle.response_complete)
        if answering or self.flow.read_paused:
            # The client waits for our answer.
            self._expire_after(seconds)
        else:
            self.transport.abort()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
