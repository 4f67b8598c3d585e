"""What comes down the live channel, version 1: answers and events.

Every frame is a JSON object with a `type`, or a list of such objects.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter


class Reply(BaseModel):
    type: Literal["reply"] = "reply"
    re: str
    result: dict[str, Any]


class Refusal(BaseModel):
    """`re` is null when the command's id could not be read. `retry_after` is in seconds."""

    type: Literal["refusal"] = "refusal"
    re: str | None
    code: str
    message: str
    retry_after: float | None = None


class State(BaseModel):
    type: Literal["state"] = "state"
    topic: str
    epoch: str
    version: int
    state: dict[str, Any]


class Unchanged(BaseModel):
    type: Literal["unchanged"] = "unchanged"
    topic: str
    epoch: str
    version: int


class Patch(BaseModel):
    """A merge patch (RFC 7396) from the state at `since` to the state at `version`."""

    type: Literal["patch"] = "patch"
    topic: str
    since: int
    version: int
    patch: dict[str, Any]


class Ended(BaseModel):
    """This topic will say nothing more to you."""

    type: Literal["ended"] = "ended"
    topic: str
    code: str


class Entry(BaseModel):
    type: Literal["entry"] = "entry"
    topic: str
    cursor: int
    entry: dict[str, Any]


class Trimmed(BaseModel):
    """Entries after the cursor you named are no longer kept; the oldest kept follow."""

    type: Literal["trimmed"] = "trimmed"
    topic: str


class Signal(BaseModel):
    type: Literal["signal"] = "signal"
    topic: str
    author: str
    body: dict[str, Any]


class Drain(BaseModel):
    """This process is about to stop: come back after this time, to another."""

    type: Literal["drain"] = "drain"
    return_after_ms: int


Frames = Reply | Refusal | State | Unchanged | Patch | Ended | Entry | Trimmed | Signal | Drain
FRAME: TypeAdapter[Frames] = TypeAdapter(Annotated[Frames, Field(discriminator="type")])
