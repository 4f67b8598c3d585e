"""Frames as bytes, read back by somebody else's parser."""

from __future__ import annotations

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State

from protocol import framing
from tests.support import raw_websocket


def read(data: bytes) -> Frame:
    parser = ClientProtocol(state=State.OPEN, max_size=None, uri=None)  # type: ignore[arg-type]
    parser.receive_data(data)
    (frame,) = parser.events_received()
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_a_text_frame_of_any_size_is_read_back_whole(size: int) -> None:
    assert read(framing.text_frame(b"x" * size)) == Frame(Opcode.TEXT, b"x" * size)


def test_the_constant_ping_is_a_ping_without_a_payload() -> None:
    assert read(framing.PING_FRAME) == Frame(Opcode.PING, b"")


def test_a_close_frame_says_code_and_reason() -> None:
    assert Close.parse(bytes(read(framing.close_frame(4501, "replaced")).data)) == Close(
        4501, "replaced"
    )


def test_a_reason_that_is_too_long_is_cut_between_two_characters() -> None:
    said = Close.parse(bytes(read(framing.close_frame(1000, "é" * 100)).data))
    assert said.reason == "é" * 61


def test_a_control_frame_refuses_more_than_fits() -> None:
    with pytest.raises(ValueError, match="126 bytes"):
        framing.control_frame(framing.PONG, b"x" * 126)


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
@pytest.mark.parametrize("mask", [raw_websocket.MASK, None])
def test_a_client_frame_is_measured_as_soon_as_its_header_is_there(
    size: int, mask: bytes | None
) -> None:
    before, frame = b"before", raw_websocket.frame(raw_websocket.TEXT, b"x" * size, mask=mask)
    start = len(frame) - size
    assert framing.payload_span(before + frame, 6) == (6 + start, 6 + len(frame))
    assert framing.payload_span(before + frame[:start], 6) == (6 + start, 6 + len(frame))


@pytest.mark.parametrize("size", [0, 126, 65536])
def test_a_header_that_is_cut_short_asks_for_more_and_never_for_too_much(size: int) -> None:
    frame = raw_websocket.frame(raw_websocket.TEXT, b"x" * size)
    for have in range(len(frame) - size - 4):
        _, end = framing.payload_span(frame[:have], 0)
        assert have < end <= len(frame)
