"""Silent clients are asked, dead ones are cut off, living ones are left alone."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.raw_websocket import (
    PING,
    PONG,
    TEXT,
    EchoServer,
    echo_serving,
    frame,
)
from tests.support.waiting import block_until


@pytest.fixture(scope="module")
def server() -> Iterator[EchoServer]:
    with echo_serving(heartbeat={"interval": 0.4, "timeout": 0.4}) as server:
        yield server


def test_a_silent_client_is_pinged_and_lives_as_long_as_it_answers(server: EchoServer) -> None:
    with server.connected() as (client, name):
        for _ in range(3):
            assert client.receive_frame() == (PING, b"")
            client.send(frame(PONG))
        client.send(frame(TEXT, b"alive"))
        assert client.receive_frame() == (TEXT, b"alive")
        assert server.record(name) == []


def test_a_half_open_connection_is_cut_off_and_told_once(server: EchoServer) -> None:
    with server.connected() as (client, name):
        assert client.receive_frame() == (PING, b"")
        before = server.descriptors()
        assert server.record(name, "lost None") == ["lost None"]
        block_until(lambda: server.descriptors() < before)


def test_any_byte_is_a_sign_of_life(server: EchoServer) -> None:
    with server.connected() as (client, name):
        said = frame(TEXT, b"slowly")
        for part in (said[:1], said[1:4], said[4:]):
            assert client.receive_frame() == (PING, b"")
            client.send(part)
        assert client.receive_frame() == (TEXT, b"slowly")
        assert server.record(name) == []


def test_a_talkative_client_is_not_asked(server: EchoServer) -> None:
    with server.connected() as (silent, _), server.connected() as (client, _):
        for _ in range(2):
            while silent.unread == b"":
                client.send(frame(TEXT, b"talk"))
                assert client.receive_frame() == (TEXT, b"talk")
                silent.socket.settimeout(0.05)
                try:
                    silent.receive()
                except TimeoutError:
                    continue
            assert silent.receive_frame() == (PING, b"")
            silent.send(frame(PONG))


def test_nobody_is_judged_by_a_server_that_itself_stood_still() -> None:
    with echo_serving(heartbeat={"interval": 0.4, "timeout": 4.0}) as server, ExitStack() as stack:
        clients = []
        for _ in range(20):  # spread over the wheel, so that some are due at any time
            clients.append(stack.enter_context(server.connected())[0])
            let_pass(0.04)
        pinged = [client for client in clients if select.select([client.socket], [], [], 0)[0]]
        os.kill(server.process.pid, signal.SIGSTOP)
        for client in pinged:
            assert client.receive_frame() == (PING, b"")
            client.send(frame(PONG))
        let_pass(4.5)
        os.kill(server.process.pid, signal.SIGCONT)
        for client in pinged:
            client.send(frame(PONG) + frame(TEXT, b"alive"))
            while client.receive_frame() != (TEXT, b"alive"):
                pass
        assert len(pinged) > 5


def let_pass(seconds: float) -> None:
    end = time.monotonic() + seconds
    block_until(lambda: time.monotonic() > end)
