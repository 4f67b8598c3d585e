"""What a hostile client sends on one WebSocket: floods and bombs of frames cost next to nothing."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.raw_websocket import (
    FIN,
    PING,
    TEXT,
    EchoServer,
    RawWebsocket,
    echo_serving,
    frame,
)
from tests.support.slowness import slowness

MEBIBYTE = 1024 * 1024
GROWTH = 2 * MEBIBYTE
PROCESSOR_SECONDS = 0.2
COMPRESSED = 0x40
"""The bit of a frame's first byte that says so (RSV1)."""
OFFER = (
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[EchoServer]:
    with echo_serving(limits={"stall_timeout": 0.5, "close_timeout": 0.5}) as server:
        with server.connected() as (client, _):  # whatever is loaded on first use, is
            client.send(frame(TEXT - FIN, b"a") + frame(FIN, b"b"))
            client.receive_frame()
        yield server


@pytest.mark.parametrize(
    ("flood", "code"),
    [
        pytest.param(frame(PING, b"x" * 120) * 200_000, 4008, id="pings"),
        pytest.param(frame(TEXT, b"") * 5_000_000, 4008, id="empty messages"),
        pytest.param(
            frame(TEXT - FIN, b"a") + frame(0, b"") * 5_000_000, 1008, id="empty continuations"
        ),
        pytest.param(
            (frame(TEXT - FIN, b"a") + frame(FIN)) * 2_000_000, 4008, id="halved messages"
        ),
        pytest.param(frame(TEXT, b"x" * 65536) * 400, None, id="long echoes"),
        pytest.param(frame(TEXT, b"x" * 25_000_000), 1009, id="one endless message"),
    ],
)
def test_d2_a_flood_by_a_client_that_never_reads_costs_next_to_nothing(
    server: EchoServer, flood: bytes, code: int | None
) -> None:
    with server.connected() as (client, name), server.growing_at_most(GROWTH):
        before, spent = slowness(time.thread_time), server.processor_seconds()
        # What has not been taken off the client's hands is what the kernels do not hold.
        assert client.flood(flood) < 16 * MEBIBYTE < len(flood)
        assert server.record(name, "lost None")[-1] == "lost None"
        spent = server.processor_seconds() - spent
        assert spent <= PROCESSOR_SECONDS * max(before, slowness(time.thread_time))
        if code is not None:  # where the answers are small enough to leave room for a close_frame
            assert client.receive_close_code() == code


def test_d2_what_is_still_written_to_a_client_that_is_behind_is_bounded(server: EchoServer) -> None:
    connected = server.connected(receive_buffer=65536)
    with connected as (client, name), server.growing_at_most(3 * MEBIBYTE):
        client.send(frame(TEXT, b"drown 100000"))
        assert server.record(name, "lost None") == ["behind", "lost None"]


def test_d5_compression_is_not_agreed_to_and_a_bomb_is_not_inflated(server: EchoServer) -> None:
    bomb = zlib.compress(bytes(60 * MEBIBYTE), 9)
    assert len(bomb) < 64 * 1024
    client = RawWebsocket(server.port)
    with closing(client.socket), server.growing_at_most(GROWTH):
        client.send_handshake("/echo/bomb", more=OFFER)
        assert b"extensions" not in client.read_handshake().lower()
        client.send(frame(TEXT | COMPRESSED, bomb[2:]))
        assert client.receive_close_code() == 1002
        assert server.record("bomb", "lost None")[-1] == "lost None"
