"""What a hostile or hopeless client may cost: memory, processor and patience are bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.channel.client import FIN, PING, TEXT, Server, eventually, frame, serving

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(limits={"stalled": 0.5, "farewell": 0.5}) as server:
        with server.connected() as (client, _):  # whatever is loaded on first use, is
            client.send(frame(TEXT - FIN, b"a") + frame(FIN, b"b"))
            client.hear()
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
def test_a_flood_by_a_client_that_never_reads_costs_next_to_nothing(
    server: Server, flood: bytes, code: int | None
) -> None:
    with server.connected() as (client, name), server.growing_at_most(2 * MEBIBYTE):
        spent = server.processor_seconds()
        # What has not been taken off the client's hands is what the kernels do not hold.
        assert client.flood(flood) < 16 * MEBIBYTE < len(flood)
        assert server.record(name, "lost None")[-1] == "lost None"
        assert server.processor_seconds() - spent < 0.3
        if code is not None:  # where the answers are small enough to leave room for a goodbye
            assert client.hear_goodbye() == code


def test_a_client_that_is_too_fast_is_told_4008(server: Server) -> None:
    with server.connected() as (client, _):
        client.send(frame(TEXT, b"") * 1000)
        assert client.hear_goodbye() == 4008


def test_the_allowance_comes_back_with_time(server: Server) -> None:
    with server.connected() as (client, _):
        start = time.monotonic()
        sent = 0
        while sent < 600:  # more than a burst, at no more than 200 a second beyond it
            allowed = min(600, int(395 + 190 * (time.monotonic() - start)))
            client.send(frame(TEXT, b"hi") * (allowed - sent))
            for _ in range(allowed - sent):
                assert client.hear() == (TEXT, b"hi")
            sent = allowed


def test_a_client_that_stops_reading_is_cut_off_and_its_descriptor_freed(server: Server) -> None:
    with server.connected(receive_buffer=65536) as (client, name):
        before = server.descriptors()
        with server.growing_at_most(MEBIBYTE):
            client.send(frame(TEXT, b"pour 1000000"))
            assert server.record(name, "lost None")[-2:] == ["behind", "lost None"]
        eventually(lambda: server.descriptors() < before)


def test_a_client_that_reads_again_in_time_has_caught_up() -> None:
    with serving() as server, server.connected(receive_buffer=65536) as (client, name):
        client.send(frame(TEXT, b"pour 3000"))
        server.record(name, "behind")
        for _ in range(3000):
            assert client.hear() == (TEXT, b"x" * 1000)
        events = server.record(name, "caught up")
        assert events == ["behind", "caught up"] * (len(events) // 2)


def test_what_is_still_written_to_a_client_that_is_behind_is_bounded(server: Server) -> None:
    connected = server.connected(receive_buffer=65536)
    with connected as (client, name), server.growing_at_most(3 * MEBIBYTE):
        client.send(frame(TEXT, b"drown 100000"))
        assert server.record(name, "lost None") == ["behind", "lost None"]


def test_a_client_that_shuts_its_sending_side_and_reads_nothing_is_let_go() -> None:
    limits = {"farewell": 0.5, "stalled": 60.0}
    with serving(limits=limits) as server, server.connected(receive_buffer=65536) as (client, name):
        client.send(frame(TEXT, b"drown 900"))
        server.record(name, "behind")  # by more than the kernels hold, and for good
        client.socket.shutdown(1)
        assert server.record(name, "lost None")[-1] == "lost None"
