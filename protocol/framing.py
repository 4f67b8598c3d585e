"""WebSocket frames as bytes (RFC 6455): those a server sends, and where a client's ends.

Knows no connection, reads no payload.
"""

from __future__ import annotations

TEXT, CLOSE, ASK, PONG = 0x81, 0x88, 0x89, 0x8A
"""First bytes of whole frames, the FIN bit and the opcode; `ASK` is a ping's."""

CONTROLS = frozenset((CLOSE, ASK, PONG))

CONTROL_SIZE = 125
"""The most bytes that a control frame carries."""

PING = b"\x89\x00"


def text_frame(payload: bytes) -> bytes:
    """The frame that carries `payload`, UTF-8, as one whole text message."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 0x10000:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def control_frame(kind: int, payload: bytes = b"") -> bytes:
    """A ping, pong or close frame; at most `CONTROL_SIZE` bytes fit."""
    if len(payload) > CONTROL_SIZE:
        raise ValueError(f"{len(payload)} bytes do not fit into a control frame")
    return bytes((kind, len(payload))) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """The goodbye. A reason that is too long is cut between two characters."""
    said = reason.encode()[: CONTROL_SIZE - 2].decode(errors="ignore").encode()
    return control_frame(CLOSE, code.to_bytes(2, "big") + said)


def measure(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the frame that begins at `at` starts and ends.

    Where `data` ends before the header does, both say how far it must reach to tell more.
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
