"""HTTP/1.1 as others speak it: offers to upgrade, bodies in pieces, requests in a row, proxies.

The requests are those of Java's HttpClient (and so of Ktor) and of `curl --http2`, byte by byte.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from lobby.config import Settings
from tests.support.processes import LobbyProcess
from tests.support.server_thread import Served, serving
from tests.support.services import LOOPBACK
from tests.support.waiting import TIMEOUT, block_until, soon

SETTINGS = "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"
H2C = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n{SETTINGS}"
JAVA = f"{H2C}\r\nUser-Agent: Java-http-client/17.0.15"
OFFERS = {
    "Java": JAVA,
    "curl": f"User-Agent: curl/7.88.1\r\nAccept: */*\r\n{H2C}",
    "two lines": f"Connection: HTTP2-Settings\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n{SETTINGS}",
    "TLS": "Connection: upgrade\r\nUpgrade: TLS/1.2",
    "websocket": "Connection: Upgrade\r\nUpgrade: websocket",
    "several": "Connection: keep-alive, Upgrade\r\nUpgrade: h2c, IRC/6.9",
}
FORM = "Content-Type: application/x-www-form-urlencoded"
LAST = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


def login(name: str) -> bytes:
    return f"username={name}&password=correct+horse+9".encode()


def head(offer: str, *more: str, method: str = "POST", path: str = "/users") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", offer, *more, "", ""]
    return "\r\n".join(lines).encode()


def registration(offer: str, name: str) -> bytes:
    body = login(name)
    return head(offer, FORM, f"Content-Length: {len(body)}") + body


def statuses(served: Served, *pieces: bytes) -> list[int]:
    """Of all answers on one connection, which the last request asks to close."""
    where = urlsplit(served.url)
    with socket.create_connection((where.hostname, where.port), TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        said = b""
        while more := connection.recv(65536):
            said += more
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", said)]


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_an_offer_to_upgrade_is_ignored_and_the_body_is_read(offer: str, served: Served) -> None:
    name = f"all{list(OFFERS.values()).index(offer)}"
    assert statuses(served, registration(offer, name), LAST) == [201, 200]
    # It was the body that named them: again, and they are there already.
    assert statuses(served, registration(offer, name), LAST) == [409, 200]


def test_a_body_that_comes_after_the_offer_or_byte_by_byte_is_read(served: Served) -> None:
    whole = registration(JAVA, "later")
    cut = whole.index(b"\r\n\r\n") + 4
    assert statuses(served, whole[:cut], whole[cut:], LAST) == [201, 200]
    single = [bytes([byte]) for byte in registration(JAVA, "bytewise")]
    assert statuses(served, *single, LAST) == [201, 200]


def test_a_chunked_body_after_an_offer_is_read(served: Served) -> None:
    body = login("chunked")
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:]))
    request = head(JAVA, FORM, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"
    assert statuses(served, request, LAST) == [201, 200]


def test_a_client_that_waits_for_100_is_told_to_go_on(served: Served) -> None:
    body = login("patient")
    request = head(JAVA, FORM, f"Content-Length: {len(body)}", "Expect: 100-continue")
    assert statuses(served, request, body, LAST) == [100, 201, 200]


def test_every_request_of_a_connection_may_offer_it(served: Served) -> None:
    many = 250
    asked = head(JAVA, method="GET", path="/web/nothing") * many  # in one piece
    assert statuses(served, asked + LAST) == [404] * many + [200]
    told = [registration(JAVA, f"in-a-row-{n}") for n in range(3)]
    assert statuses(served, b"".join(told) + LAST) == [201, 201, 201, 200]


def test_an_offer_is_no_way_past_the_limits_of_a_request(served: Served) -> None:
    twice = head(JAVA, FORM, "Content-Length: 5", "Transfer-Encoding: chunked")
    assert statuses(served, twice + b"0\r\n\r\n") == [400]
    large = head(JAVA, FORM, "Content-Length: 70000", "Connection: close")
    assert statuses(served, large + bytes(70000))[:1] == [413]
    odd = head(JAVA, FORM, "Content-Length: 5") + b"abcde" + b"no request\r\n\r\n"
    assert statuses(served, odd)[-1] == 400
    assert statuses(served, head(JAVA, "Connection: close", method="GET", path="/")) == [200]


def test_what_is_no_request_to_us_is_refused_in_words_of_http(served: Served) -> None:
    assert statuses(served, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == [400]
    assert statuses(served, b"CONNECT lobby:443 HTTP/1.1\r\nHost: localhost\r\n\r\n") == [400]


def test_an_offer_of_a_websocket_is_taken_at_once(served: Served) -> None:
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    close = bytes([0x88, 0x82]) + bytes(4) + (1000).to_bytes(2)
    for named in ("keep-alive, Upgrade", "Upgrade\r\nConnection: keep-alive"):
        offer = f"Upgrade: websocket\r\nConnection: {named}"
        assert statuses(served, head(offer, key, method="GET", path="/ws") + close) == [101], named


@pytest.mark.parametrize("hosts", [(), ("",), ("lobby", "lobby"), ("lo bby",), ("a/b",), ("a,b",)])
def test_http_1_1_without_one_valid_host_is_400(hosts: tuple[str, ...], served: Served) -> None:
    lines = [f"Host: {host}" for host in hosts]
    for path in ("/users", "/health/live", "/"):
        request = "\r\n".join([f"GET {path} HTTP/1.1", *lines, "Connection: close", "", ""])
        assert statuses(served, request.encode()) == [400], path


def test_a_probe_needs_no_name_of_ours() -> None:
    with serving(allowed_hosts=["lobby.example"]) as served:
        for host in ("10.0.0.7:8000", "[fd00::7]:8000", "pod-7.lobby.svc.cluster.local", "LB_1"):
            probe = f"GET /health/ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            assert statuses(served, probe.encode()) == [200], host
            assert statuses(served, probe.replace("/health/ready", "/").encode()) == [400], host
        # HAProxy's check says no host, in the version that needs none.
        assert statuses(served, b"GET /health/ready HTTP/1.0\r\n\r\n") == [200]
        assert statuses(served, b"GET / HTTP/1.0\r\n\r\n") == [400]


def test_a_connection_stays_open_for_longer_than_a_proxy_keeps_it(own_lobby: LobbyProcess) -> None:
    assert Settings().keep_alive_seconds == 75  # nginx: 60 s; Envoy, AWS, Apache: 60 s or less
    own_lobby.settings["LOBBY_KEEP_ALIVE_SECONDS"] = "2"
    own_lobby.start()
    with closing(HTTPConnection(LOOPBACK, own_lobby.port, timeout=TIMEOUT)) as http:
        http.request("GET", "/health/live")
        assert http.getresponse().read()
        idle = time.monotonic()
        assert http.sock.recv(1) == b""
        assert 1.5 < time.monotonic() - idle < 2 + soon()


def test_a_request_on_its_way_to_a_server_that_stops_is_answered(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    used, fresh = (HTTPConnection(LOOPBACK, own_lobby.port, timeout=TIMEOUT) for _ in range(2))
    with closing(used), closing(fresh):
        fresh.connect()
        used.request("GET", "/health/live")
        assert used.getresponse().read()
        os.kill(own_lobby.pid, signal.SIGTERM)
        block_until(lambda: not listens(own_lobby.port))
        for name, http in (("used", used), ("fresh", fresh)):
            http.request("POST", "/users", login(name), dict([FORM.split(": ")]))
        answers = [http.getresponse() for http in (used, fresh)]
        assert [answer.status for answer in answers] == [201, 201]
        assert {answer.headers["connection"] for answer in answers} == {"close"}
    assert own_lobby.stop() == 0


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
