"""A TCP proxy in a thread of its own, which can hold back what it carries: a silent or a slow link.

What is held back is not lost: as with a real network, it arrives once the link is well again.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.services import LOOPBACK

CHUNK, THIN_CHUNK = 65536, 1024
CLOSING_SECONDS = 0.05
TURN_SECONDS = 0.02
RESET = struct.pack("ii", 1, 0)
"""Lingering for no time: the other end is sent a reset (RST), no goodbye."""


class TcpProxy:
    """`silent`: nothing passes. `replies_silent`: what is asked arrives and is done, its answer
    waits. `delay`: seconds that each piece waits. `thin`: small pieces. New connections go to the
    port that is `target` by then. `accepted`: how many connections have come."""

    def __init__(self, target: int) -> None:
        self.target, self.port, self.accepted = target, 0, 0
        self.heal()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> TcpProxy:
        self._thread.start()
        self._ready.wait()
        return self

    def heal(self) -> None:
        self.silent, self.replies_silent, self.thin, self.delay = False, False, False, 0.0

    def cut(self) -> None:
        """Reset every connection that there is, as a router that forgets them; new ones pass."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for link in self._links:
            link.cancel()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        self._links: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        self.heal()
        await asyncio.sleep(CLOSING_SECONDS)  # what was being accepted has its link by then
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)
        for writer in self._writers:  # also of a link that was cancelled before it began
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(CLOSING_SECONDS)  # what was aborted is closed a turn or two later

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._writers.append(writer)
        link = self._loop.create_task(self._link(reader, writer))
        self._links.add(link)
        link.add_done_callback(self._links.discard)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pumps: list[asyncio.Task[None]] = []
        ends = [writer]
        try:
            there, back = await asyncio.open_connection(LOOPBACK, self.target)
            ends.append(back)
            pumps = [
                self._loop.create_task(self._pump(reader, back)),
                self._loop.create_task(self._pump(there, writer, replies=True)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except OSError:
            pass  # nobody is there: to the caller, a connection that ends at once
        except asyncio.CancelledError:
            for end in ends:
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            raise
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            while self.silent:  # nor does the other end hear that this one is gone
                await asyncio.sleep(TURN_SECONDS)
            for end in ends:
                end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(THIN_CHUNK if self.thin else CHUNK):
                await asyncio.sleep(self.delay)
                while self.silent or (replies and self.replies_silent):
                    await asyncio.sleep(TURN_SECONDS)
                writer.write(data)
                await writer.drain()


@contextmanager
def tcp_proxy(target: int) -> Iterator[TcpProxy]:
    proxy = TcpProxy(target).start()
    try:
        yield proxy
    finally:
        proxy.close()
