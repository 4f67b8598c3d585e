"""WebSocket framing (RFC 6455): builds a server's frames, finds where a client's frame ends.

Pure functions on bytes: knows no connection and does not interpret payloads.
"""

from __future__ import annotations

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
"""First bytes of unfragmented frames: the FIN bit and the opcode."""

CONTROLS = frozenset((CLOSE, PING, PONG))

CONTROL_SIZE = 125
"""The most bytes that a control frame carries."""

PING_FRAME = b"\x89\x00"


def text_frame(payload: bytes) -> bytes:
    """The frame that carries `payload`, UTF-8, as one whole text message."""
    return text_header(len(payload)) + payload


def text_header(size: int) -> bytes:
    """What stands before the payload of such a frame."""
    if size < 126:
        return bytes((TEXT, size))
    if size < 0x10000:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def control_frame(kind: int, payload: bytes = b"") -> bytes:
    """A ping, pong or close frame; at most `CONTROL_SIZE` bytes fit."""
    if len(payload) > CONTROL_SIZE:
        raise ValueError(f"{len(payload)} bytes do not fit into a control frame")
    return bytes((kind, len(payload))) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame. A reason that is too long is cut between two characters."""
    text = reason.encode()[: CONTROL_SIZE - 2].decode(errors="ignore").encode()
    return control_frame(CLOSE, code.to_bytes(2, "big") + text)


def payload(frame: bytes) -> bytes:
    """The payload of a complete, unmasked frame (a server's)."""
    return frame[payload_span(frame, 0)[0] :]


def payload_span(data: bytes, at: int) -> tuple[int, int]:
    """Start and end offset of the payload of the frame that begins at `at`.

    When the header is incomplete, both are the number of bytes that `data` needs to tell more.
    """
    if len(data) < at + 2:
        return at + 2, at + 2
    second = data[at + 1]
    size, mask = second & 0x7F, second >> 7 << 2
    if size < 126:
        start = at + 2 + mask
        return start, start + size
    start = at + (4 if size == 126 else 10)
    if len(data) < start:
        return start, start
    size = int.from_bytes(data[at + 2 : start], "big")
    return start + mask, start + mask + size
