"""What a hostile or hopeless client may cost: memory, processor and patience are bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.support.raw_websocket import FIN, TEXT, EchoServer, echo_serving, frame
from tests.support.waiting import block_until

MEBIBYTE = 1024 * 1024
STALL_SECONDS = 1.0
"""In which a client reads something, also on a busy machine."""


@pytest.fixture(scope="module")
def server() -> Iterator[EchoServer]:
    with echo_serving(limits={"stall_timeout": 0.5, "close_timeout": 0.5}) as server:
        with server.connected() as (client, _):  # whatever is loaded on first use, is
            client.send(frame(TEXT - FIN, b"a") + frame(FIN, b"b"))
            client.receive_frame()
        yield server


def test_a_client_that_is_too_fast_is_told_4008(server: EchoServer) -> None:
    with server.connected() as (client, _):
        client.send(frame(TEXT, b"") * 1000)
        assert client.receive_close_code() == 4008


def test_the_allowance_comes_back_with_time(server: EchoServer) -> None:
    with server.connected() as (client, _):
        start = time.monotonic()
        sent = 0
        while sent < 600:  # more than a burst, at no more than 200 a second beyond it
            allowed = min(600, int(395 + 190 * (time.monotonic() - start)))
            client.send(frame(TEXT, b"hi") * (allowed - sent))
            for _ in range(allowed - sent):
                assert client.receive_frame() == (TEXT, b"hi")
            sent = allowed


def test_a_client_that_stops_reading_is_cut_off_and_its_descriptor_freed(
    server: EchoServer,
) -> None:
    with server.connected(receive_buffer=65536) as (client, name):
        before = server.descriptors()
        with server.growing_at_most(MEBIBYTE):
            client.send(frame(TEXT, b"pour 1000000"))
            assert server.record(name, "lost None")[-2:] == ["behind", "lost None"]
        block_until(lambda: server.descriptors() < before)


def test_a_client_that_reads_again_in_time_has_caught_up() -> None:
    with echo_serving() as server, server.connected(receive_buffer=65536) as (client, name):
        client.send(frame(TEXT, b"pour 3000"))
        server.record(name, "behind")
        for _ in range(3000):
            assert client.receive_frame() == (TEXT, b"x" * 1000)
        events = server.record(name, "caught up")
        assert events == ["behind", "caught up"] * (len(events) // 2)


def test_a_client_that_reads_slowly_is_waited_for_as_long_as_it_reads() -> None:
    limits = {"stall_timeout": STALL_SECONDS}
    with (
        echo_serving(limits=limits) as server,
        server.connected(receive_buffer=65536) as (client, name),
    ):
        client.send(frame(TEXT, b"whole 3000000") + frame(TEXT, b"and an answer"))
        start = time.monotonic()
        assert client.receive_frame_slowly(1_000_000) == (TEXT, b"x" * 3_000_000)
        assert time.monotonic() - start > 2 * STALL_SECONDS  # after which it would be cut off
        assert client.receive_frame() == (TEXT, b"and an answer")
        assert server.record(name, "caught up") == ["behind", "caught up"]


def test_a_client_that_stops_reading_amid_a_large_frame_is_cut_off(server: EchoServer) -> None:
    with server.connected(receive_buffer=65536) as (client, name):
        client.send(frame(TEXT, b"whole 3000000"))
        client.take(500_000)
        assert server.record(name, "lost None") == ["behind", "lost None"]


def test_a_client_that_reads_one_large_frame_is_alive_though_it_answers_no_ping() -> None:
    quick = {
        "limits": {"stall_timeout": STALL_SECONDS},
        "heartbeat": {"interval": 0.5, "timeout": 0.5},
    }
    with echo_serving(**quick) as server, server.connected(receive_buffer=65536) as (client, _):
        client.send(frame(TEXT, b"whole 3000000"))
        assert client.receive_frame_slowly(1_000_000) == (TEXT, b"x" * 3_000_000)


def test_answers_behind_a_large_frame_are_bounded(server: EchoServer) -> None:
    connected = server.connected(receive_buffer=65536)
    with connected as (client, name), server.growing_at_most(8 * MEBIBYTE):
        client.send(frame(TEXT, b"whole 3000000") + frame(TEXT, b"drown 1000"))
        assert client.receive_frame_slowly(20_000_000) == (TEXT, b"x" * 3_000_000)
        client.send(frame(TEXT, b"whole 3000000") + frame(TEXT, b"drown 100000"))
        assert server.record(name, "lost None")[-1] == "lost None"


def test_a_client_that_shuts_its_sending_side_and_reads_nothing_is_let_go() -> None:
    limits = {"close_timeout": 0.5, "stall_timeout": 60.0}
    with (
        echo_serving(limits=limits) as server,
        server.connected(receive_buffer=65536) as (client, name),
    ):
        client.send(frame(TEXT, b"drown 900"))
        server.record(name, "behind")  # by more than the kernels hold, and for good
        client.socket.shutdown(1)
        assert server.record(name, "lost None")[-1] == "lost None"
