"""What a client may say and how it is answered, good manners and bad, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.raw_websocket import (
    BINARY,
    CLOSE,
    FIN,
    PING,
    PONG,
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
    with echo_serving(limits={"close_timeout": 1.0}) as server:
        yield server


@pytest.fixture
def client(server: EchoServer) -> Iterator[RawWebsocket]:
    with server.connected() as (client, _):
        yield client


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_a_text_message_of_any_allowed_size_comes_back(client: RawWebsocket, size: int) -> None:
    client.send(frame(TEXT, b"x" * size))
    assert client.receive_frame() == (TEXT, b"x" * size)


def test_text_is_not_only_ascii(client: RawWebsocket) -> None:
    said = "Grüße, 日本 🎮".encode()
    client.send(frame(TEXT, said))
    assert client.receive_frame() == (TEXT, said)


def test_many_messages_in_one_segment_come_back_in_order(client: RawWebsocket) -> None:
    client.send(b"".join(frame(TEXT, b"%d" % number) for number in range(300)))
    assert [client.receive_frame()[1] for _ in range(300)] == [
        b"%d" % number for number in range(300)
    ]


def test_a_message_that_dribbles_in_byte_by_byte_is_heard_whole(client: RawWebsocket) -> None:
    for byte in frame(TEXT, b"x" * 300) + frame(TEXT, b"then"):
        client.send(bytes((byte,)))
    assert [client.receive_frame()[1], client.receive_frame()[1]] == [b"x" * 300, b"then"]


def test_a_message_in_fragments_is_heard_whole_even_when_they_cut_a_character(
    client: RawWebsocket,
) -> None:
    first, rest = "ü".encode()[:1], "ü".encode()[1:]
    client.send(frame(TEXT - FIN, first) + frame(0, b"") + frame(FIN, rest))
    assert client.receive_frame() == (TEXT, "ü".encode())


def test_a_ping_between_fragments_is_answered_at_once(client: RawWebsocket) -> None:
    client.send(frame(TEXT - FIN, b"a") + frame(PING, b"there?"))
    assert client.receive_frame() == (PONG, b"there?")
    client.send(frame(PONG, b"by myself") + frame(FIN, b"b"))
    assert client.receive_frame() == (TEXT, b"ab")


def test_plain_messages_are_heard_after_a_fragmented_one(client: RawWebsocket) -> None:
    client.send(frame(TEXT - FIN, b"a") + frame(FIN, b"b") + frame(TEXT, b"c"))
    assert [client.receive_frame()[1], client.receive_frame()[1]] == [b"ab", b"c"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param(frame(TEXT, b"x", mask=None), 1002, id="not masked"),
        pytest.param(frame(TEXT | 0x40, b"x"), 1002, id="first reserved bit"),
        pytest.param(frame(TEXT | 0x20, b"x"), 1002, id="second reserved bit"),
        pytest.param(frame(PING | 0x10, b"x"), 1002, id="third reserved bit"),
        pytest.param(frame(0x83, b"x"), 1002, id="reserved kind"),
        pytest.param(frame(0x8B, b"x"), 1002, id="reserved control kind"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="long ping"),
        pytest.param(frame(PING - FIN, b"x"), 1002, id="fragmented ping"),
        pytest.param(frame(FIN, b"x"), 1002, id="continuation of nothing"),
        pytest.param(frame(TEXT - FIN, b"x") + frame(TEXT, b"x"), 1002, id="message in message"),
        pytest.param(frame(TEXT, b"\xff"), 1007, id="not UTF-8"),
        pytest.param(frame(TEXT, b"\xed\xa0\x80"), 1007, id="surrogate"),
        pytest.param(frame(TEXT - FIN, b"\xc3") + frame(FIN, b"x"), 1007, id="not UTF-8 in parts"),
        pytest.param(frame(BINARY, b"x"), 1003, id="binary"),
        pytest.param(frame(BINARY - FIN, b"x"), 1003, id="binary in parts"),
        pytest.param(frame(TEXT, b"x" * 131073)[:20], 1009, id="too long, by its header"),
        pytest.param(b"\x81\xff" + b"\x7f" * 8 + b"mask", 1009, id="absurdly long"),
        pytest.param(
            frame(TEXT - FIN, b"x" * 70000) + frame(FIN, b"x" * 70000), 1009, id="too long in parts"
        ),
        pytest.param(
            frame(TEXT - FIN, b"x") + 64 * frame(0, b""), 1008, id="too many empty fragments"
        ),
    ],
)
def test_what_breaks_the_rules_is_refused_with_its_code(
    server: EchoServer, said: bytes, code: int
) -> None:
    with server.connected() as (client, name):
        client.send(said + frame(TEXT, b"never heard"))
        assert client.receive_close_code() == code
        client.read_to_end()
        client.leave()
        assert server.record(name, "lost None") == ["lost None"]


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999])
def test_a_goodbye_is_answered_in_kind_and_told_with_its_code(
    server: EchoServer, code: int
) -> None:
    with server.connected() as (client, name):
        client.send(close_frame(code, b"bye") + frame(TEXT, b"never heard"))
        assert client.receive_frame() == (CLOSE, code.to_bytes(2, "big") + b"bye")
        client.read_to_end()
        assert server.record(name, f"lost {code}") == [f"lost {code}"]


def test_a_goodbye_without_a_word_is_told_as_1005(server: EchoServer) -> None:
    with server.connected() as (client, name):
        client.send(frame(CLOSE))
        assert client.receive_frame() == (CLOSE, b"")
        client.read_to_end()
        assert server.record(name, "lost 1005") == ["lost 1005"]


def test_a_goodbye_in_the_middle_of_a_message_is_a_goodbye(server: EchoServer) -> None:
    with server.connected() as (client, name):
        client.send(frame(TEXT - FIN, b"half a") + close_frame(1000))
        assert client.receive_close_code() == 1000
        assert server.record(name, "lost 1000") == ["lost 1000"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", 1002),
        (b"\x03\xe8\xff", 1007),
        *((code.to_bytes(2, "big"), 1002) for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000)),
    ],
)
def test_a_goodbye_that_makes_no_sense_is_refused(
    client: RawWebsocket, payload: bytes, code: int
) -> None:
    client.send(frame(CLOSE, payload))
    assert client.receive_close_code() == code
    client.read_to_end()


def test_a_client_that_vanishes_is_told_as_none(server: EchoServer) -> None:
    with server.connected() as (client, name):
        client.leave()
        assert server.record(name, "lost None") == ["lost None"]


def test_our_goodbye_waits_for_the_answer(server: EchoServer) -> None:
    with server.connected() as (client, name):
        client.send(frame(TEXT, b"close 4501") + frame(TEXT, b"never heard"))
        assert client.receive_frame() == (CLOSE, (4501).to_bytes(2, "big") + b"as you say")
        client.send(frame(TEXT, b"never heard") + close_frame(4501))
        client.read_to_end()
        assert server.record(name, "lost 4501") == ["lost 4501"]


def test_our_goodbye_does_not_wait_for_ever(server: EchoServer) -> None:
    with server.connected() as (client, name):
        client.send(frame(TEXT, b"close 4501"))
        assert server.record(name, "lost None") == ["lost None"]


def test_a_peer_that_fails_costs_its_own_connection_only(
    server: EchoServer, client: RawWebsocket
) -> None:
    with server.connected() as (broken, name):
        broken.send(frame(TEXT, b"break"))
        assert server.record(name, "lost None") == ["lost None"]
    client.send(frame(TEXT, b"still there?"))
    assert client.receive_frame() == (TEXT, b"still there?")


def test_descriptors_are_given_back(server: EchoServer) -> None:
    with server.connected():
        before = server.descriptors()
        with server.connected() as (client, name):
            client.leave()
            server.record(name, "lost None")
        block_until(lambda: server.descriptors() <= before)


def test_a_server_that_stops_says_1012_to_everybody_and_ends() -> None:
    with echo_serving() as server, server.connected() as (one, _), server.connected() as (other, _):
        server.stop()
        assert [one.receive_close_code(), other.receive_close_code()] == [1012, 1012]
        one.send(close_frame(1012))
        # The other one never answers, and cannot hold the server up.
        assert server.process.wait(timeout=10) in (0, -15)
