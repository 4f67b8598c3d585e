"""The result of `hello`, the first command of the live channel."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

AccountKind = Literal["user", "host", "player", "anonymous", "spectator"]


class WelcomeLimits(BaseModel):
    """Of one connection: commands a second and at once, bytes of a message, topics watched,
    commands that wait for their answer, refusals before it is closed."""

    commands_per_second: float
    commands_burst: int
    message_bytes: int
    topics: int
    waiting: int
    refusals: int


class Welcome(BaseModel):
    """The result of hello. Come back with `token`, where there is one; `expires_in` is how long it
    lasts, in seconds. `at` is the server's time, `server` the program and its version."""

    uuid: str | None = None
    name: str | None = None
    kind: AccountKind
    token: str | None = None
    heartbeat_ms: int
    grace_ms: int
    at: float
    expires_in: float | None = None
    server: str
    limits: WelcomeLimits
