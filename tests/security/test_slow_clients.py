"""Clients that are slow on purpose, and bodies that grow when they are unpacked."""

from __future__ import annotations

import gzip
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from lobby.process.http import Http
from tests.support.herd import room_for
from tests.support.processes import LobbyProcess
from tests.support.services import LOOPBACK
from tests.support.waiting import TIMEOUT, block_until

MANY = 500
FREED_WITHIN = 20.0
BYTE_EVERY = 1.0
"""Seconds between two bytes of a slow client: it is never silent."""
HEADERS = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername="
)
CHUNKED = (
    b"POST /users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n1388\r\nusername="
)
SILENT = b""
MEBIBYTE = 1024 * 1024
BOMB = gzip.compress(b"username=" + b"a" * 60 * MEBIBYTE, 9)


def crowd(port: int, opened: ExitStack) -> list[socket.socket]:
    room_for(MANY)
    slow = []
    for n in range(MANY):
        one = opened.enter_context(socket.create_connection((LOOPBACK, port), TIMEOUT))
        one.send((HEADERS, BODY, CHUNKED, SILENT)[n % 4])
        slow.append(one)
    return slow


def test_d3_five_hundred_slow_clients_are_gone_after_twenty_seconds(
    own_lobby: LobbyProcess,
) -> None:
    process = psutil.Process(own_lobby.start().pid)
    before, last = int(process.num_fds()), 0.0
    with ExitStack() as opened:
        slow = crowd(own_lobby.port, opened)
        began = time.monotonic()
        block_until(lambda: process.num_fds() > before + MANY - 10)

        def freed() -> bool:
            nonlocal last
            if time.monotonic() - last > BYTE_EVERY:
                last = time.monotonic()
                for n, one in enumerate(slow):
                    drip(one, n)
            return bool(process.num_fds() <= before)

        block_until(freed, FREED_WITHIN)
        assert time.monotonic() - began > Http.headers_within - 1  # a slow network is no attack
        assert httpx2.get(f"{own_lobby.url}/health/live", trust_env=False).status_code == 200


def drip(one: socket.socket, number: int) -> None:
    if number % 4 != 3:
        with suppress(OSError):  # it may be cut off by now
            one.send(b"a")


def peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate", "br", "x-gzip"])
def test_d5_a_body_that_says_it_is_compressed_is_not_unpacked(
    encoding: str, lobby_server: LobbyProcess
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": encoding}
    assert len(BOMB) < 64 * 1024
    for path in ("/users", "/users/login"):
        before = peak(lobby_server.pid)
        answer = httpx2.post(
            f"{lobby_server.url}{path}", content=BOMB, headers=form, trust_env=False
        )
        assert answer.status_code in (400, 415, 422), answer.text
        assert peak(lobby_server.pid) - before < 8 * MEBIBYTE
