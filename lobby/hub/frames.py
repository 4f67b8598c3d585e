"""The frames in which the hub says what is no document: entries, their gaps, signals, ends."""

from __future__ import annotations

from protocol.codec import encode
from protocol.events import Signalled
from protocol.framing import text_frame
from protocol.topics import shown


def entry(topic: str, cursor: int, body: bytes) -> bytes:
    """The body travels as it was written: no decoding, no encoding."""
    head = encode({"type": "entry", "topic": shown(topic), "cursor": cursor})
    return text_frame(head[:-1] + b',"entry":' + body + b"}")


def trimmed(topic: str) -> bytes:
    return text_frame(encode({"type": "trimmed", "topic": shown(topic)}))


def ended(topic: str, code: str) -> bytes:
    return text_frame(encode({"type": "ended", "topic": shown(topic), "code": code}))


def signal(topic: str, told: Signalled) -> bytes:
    words = {"type": "signal", "topic": topic, "author": told.author, "body": told.body}
    return text_frame(encode(words))
