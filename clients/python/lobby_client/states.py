"""What a game sees of the connection: who it is, whether it is live, and why it is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from lobby_client.errors import Refused

S = TypeVar("S")
Frame = dict[str, Any]
Phase = Literal["idle", "connecting", "live", "waiting", "closed"]
TopicStatus = Literal["asking", "live", "stale", "ended"]
Retry = Literal["safe", "never"]
Log = Callable[[str, Mapping[str, Any]], object]
TokenProvider = Callable[[bool], Awaitable[str | None] | str | None]
"""Asked when there is no token (False) and when the last one has expired (True). None: none is to
be had. Where it raises, it is asked again later; `Unauthorized` closes the client."""
Token = str | TokenProvider


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a connection ended. Codes are those of the channel; 1006: it broke. `refusal`: what the
    lobby said before it closed."""

    code: int
    reason: str
    by: Literal["us", "server", "network"]
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """`kind`: `user`, `host`, `player`, `anonymous` or `spectator`, which alone has no `uuid`."""

    kind: str
    uuid: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """`identity` and `resumed` (it is the one of the connection before) while it is live; `attempt`
    while it is not; `until`, in Unix seconds, and `why` while it waits; `why` once it is closed."""

    phase: Phase = "idle"
    identity: Identity | None = None
    resumed: bool = False
    attempt: int = 0
    until: float | None = None
    why: Closing | None = None


class Signal(NamedTuple):
    """What a member of `session` sent to those who watch it."""

    session: str
    author: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """`paths`: where `state` changed, each as keys from the top; `[()]` for the whole."""

    state: S
    paths: Sequence[tuple[str, ...]]
    whole: bool


class SecretStore(Protocol):
    """Where the secret of an anonymous identity is kept: 32 to 128 characters, made by the client.
    Both may be coroutines. What they raise is told as `error`; the identity then lasts as long as
    the client."""

    def load(self) -> Awaitable[str | None] | str | None: ...

    def save(self, secret: str, /) -> Awaitable[object] | object: ...
