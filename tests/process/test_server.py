"""How a process stops: it says so, sends everybody away, and ends in time whatever they do."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time

from tests.support.channel_client import Client
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.services import LOOPBACK
from tests.support.waiting import TIMEOUT, soon

HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: lobby.v1\r\n\r\n"
)


async def test_everybody_is_told_and_then_closed_one_after_another(own_lobby: LobbyProcess) -> None:
    own_lobby.settings |= {"LOBBY_DRAIN_SECONDS": "5", "LOBBY_CONNECTIONS_PER_SECOND": "50"}
    own_lobby.start()
    assert (await call(own_lobby.url, "GET", "/health/ready")).status_code == 200
    clients = [await Client.connect(own_lobby.url) for _ in range(50)]
    ends: list[float] = []

    async def end(client: Client) -> int:
        code = await client.until_closed(timeout=20)
        ends.append(time.monotonic())
        return code

    closing = [asyncio.create_task(end(client)) for client in clients]
    stopped = asyncio.create_task(asyncio.to_thread(own_lobby.stop))
    await clients[-1].until(lambda: clients[-1].drain)
    unready = await call(own_lobby.url, "GET", "/health/ready")
    codes = await asyncio.gather(*closing)
    assert await stopped == 0
    assert set(codes) == {1012}
    assert [c for c in clients if c.drain is None or c.violations] == []
    assert unready.status_code == 503
    assert max(ends) - min(ends) > 0.3


def unread_channel(port: int) -> socket.socket:
    """A peer that asks and asks, and never reads an answer."""
    peer = socket.create_connection((LOOPBACK, port), timeout=5)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.sendall(HANDSHAKE.encode())
    while not peer.recv(1, socket.MSG_PEEK):
        pass
    return peer


def masked(text: str) -> bytes:
    """A text frame whose mask is zero."""
    body = text.encode()
    assert len(body) < 126
    return bytes([0x81, 0x80 | len(body)]) + bytes(4) + body


def unfinished_request(port: int) -> socket.socket:
    """A peer that begins a body and leaves it at that."""
    peer = socket.create_connection((LOOPBACK, port), timeout=5)
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
    peer.sendall(f"POST /users HTTP/1.1\r\nHost: localhost\r\n{form}\r\nusername".encode())
    return peer


def test_peers_that_stall_hold_the_end_up_for_no_longer_than_fifteen_seconds(
    own_lobby: LobbyProcess,
) -> None:
    own_lobby.start()
    with unread_channel(own_lobby.port) as silent, unfinished_request(own_lobby.port):
        silent.sendall(masked(json.dumps({"type": "hello", "id": "1"})) * 20)
        began = time.monotonic()
        assert own_lobby.stop() == 0
        assert time.monotonic() - began < 15


def test_the_second_signal_ends_it_at_once(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    assert own_lobby._process
    with unfinished_request(own_lobby.port), unread_channel(own_lobby.port):
        began = time.monotonic()
        own_lobby._process.send_signal(signal.SIGINT)
        while "draining" not in own_lobby.log:
            assert time.monotonic() - began < TIMEOUT
        assert own_lobby.stop() == 0
        assert time.monotonic() - began < soon()
