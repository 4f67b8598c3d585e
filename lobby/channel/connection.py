"""One live WebSocket after its handshake: bytes in, whole text messages out, frames written.

Refuses to know what a message means and who sent it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from websockets.exceptions import ProtocolError
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from lobby.channel.limits import Limits
from protocol import framing

try:
    from websockets.speedups import apply_mask
except ImportError:  # where no compiled extension is shipped
    from websockets.utils import apply_mask

OPEN, CLOSING, DONE = range(3)


class Peer(Protocol):
    """Who is told. Everything is called on the loop and must return at once."""

    def heard(self, text: bytes) -> None:
        """One whole text message, valid UTF-8."""
        ...

    def fell_behind(self) -> None:
        """The client reads too slowly: write no more news. May be called from within `write`."""
        ...

    def caught_up(self) -> None: ...

    def lost(self, code: int | None) -> None:
        """The connection is gone. Called exactly once, and nothing else after it.

        `code` is what the client's close frame said (1005: nothing); None: it left without one.
        """
        ...


class Connection(asyncio.Protocol):
    """Owns the transport. Small on purpose: there are many, and most are silent."""

    __slots__ = (
        "_code",
        "_connections",
        "_due",
        "_ignored",
        "_limits",
        "_loop",
        "_need",
        "_parser",
        "_parts",
        "_peer",
        "_rest",
        "_state",
        "_timer",
        "_transport",
        "address",
        "last_heard",
        "write",
    )
    address: tuple[str, int] | None
    last_heard: float
    """Time of the loop when the last bytes came in."""
    write: Callable[[bytes], object]
    """Send whole frames. Look it up for each call: it changes when the client falls behind or
    goes, and then never raises."""

    def __init__(
        self,
        transport: asyncio.Transport,
        peer: Peer,
        *,
        limits: Limits,
        connections: set[Any],
        address: tuple[str, int] | None,
    ) -> None:
        self._transport, self._peer, self._limits = transport, peer, limits
        self._connections, self.address = connections, address
        self._loop = asyncio.get_running_loop()
        self._state, self._due, self._ignored, self._need = OPEN, 0.0, 0, 0
        self._code: int | None = None
        self._rest: bytearray | None = None
        self._parser: ServerProtocol | None = None
        self._parts: list[bytes] | None = None
        self.last_heard = self._loop.time()
        self.write = transport.write
        self._timer: asyncio.TimerHandle | None = None

    def take_over(self, early: bytes) -> None:
        """Become the transport's protocol; `early` came in before."""
        self._connections.add(self)
        self._transport.set_protocol(self)
        if self._transport.is_closing():
            return
        self._transport.set_write_buffer_limits(high=self._limits.send_buffer)
        self._limits.tighten(self._transport)
        if early:
            # Whoever detaches must be able to keep us before the first message is heard.
            self._transport.pause_reading()
            self._loop.call_soon(self._begin, early)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye, wait a little for the answer, then end it."""
        if self._state == OPEN:
            self._say_goodbye(framing.close_frame(code, reason))

    def abort(self) -> None:
        """End it now, whatever is unsent."""
        self._state, self.write = DONE, nowhere
        self._transport.abort()

    def shutdown(self) -> None:
        """The server is stopping (uvicorn's word)."""
        self.close(1012, "restarting")

    def connection_lost(self, exc: Exception | None) -> None:
        self._state, self.write = DONE, nowhere
        self._rest = None
        self._forget_message()
        self._connections.discard(self)
        self._stay()
        peer = self._peer
        del self._peer
        peer.lost(self._code)

    def eof_received(self) -> None:
        # Closing waits until everything is flushed, which a client that reads nothing prevents.
        self._state, self.write = DONE, nowhere
        self._abort_after(self._limits.farewell)

    def pause_writing(self) -> None:
        if self._state == OPEN:
            self.write = self._write_behind
            self._abort_after(self._limits.stalled)
            self._peer.fell_behind()

    def resume_writing(self) -> None:
        if self._state == OPEN:
            self.write = self._transport.write
            self._stay()
            self._peer.caught_up()

    def data_received(self, data: bytes) -> None:
        self.last_heard = self._loop.time()
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
            start, end = framing.measure(data, at)
            if start <= size and (end - start > max_size or not data[at + 1] & 0x80):
                # Wrong by its header already: its payload is not waited for.
                self._read_uncommon(data[at:start])
            elif end > size:
                self._need = end - at
                break
            elif self._spend():
                self._read_frame(data, at, start, end)
            at = end
        return at

    def _spend(self) -> bool:
        """Whether one more frame is within the client's allowance."""
        rate, now = self._limits.frames_per_second, self.last_heard
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
            self._read_uncommon(data[at:end])
            return
        payload = apply_mask(data[start:end], data[start - 4 : start])
        if kind == framing.TEXT:
            self._take(payload)
        elif kind == framing.CLOSE:
            self._read_goodbye(payload)
        elif kind == framing.ASK:
            self.write(framing.control_frame(framing.PONG, payload))

    def _read_uncommon(self, frame: bytes) -> None:
        """Fragments, and all that is wrong: the library judges, one frame at a time."""
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
            self._take(b"".join(parts))

    def _forget_message(self) -> None:
        if self._parser is not None:
            self._parser.parser.close()  # as a generator it refers to the object that holds it
        self._parser = self._parts = None

    def _take(self, text: bytes) -> None:
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError:
                self._fail(1007, "not UTF-8")
        if self._state == OPEN:
            self._peer.heard(text)

    def _read_goodbye(self, said: bytes) -> None:
        try:
            self._code = Close.parse(said).code
        except ProtocolError as wrong:
            self._fail(1002, str(wrong))
        except UnicodeDecodeError:
            self._fail(1007, "not UTF-8")
        else:
            if self._state == OPEN:
                self._say_goodbye(framing.control_frame(framing.CLOSE, said))
            self._state = DONE
            self._transport.close()

    def _say_goodbye(self, frame: bytes) -> None:
        self._state, self.write = CLOSING, nowhere
        self._transport.write(frame)
        self._abort_after(self._limits.farewell)

    def _fail(self, code: int, reason: str) -> None:
        """The client broke the rules: say so, and read nothing more of it."""
        self.close(code, reason)
        self._state = DONE
        if not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()

    def _write_behind(self, frame: bytes) -> None:
        """What must be said may be added to what is unsent, within bounds."""
        if self._transport.get_write_buffer_size() + len(frame) > self._limits.backlog:
            self.abort()
        else:
            self._transport.write(frame)

    def _stay(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _abort_after(self, seconds: float) -> None:
        self._stay()
        self._timer = self._loop.call_later(seconds, self.abort)


def nowhere(frame: bytes) -> None:
    """Where frames go once the goodbye is said."""
