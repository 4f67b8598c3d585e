"""Frames of the live channel (WebSocket), version 1: the replies and events that the server sends.

Each is a JSON object with a `type`, or a list of such objects. The models document them. The
builders, named after the types, return a complete WebSocket text frame, encoded once for all
connections (fan-out). They validate nothing; a test holds each builder to its model.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from protocol.codec import encode
from protocol.framing import text_frame, text_header
from protocol.session_views import SessionView
from protocol.topics import public_name

Json = dict[str, Any]


class Reply(BaseModel):
    type: Literal["reply"]
    re: str
    result: Json


class Refusal(BaseModel):
    """`re` is null when the command's id could not be read. `retry_after` is in seconds. `about`:
    facts for programs; new ones may come."""

    type: Literal["refusal"]
    re: str | None
    code: str
    message: str
    retry_after: float | None = None
    about: Json | None = None


class State(BaseModel):
    """The whole of a document. `view`: of a session, which side of it this is."""

    type: Literal["state"]
    topic: str
    epoch: str
    version: int
    view: SessionView | None = None
    state: Json


class Unchanged(BaseModel):
    type: Literal["unchanged"]
    topic: str
    epoch: str
    version: int


class Patch(BaseModel):
    """A merge patch (RFC 7396) from the state at `since` to the state at `version`."""

    type: Literal["patch"]
    topic: str
    since: int
    version: int
    patch: Json


WATCH_AGAIN = "watch_again"
"""Ends a topic that could not be served to this watcher; nothing is wrong with it."""


class Ended(BaseModel):
    """The topic sends nothing more on this connection. Where the code is `watch_again`, something
    failed here: watch it again in a moment, with what you have. `reason`: why a ticket ended."""

    type: Literal["ended"]
    topic: str
    code: str
    reason: str | None = None


class Entry(BaseModel):
    type: Literal["entry"]
    topic: str
    cursor: int
    entry: Json


class Trimmed(BaseModel):
    """Some entries after the cursor that you named are gone; the oldest still stored follow."""

    type: Literal["trimmed"]
    topic: str


class Signal(BaseModel):
    type: Literal["signal"]
    topic: str
    author: str
    body: Json


class Drain(BaseModel):
    """Graceful shutdown of this process: reconnect after this time, to another."""

    type: Literal["drain"]
    return_after_ms: int


class Degraded(BaseModel):
    """These parts of the lobby are away: what you see may be old, and some commands are refused.
    None: all is well again."""

    type: Literal["degraded"]
    parts: list[Literal["database", "redis"]]


Frames = (
    Reply
    | Refusal
    | State
    | Unchanged
    | Patch
    | Ended
    | Entry
    | Trimmed
    | Signal
    | Drain
    | Degraded
)
FRAME: TypeAdapter[Frames] = TypeAdapter(Annotated[Frames, Field(discriminator="type")])


def reply(re: str, result: Json) -> bytes:
    return _frame({"type": "reply", "re": re, "result": result})


def refusal(
    re: str | None,
    *,
    code: str,
    message: str,
    retry_after: float | None = None,
    about: Json | None = None,
) -> bytes:
    frame: Json = {"type": "refusal", "re": re, "code": code, "message": message}
    if retry_after is not None:
        frame["retry_after"] = retry_after
    if about is not None:
        frame["about"] = about
    return _frame(frame)


def state(
    topic: str,
    *,
    epoch: str,
    version: int,
    parts: Iterable[bytes],
    view: SessionView | None = None,
) -> bytes:
    """`parts`: of the state, its members, each as `encode_member` makes it. A large state is copied
    once."""
    said = {"type": "state", "topic": topic, "epoch": epoch, "version": version}
    head = encode(said | ({"view": view} if view else {}))
    start, members = head[:-1] + b',"state":{', [*parts] or [b""]
    members[-1] += b"}}"
    size = len(start) + sum(map(len, members)) + len(members) - 1
    members[0] = text_header(size) + start + members[0]
    return b",".join(members)


def unchanged(topic: str, *, epoch: str, version: int) -> bytes:
    return _frame({"type": "unchanged", "topic": topic, "epoch": epoch, "version": version})


def patch(topic: str, *, since: int, version: int, patch: Json | bytes) -> bytes:
    """Bytes are a patch that is encoded already."""
    head = encode({"type": "patch", "topic": topic, "since": since, "version": version})
    body = patch if isinstance(patch, bytes) else encode(patch)
    return text_frame(head[:-1] + b',"patch":' + body + b"}")


def ended(topic: str, code: str, reason: str | None = None) -> bytes:
    ended = {"type": "ended", "topic": public_name(topic), "code": code}
    return _frame(ended | ({"reason": reason} if reason else {}))


def entry(topic: str, cursor: int, body: bytes) -> bytes:
    """The body is the stored JSON; it is neither decoded nor encoded again."""
    head = encode({"type": "entry", "topic": public_name(topic), "cursor": cursor})
    return text_frame(head[:-1] + b',"entry":' + body + b"}")


def trimmed(topic: str) -> bytes:
    return _frame({"type": "trimmed", "topic": public_name(topic)})


def signal(topic: str, *, author: str, body: Json) -> bytes:
    return _frame({"type": "signal", "topic": topic, "author": author, "body": body})


def drain(*, return_after_ms: int) -> bytes:
    return _frame({"type": "drain", "return_after_ms": return_after_ms})


def degraded(parts: list[str]) -> bytes:
    return _frame({"type": "degraded", "parts": parts})


def _frame(frame: Json) -> bytes:
    return text_frame(encode(frame))
