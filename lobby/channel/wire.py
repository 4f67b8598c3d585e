"""uvicorn's WebSocket protocol, for the handshake alone; what follows is a Connection's.

The endpoint accepts, takes the wire out of the ASGI scope, detaches it and returns. That frees the
task, the scope and this protocol: thousands of idle sockets cost little. Knows no identity.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from lobby.channel.connection import Connection
from lobby.channel.peer import Peer
from lobby.channel.wire_limits import WireLimits

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState
    from websockets.http11 import Request

__all__ = ["EXTENSION", "Connection", "Peer", "Wire", "WireLimits", "wire"]

EXTENSION = "lobby.wire"


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's protocol for one handshake. Reads no frame: bytes that come early are kept."""

    limits = WireLimits()
    on_lost: Callable[[], None] | None = None
    """Called when the connection has ended, here or after it was detached."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn.available_extensions = None
        self.ping_interval = None
        self._early = bytearray()
        self._detached = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.limits.handshake_timeout, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._release()
        if self.on_lost is not None:
            self.on_lost()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            super().data_received(data)
            if not self.handshake_initiated:
                self._refuse()
            return
        self._early += data
        if len(self._early) > self.limits.max_size and not self.transport.is_closing():
            self.transport.pause_reading()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def detach(self, peer: Peer) -> Connection:
        """Hand the accepted connection over; call it once, and return from the endpoint.

        Messages that came meanwhile are delivered soon after; if the client has disconnected,
        `peer.lost` is called soon after.
        """
        self._detached = True
        self._release()
        self.connections.discard(self)
        connection = Connection(
            self.transport,
            peer,
            limits=self.limits,
            connections=self.connections,
            on_lost=self.on_lost,
        )
        if self.disconnected:
            self.loop.call_soon(connection.connection_lost, None)
        else:
            connection.take_over(bytes(self._early))
        return connection

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except (ClientDisconnected, WebSocketDisconnect):
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
            self._detached = False
        finally:
            self.scope["extensions"] = {}  # it refers to us, and we to the scope
        if not self._detached and self.close_timer is None:
            self.transport.close()

    def _refuse(self) -> None:
        """Answer a request that is no HTTP, or too long, and close."""
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def _release(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self.conn.parser.close()  # as a generator it refers to the object that holds it


def wire(limits: WireLimits) -> type[Wire]:
    """The class for uvicorn's `ws=`; it ignores uvicorn's own options for WebSockets."""

    class Limited(Wire):
        pass

    Limited.limits = limits
    return Limited
