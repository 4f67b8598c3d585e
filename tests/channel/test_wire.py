"""From the first byte to the detached connection: nothing is lost, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.raw_websocket import (
    FIN,
    TEXT,
    EchoServer,
    RawWebsocket,
    close_frame,
    echo_serving,
    frame,
)
from tests.support.waiting import block_until


@pytest.fixture(scope="module")
def server() -> Iterator[EchoServer]:
    settings = {"headers_within": 0.5, "body_within": 1.0, "headers_size": 8192}
    with echo_serving(limits={"handshake_timeout": 1.5}, http=settings) as server:
        yield server


@pytest.fixture
def client(server: EchoServer) -> Iterator[RawWebsocket]:
    client = RawWebsocket(server.port)
    yield client
    client.leave()


def test_a_subprotocol_and_no_extension_is_agreed_on(client: RawWebsocket) -> None:
    client.send_handshake("/echo/agreed")
    answer = client.read_handshake().lower()
    assert b"sec-websocket-protocol: v1" in answer
    assert b"sec-websocket-extensions" not in answer


def test_what_comes_in_the_same_segment_as_the_handshake_is_heard(client: RawWebsocket) -> None:
    client.send_handshake("/echo/hasty", behind=frame(TEXT, b"one") + frame(TEXT, b"two"))
    client.read_handshake()
    assert [client.receive_frame()[1], client.receive_frame()[1]] == [b"one", b"two"]


def test_what_comes_before_the_endpoint_takes_over_is_heard_in_order(
    server: EchoServer, client: RawWebsocket
) -> None:
    client.send_handshake("/echo/held-order", behind=frame(TEXT, b"one") + b"\x81")
    server.record("held-order", "arrived")
    client.send(frame(TEXT, b"two")[1:] + frame(TEXT, b"three"))
    server.get("/release/held-order")
    client.read_handshake()
    client.send(frame(TEXT, b"four"))
    assert [client.receive_frame()[1] for _ in range(4)] == [b"one", b"two", b"three", b"four"]


def test_what_comes_too_early_is_bounded(server: EchoServer, client: RawWebsocket) -> None:
    client.send_handshake("/echo/held-flood")
    server.record("held-flood", "arrived")
    client.socket.settimeout(0.2)
    with server.growing_at_most(2 * 1024 * 1024):
        assert client.flood(frame(TEXT, b"x" * 60000) * 400) < 400 * 60000


def test_an_endpoint_that_never_decides_does_not_hold_the_client(client: RawWebsocket) -> None:
    client.send_handshake("/echo/held-for-ever")
    assert_dropped(client)


def test_a_client_that_leaves_before_the_endpoint_takes_over_is_no_error(
    server: EchoServer, client: RawWebsocket
) -> None:
    client.send_handshake("/echo/held-gone")
    server.record("held-gone", "arrived")
    client.send(close_frame(1000))
    client.leave()
    server.get("/release/held-gone")
    with server.connected() as (other, _):
        other.send(frame(TEXT, b"still there?"))
        assert other.receive_frame() == (TEXT, b"still there?")


def test_an_endpoint_that_refuses_answers_403(client: RawWebsocket) -> None:
    client.send_handshake("/refused")
    assert client.read_handshake().startswith(b"HTTP/1.1 403")
    client.read_to_end()


@pytest.mark.parametrize(
    "missing",
    [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"Sec-WebSocket-Version: 13\r\n"],
)
def test_a_handshake_that_lacks_something_is_refused(client: RawWebsocket, missing: bytes) -> None:
    whole = (
        b"GET /echo/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    client.send(whole.replace(missing, b""))
    assert client.read_handshake().startswith(b"HTTP/1.1 4")
    client.read_to_end()


def test_a_detached_connection_keeps_nothing_of_its_handshake() -> None:
    with echo_serving() as server, server.connected(), server.connected():
        # The one protocol is that of the request which asks.
        block_until(lambda: server.get("/remains") == {"Http": 1, "Connection": 2})


def test_a_connection_that_is_gone_leaves_nothing_behind() -> None:
    with echo_serving() as server:
        with server.connected() as (client, _), server.connected() as (other, name):
            client.send(frame(TEXT - FIN, b"a") + frame(FIN, b"b") + close_frame(1000))
            other.send(frame(TEXT - FIN, b"a") + b"\x80")
            other.leave()
            server.record(name, "lost None")
        block_until(lambda: server.get("/remains") == {"Http": 1})


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: ", id="half a header"),
        pytest.param(b"\r\n", id="an empty line"),
        pytest.param(
            b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", id="half a body"
        ),
    ],
)
def test_who_never_finishes_a_request_is_dropped(client: RawWebsocket, start: bytes) -> None:
    client.send(start)
    assert_dropped(client)


def test_who_starts_a_second_request_and_never_finishes_it_is_dropped(client: RawWebsocket) -> None:
    client.send(b"GET /remains HTTP/1.1\r\nHost: x\r\n\r\n")
    client.read_handshake()
    client.send(b"\r\nGET")
    assert_dropped(client)


def test_headers_without_an_end_are_refused(client: RawWebsocket) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 10000)
    assert client.read_handshake().startswith(b"HTTP/1.1 431")


def test_a_body_may_be_longer_than_headers(server: EchoServer) -> None:
    assert server.get("/size", body=b"x" * 50_000) == 50_000


@pytest.mark.parametrize(
    ("name", "body", "behind"),
    [
        pytest.param("patient", b"", b"\r\n", id="an empty line behind it, as some clients send"),
        pytest.param("burdened", b"x" * 400_000, b"", id="more body than the endpoint takes"),
    ],
)
def test_a_request_that_takes_long_to_answer_is_no_slow_request(
    server: EchoServer, client: RawWebsocket, name: str, body: bytes, behind: bytes
) -> None:
    """The spans are for what the client sends, not for what the endpoint does with it."""
    head = f"POST /record/{name}?until=released HTTP/1.1\r\nContent-Length: {len(body)}\r\n"
    client.send(head.encode() + b"Host: x\r\n\r\n" + body)
    server.get("/remains")  # by then the request has been read
    client.send(behind)
    slow = RawWebsocket(server.port)
    slow.send(b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
    assert_dropped(slow)  # which takes as long as anything may take
    server.get(f"/release/{name}")
    assert client.read_handshake().startswith(b"HTTP/1.1 200")


def assert_dropped(client: RawWebsocket) -> None:
    """The server ends it by itself, and well before the test's own patience ends."""
    try:
        while client.socket.recv(65536):
            pass
    except ConnectionResetError:
        pass
    client.leave()
