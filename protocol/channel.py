"""The live channel's words, version 1: the commands that go up, and what `hello` is answered with.

Every one is a JSON object with a `type`. What comes down stands in `frames`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, TypeAdapter

from protocol.codec import LARGEST_INTEGER, Anything, Text, Uuid, Words, without_nul

SUBPROTOCOL = "lobby.v1"

CommandId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}$")]
Topic = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[a-z]+(:[0-9A-Za-z-]+)?$"),
]
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
ChatText = Annotated[
    str, StringConstraints(min_length=1, max_length=500), AfterValidator(without_nul)
]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=64)]


class Command(Words):
    """`repeatable`: harmless to do twice, so the answer is not remembered."""

    repeatable: ClassVar[bool] = False
    id: CommandId


class Hello(Command):
    """Say who you are; the first command unless the handshake carried a token.

    A `token` is what a login gave. `anonymous`: get an identity without a name. Neither: a
    spectator, who may watch public topics and do nothing.
    """

    type: Literal["hello"]
    token: Annotated[str, StringConstraints(max_length=4096)] | None = None
    anonymous: bool = False


class Known(Words):
    epoch: Annotated[str, StringConstraints(max_length=64)]
    version: Count


class Watch(Command):
    """`known` for documents, `after` for journals: what you have already."""

    repeatable = True
    type: Literal["watch"]
    topic: Topic
    known: Known | None = None
    after: Count | None = None


class Unwatch(Command):
    repeatable = True
    type: Literal["unwatch"]
    topic: Topic


class Ping(Command):
    repeatable = True
    type: Literal["ping"]


class HostSet(Command):
    """Change how you host; absent fields stay."""

    type: Literal["host.set"]
    only_friends: bool | None = None
    allow_nonames: bool | None = None
    attributes: Anything | None = None


class HostBefriend(Command):
    type: Literal["host.befriend"]
    friend: Uuid


class HostUnfriend(Command):
    type: Literal["host.unfriend"]
    friend: Uuid


class HostBan(Command):
    type: Literal["host.ban"]
    guest: Uuid


class HostUnban(Command):
    type: Literal["host.unban"]
    guest: Uuid


class SessionLaunch(Command):
    """Open your session. The reply's `source_of_truth_key` is shown this once."""

    type: Literal["session.launch"]
    name: Name | None = None
    joinable: bool = True
    attributes: Anything = Field(default_factory=dict)


class SessionJoin(Command):
    """Take a seat: by the session's id, or in whatever session this host has."""

    type: Literal["session.join"]
    session: SessionId | None = None
    host: Uuid | None = None


class SessionLeave(Command):
    type: Literal["session.leave"]
    session: SessionId


class SessionKick(Command):
    type: Literal["session.kick"]
    session: SessionId
    guest: Uuid
    message: Annotated[Text, StringConstraints(max_length=200)] = ""


class SessionInvite(Command):
    type: Literal["session.invite"]
    session: SessionId
    guest: Uuid


class SessionUpdate(Command):
    """The leader's changes; absent fields stay."""

    type: Literal["session.update"]
    session: SessionId
    name: Name | None = None
    joinable: bool | None = None
    location: Text | None = None
    attributes: Anything | None = None


class SessionPush(Command):
    """The authority's word: replaces the game's state. Only the key's holder may."""

    type: Literal["session.push"]
    session: SessionId
    source_of_truth_key: Text
    state: Anything


class SessionSay(Command):
    type: Literal["session.say"]
    session: SessionId
    text: ChatText


class SessionSignal(Command):
    """Relayed to those inside, or to one of them; kept nowhere."""

    type: Literal["session.signal"]
    session: SessionId
    to: Uuid | None = None
    body: Anything


class SessionClose(Command):
    type: Literal["session.close"]
    session: SessionId


class QueueJoin(Command):
    """Wait for a match with all who are in the session; the reply names the ticket."""

    type: Literal["queue.join"]
    session: SessionId
    queue: Annotated[Text, StringConstraints(min_length=1, max_length=128)]
    map_preferences: Annotated[list[Text], Field(max_length=64)] = Field(default_factory=list)


class QueueLeave(Command):
    type: Literal["queue.leave"]
    session: SessionId


class QueueAccept(Command):
    """You are ready for the match that was found."""

    type: Literal["queue.accept"]
    ticket: Uuid


class QueueDecline(Command):
    """You are not; those who wait with you wait no more."""

    type: Literal["queue.decline"]
    ticket: Uuid


class PresenceSet(Command):
    """`invisible` cannot be told from offline."""

    type: Literal["presence.set"]
    status: Literal["online", "away", "busy", "playing", "invisible"]


Commands = (
    Hello
    | Watch
    | Unwatch
    | Ping
    | HostSet
    | HostBefriend
    | HostUnfriend
    | HostBan
    | HostUnban
    | SessionLaunch
    | SessionJoin
    | SessionLeave
    | SessionKick
    | SessionInvite
    | SessionUpdate
    | SessionPush
    | SessionSay
    | SessionSignal
    | SessionClose
    | QueueJoin
    | QueueLeave
    | QueueAccept
    | QueueDecline
    | PresenceSet
)
COMMAND: TypeAdapter[Commands] = TypeAdapter(Annotated[Commands, Field(discriminator="type")])


class Welcome(BaseModel):
    """The result of hello. `token` only for a new anonymous identity: come back with it."""

    uuid: str | None
    name: str | None
    kind: str
    token: str | None = None
    heartbeat_ms: int
