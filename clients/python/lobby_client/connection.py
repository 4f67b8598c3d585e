"""One WebSocket: frames in, texts out, and how it ended. A cable that was pulled closes nothing:
silence after something we said is the only sign.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from lobby_client.close_codes import BROKEN
from lobby_client.listeners import Report
from lobby_client.states import Closing, Frame

SUBPROTOCOL = Subprotocol("lobby.v1")
ANSWER_SECONDS = 10.0
GOODBYE_SECONDS = 1.0
LARGEST_FRAME = 32 * 1024 * 1024
"""Bytes: far more than any list that the lobby sends whole."""
LATE_SECONDS = 1.0
"""An event loop that was held up for so long has not read yet what came meanwhile."""


class _Direct(connect):
    """Follows no redirect: `hello` shows the token to whoever answers."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


def channel_url(url: str) -> str:
    """`ws(s)://host/ws` for a lobby at `http(s)://host`. Raises ValueError."""
    parts = urlsplit(url)
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"no address of a lobby: {url!r}; it begins with http:// or https://")
    return urlunsplit((schemes[parts.scheme], parts.netloc, "/ws", "", ""))


async def opened(url: str) -> ClientConnection:
    """Raises OSError, TimeoutError, or an exception of the WebSocket library."""
    return await _Direct(
        url,
        subprotocols=[SUBPROTOCOL],
        compression=None,
        open_timeout=ANSWER_SECONDS,
        ping_interval=None,  # ours are commands, which show that the lobby itself is there
        close_timeout=GOODBYE_SECONDS,
        max_size=LARGEST_FRAME,
    )


class Connection:
    """`report` is told of frames that make no sense."""

    def __init__(self, socket: ClientConnection, report: Report) -> None:
        self._socket, self._report = socket, report
        self._texts: asyncio.Queue[str] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._silence: asyncio.TimerHandle | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._heartbeat = 0.0
        self._ping: Callable[[], object] = lambda: None
        self._broken: str | None = None
        self.over = False
        """Nothing more is told, nor sent."""

    def send(self, text: str) -> None:
        if self.over:
            return
        self._texts.put_nowait(text)
        if self._silence is None:
            self.expect(ANSWER_SECONDS)
        self._beat_again()

    def beat(self, seconds: float, ping: Callable[[], object]) -> None:
        """Say `ping` where nothing was said for so long."""
        self._heartbeat, self._ping = seconds, ping
        self._beat_again()

    def expect(self, seconds: float) -> None:
        """Something has to come within so long."""
        if self._silence is not None:
            self._silence.cancel()
        due = self._loop.time() + seconds

        def silent() -> None:
            if self._loop.time() - due > LATE_SECONDS:
                return self.expect(seconds)
            self.break_off("silent")

        self._silence = self._loop.call_at(due, silent)

    def break_off(self, reason: str) -> None:
        self._broken = reason
        self._socket.transport.abort()

    async def write(self) -> None:
        """Until the connection ends."""
        try:
            while True:
                await self._socket.send(await self._texts.get())
        except (ConnectionClosed, OSError):
            pass  # whoever reads finds out
        except Exception as error:
            self._report(error)
            self.break_off(str(error))

    async def read(self, take: Callable[[Frame], object]) -> Closing:
        """Until the connection ends: how it did."""
        try:
            while True:
                self._heard(await self._socket.recv(), take)
        except ConnectionClosed as closed:
            return self._why(closed)

    def stop(self) -> None:
        self.over = True
        for timer in filter(None, (self._silence, self._beat)):
            timer.cancel()

    async def close(self) -> None:
        """Say goodbye; whoever does not answer is not waited for."""
        self.stop()
        try:
            await self._socket.close()
        finally:
            self._socket.transport.abort()

    def _heard(self, data: str | bytes, take: Callable[[Frame], object]) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        try:
            heard = json.loads(data)
        except (ValueError, RecursionError) as error:
            self._report(error)
            return
        for frame in heard if isinstance(heard, list) else [heard]:
            if self.over:
                return
            try:
                if isinstance(frame, dict):
                    take(frame)
            except Exception as error:
                self._report(error)

    def _why(self, closed: ConnectionClosed) -> Closing:
        if self._broken is not None:
            return Closing(BROKEN, self._broken, "network")
        if closed.rcvd is not None and (closed.rcvd_then_sent or closed.sent is None):
            return Closing(closed.rcvd.code, closed.rcvd.reason, "server")
        if closed.sent is not None:
            return Closing(closed.sent.code, closed.sent.reason, "us")
        return Closing(BROKEN, "", "network")

    def _beat_again(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
        if self._heartbeat and not self.over:
            self._beat = self._loop.call_later(self._heartbeat, self._ping)
