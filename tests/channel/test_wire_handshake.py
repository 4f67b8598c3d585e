"""From the first byte to the detached connection: nothing is lost, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channel.client import FIN, TEXT, Client, Server, eventually, frame, goodbye, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    settings = {"headers_within": 0.5, "body_within": 1.0, "headers_size": 8192}
    with serving(limits={"handshake": 1.5}, http=settings) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(server.port)
    yield client
    client.leave()


def test_a_subprotocol_and_no_extension_is_agreed_on(client: Client) -> None:
    client.knock("/echo/agreed")
    answer = client.enter().lower()
    assert b"sec-websocket-protocol: v1" in answer
    assert b"sec-websocket-extensions" not in answer


def test_what_comes_in_the_same_segment_as_the_handshake_is_heard(client: Client) -> None:
    client.knock("/echo/hasty", behind=frame(TEXT, b"one") + frame(TEXT, b"two"))
    client.enter()
    assert [client.hear()[1], client.hear()[1]] == [b"one", b"two"]


def test_what_comes_before_the_endpoint_takes_over_is_heard_in_order(
    server: Server, client: Client
) -> None:
    client.knock("/echo/held-order", behind=frame(TEXT, b"one") + b"\x81")
    server.record("held-order", "arrived")
    client.send(frame(TEXT, b"two")[1:] + frame(TEXT, b"three"))
    server.get("/release/held-order")
    client.enter()
    client.send(frame(TEXT, b"four"))
    assert [client.hear()[1] for _ in range(4)] == [b"one", b"two", b"three", b"four"]


def test_what_comes_too_early_is_bounded(server: Server, client: Client) -> None:
    client.knock("/echo/held-flood")
    server.record("held-flood", "arrived")
    client.socket.settimeout(0.2)
    with server.growing_at_most(2 * 1024 * 1024):
        assert client.flood(frame(TEXT, b"x" * 60000) * 400) < 400 * 60000


def test_an_endpoint_that_never_decides_does_not_hold_the_client(client: Client) -> None:
    client.knock("/echo/held-for-ever")
    assert_dropped(client)


def test_a_client_that_leaves_before_the_endpoint_takes_over_is_no_error(
    server: Server, client: Client
) -> None:
    client.knock("/echo/held-gone")
    server.record("held-gone", "arrived")
    client.send(goodbye(1000))
    client.leave()
    server.get("/release/held-gone")
    with server.connected() as (other, _):
        other.send(frame(TEXT, b"still there?"))
        assert other.hear() == (TEXT, b"still there?")


def test_an_endpoint_that_refuses_answers_403(client: Client) -> None:
    client.knock("/refused")
    assert client.enter().startswith(b"HTTP/1.1 403")
    client.hear_end()


@pytest.mark.parametrize(
    "missing",
    [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"Sec-WebSocket-Version: 13\r\n"],
)
def test_a_handshake_that_lacks_something_is_refused(client: Client, missing: bytes) -> None:
    whole = (
        b"GET /echo/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    client.send(whole.replace(missing, b""))
    assert client.enter().startswith(b"HTTP/1.1 4")
    client.hear_end()


def test_a_detached_connection_keeps_nothing_of_its_handshake() -> None:
    with serving() as server, server.connected(), server.connected():
        # The one protocol is that of the request which asks.
        eventually(lambda: server.get("/remains") == {"Http": 1, "Connection": 2})


def test_a_connection_that_is_gone_leaves_nothing_behind() -> None:
    with serving() as server:
        with server.connected() as (client, _), server.connected() as (other, name):
            client.send(frame(TEXT - FIN, b"a") + frame(FIN, b"b") + goodbye(1000))
            other.send(frame(TEXT - FIN, b"a") + b"\x80")
            other.leave()
            server.record(name, "lost None")
        eventually(lambda: server.get("/remains") == {"Http": 1})


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
def test_who_never_finishes_a_request_is_dropped(client: Client, start: bytes) -> None:
    client.send(start)
    assert_dropped(client)


def test_who_starts_a_second_request_and_never_finishes_it_is_dropped(client: Client) -> None:
    client.send(b"GET /remains HTTP/1.1\r\nHost: x\r\n\r\n")
    client.enter()
    client.send(b"\r\nGET")
    assert_dropped(client)


def test_headers_without_an_end_are_refused(client: Client) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 10000)
    assert client.enter().startswith(b"HTTP/1.1 400")


def test_a_body_may_be_longer_than_headers(server: Server) -> None:
    assert server.get("/size", body=b"x" * 50_000) == 50_000


@pytest.mark.parametrize(
    ("name", "body", "behind"),
    [
        pytest.param("patient", b"", b"\r\n", id="an empty line behind it, as some clients send"),
        pytest.param("burdened", b"x" * 400_000, b"", id="more body than the endpoint takes"),
    ],
)
def test_a_request_that_takes_long_to_answer_is_no_slow_request(
    server: Server, client: Client, name: str, body: bytes, behind: bytes
) -> None:
    """The spans are for what the client sends, not for what the endpoint does with it."""
    head = f"POST /record/{name}?until=released HTTP/1.1\r\nContent-Length: {len(body)}\r\n"
    client.send(head.encode() + b"Host: x\r\n\r\n" + body)
    server.get("/remains")  # by then the request has been read
    client.send(behind)
    slow = Client(server.port)
    slow.send(b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
    assert_dropped(slow)  # which takes as long as anything may take
    server.get(f"/release/{name}")
    assert client.enter().startswith(b"HTTP/1.1 200")


def assert_dropped(client: Client) -> None:
    """The server ends it by itself, and well before the test's own patience ends."""
    try:
        while client.socket.recv(65536):
            pass
    except ConnectionResetError:
        pass
    client.leave()
