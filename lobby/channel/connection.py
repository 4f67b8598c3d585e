"""WebSocket protocol (RFC 6455) after the handshake: frames in, text messages out; backpressure.

Knows neither what a message means nor whose it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ProtocolError
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from lobby.channel.peer import Peer
from lobby.channel.wire_limits import STALL_CHECKS, WireLimits
from protocol import framing

try:
    from websockets.speedups import apply_mask
except ImportError:  # where no compiled extension is shipped
    from websockets.utils import apply_mask

OPEN, CLOSING, DONE = range(3)


class Connection(asyncio.Protocol):
    """Owns the transport of one WebSocket. Small on purpose: there are many, mostly idle."""

    __slots__ = (
        "_added",
        "_code",
        "_connections",
        "_due",
        "_ignored",
        "_limits",
        "_loop",
        "_need",
        "_on_lost",
        "_parser",
        "_parts",
        "_peer",
        "_rest",
        "_state",
        "_timer",
        "_transport",
        "last_received",
        "write",
    )
    last_received: float
    """Loop time at which bytes last came in, or a client that is behind last read some."""
    write: Callable[[bytes], object]
    """Sends whole frames; never raises. Look it up for each call, as it may be replaced."""

    def __init__(
        self,
        transport: asyncio.Transport,
        peer: Peer,
        *,
        limits: WireLimits,
        connections: set[Any],
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self._transport, self._peer, self._limits = transport, peer, limits
        self._connections, self._on_lost = connections, on_lost
        self._loop = asyncio.get_running_loop()
        self._state, self._due, self._ignored = OPEN, 0.0, 0
        self._need = self._added = 0
        self._code: int | None = None
        self._rest: bytearray | None = None
        self._parser: ServerProtocol | None = None
        self._parts: list[bytes] | None = None
        self.last_received = self._loop.time()
        self.write = transport.write
        self._timer: asyncio.TimerHandle | None = None

    def take_over(self, early: bytes) -> None:
        """Become the transport's protocol; `early` are the bytes that came in before."""
        self._connections.add(self)
        self._transport.set_protocol(self)
        if self._transport.is_closing():
            return
        self._transport.set_write_buffer_limits(high=self._limits.send_buffer)
        if early:
            # The caller must be able to keep us before the first message is delivered.
            self._transport.pause_reading()
            self._loop.call_soon(self._begin, early)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Send a close frame, wait for the client's at most `close_timeout`, then abort."""
        if self._state == OPEN:
            self._send_close(framing.close_frame(code, reason))

    def abort(self) -> None:
        """End the connection now, whatever is unsent."""
        self._state, self.write = DONE, discard
        self._transport.abort()

    def shutdown(self) -> None:  # called by uvicorn when the server stops
        self.close(1012, "restarting")

    def connection_lost(self, exc: Exception | None) -> None:
        self._state, self.write = DONE, discard
        self._rest = None
        self._forget_message()
        self._connections.discard(self)
        self._cancel_timer()
        if self._on_lost is not None:
            self._on_lost()
        peer = self._peer
        del self._peer
        peer.lost(self._code)

    def eof_received(self) -> None:
        # Closing waits until everything is flushed, which a client that reads nothing prevents.
        self._state, self.write = DONE, discard
        self._set_timer(self._limits.close_timeout, self.abort)

    def pause_writing(self) -> None:
        if self._state == OPEN:
            self.write, self._added = self._write_behind, 0
            self._check_progress_later(self._transport.get_write_buffer_size(), STALL_CHECKS)
            self._peer.fell_behind()

    def resume_writing(self) -> None:
        if self._state == OPEN:
            self.write = self._transport.write
            self._cancel_timer()
            self._peer.caught_up()

    def data_received(self, data: bytes) -> None:
        self.last_received = self._loop.time()
        if self._state == DONE:
            self._ignored += len(data)
            if self._ignored > 4 * self._limits.max_size and not self._transport.is_closing():
                self._transport.pause_reading()
            return
        if self._rest is not None:
            self._rest += data
            if len(self._rest) < self._need:
                return
            data, self._rest = bytes(self._rest), None
        at = self._read_frames(data)
        if at < len(data) and self._state != DONE:
            self._rest = bytearray(data[at:])

    def _begin(self, early: bytes) -> None:
        if self._state != DONE:
            self.data_received(early)
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _read_frames(self, data: bytes) -> int:
        """Take all whole frames; return where the unfinished one begins."""
        at, size, max_size = 0, len(data), self._limits.max_size
        while self._state != DONE:
            start, end = framing.payload_span(data, at)
            if start <= size and (end - start > max_size or not data[at + 1] & 0x80):
                # Invalid by its header already: do not wait for its payload.
                self._parse_with_library(data[at:start])
            elif end > size:
                self._need = end - at
                break
            elif self._take_token():
                self._read_frame(data, at, start, end)
            at = end
        return at

    def _take_token(self) -> bool:
        """Token bucket of frames, kept as a due time (one float, no call); False: closed."""
        rate, now = self._limits.frames_per_second, self.last_received
        self._due = max(self._due, now) + 1.0 / rate
        if self._due - now <= self._limits.burst / rate:
            return True
        self._fail(4008, "too many frames")
        return False

    def _read_frame(self, data: bytes, at: int, start: int, end: int) -> None:
        kind = data[at]
        if kind == framing.TEXT:
            common = self._parser is None
        else:
            common = kind in framing.CONTROLS and end - start <= framing.CONTROL_SIZE
        if not common:
            self._parse_with_library(data[at:end])
            return
        payload = apply_mask(data[start:end], data[start - 4 : start])
        if kind == framing.TEXT:
            self._deliver(payload)
        elif kind == framing.CLOSE:
            self._read_close(payload)
        elif kind == framing.PING:
            self.write(framing.control_frame(framing.PONG, payload))

    def _parse_with_library(self, frame: bytes) -> None:
        """Fragments and invalid frames: parsed by the library, one frame at a time."""
        parser = self._parser
        if parser is None:
            parser = ServerProtocol(state=State.OPEN, max_size=self._limits.max_size)
            self._parser, self._parts = parser, []
        parser.receive_data(frame)
        for event in parser.events_received():
            if isinstance(event, Frame):
                self._read_fragment(event)
        if parser.close_sent is not None:
            self._fail(parser.close_sent.code, parser.close_sent.reason)

    def _read_fragment(self, frame: Frame) -> None:
        parts = self._parts
        if frame.opcode is Opcode.BINARY or parts is None:
            self._fail(1003, "text only")
            return
        parts.append(bytes(frame.data))
        if len(parts) > self._limits.max_fragments:
            self._fail(1008, "too many fragments")
        elif frame.fin:
            self._forget_message()
            self._deliver(b"".join(parts))

    def _forget_message(self) -> None:
        if self._parser is not None:
            self._parser.parser.close()  # as a generator it refers to the object that holds it
        self._parser = self._parts = None

    def _deliver(self, text: bytes) -> None:
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError:
                self._fail(1007, "not UTF-8")
        if self._state == OPEN:
            self._peer.message(text)

    def _read_close(self, said: bytes) -> None:
        try:
            self._code = Close.parse(said).code
        except ProtocolError as wrong:
            self._fail(1002, str(wrong))
        except UnicodeDecodeError:
            self._fail(1007, "not UTF-8")
        else:
            if self._state == OPEN:
                self._send_close(framing.control_frame(framing.CLOSE, said))
            self._state = DONE
            self._transport.close()

    def _send_close(self, frame: bytes) -> None:
        self._state, self.write = CLOSING, discard
        self._transport.write(frame)
        self._set_timer(self._limits.close_timeout, self.abort)

    def _fail(self, code: int, reason: str) -> None:
        """The client broke the protocol or a limit: close with this code, and read no more."""
        self.close(code, reason)
        self._state = DONE
        if not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()

    def _write_behind(self, frame: bytes) -> None:
        """`write` for a client that is behind: replies are buffered up to `backlog`, then abort.

        What was unsent when it fell behind, be it one large state, does not count.
        """
        unsent = min(self._added, self._transport.get_write_buffer_size())
        if unsent + len(frame) > self._limits.backlog:
            self.abort()
        else:
            self._added += len(frame)
            self._transport.write(frame)

    def _check_progress_later(self, unsent: int, checks: int) -> None:
        pause = self._limits.stall_timeout / STALL_CHECKS
        self._set_timer(pause, self._check_progress, unsent, checks)

    def _check_progress(self, before: int, checks: int) -> None:
        """Abort a stalled client. `before`: bytes unsent at the last progress; `checks`: left."""
        unsent = self._transport.get_write_buffer_size() - self._added
        if unsent < before:
            self.last_received = self._loop.time()
            self._check_progress_later(unsent, STALL_CHECKS)
        elif checks > 1:
            self._check_progress_later(before, checks - 1)
        else:
            self.abort()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, seconds: float, do: Callable[..., None], *words: int) -> None:
        self._cancel_timer()
        self._timer = self._loop.call_later(seconds, do, *words)


def discard(frame: bytes) -> None:
    """`write` once the connection closes: drops the frame."""
