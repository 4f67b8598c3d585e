"""Commands of the live channel (WebSocket), version 1: the frames that clients send.

Each is a JSON object with a `type` and an `id`. The frames that the server sends are in `frames`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from protocol.code_commands import SessionCode, SessionName
from protocol.codec import (
    JsonObject,
    ListedObject,
    SessionPassword,
    ShortText,
    Text,
    Uuid,
)
from protocol.command import Command as Command
from protocol.command import SessionId, either
from protocol.events import EntryName
from protocol.queue_commands import QueueAccept, QueueDecline, QueueJoin, QueueLeave
from protocol.roster import OwnStatus
from protocol.team_commands import SessionMove, SessionPermit, SessionSwap
from protocol.watch_commands import Unwatch, Watch

SUBPROTOCOL = "lobby.v1"
MOST_ASKED = 50
"""Sessions that one `session.ask` names."""

ChatText = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
Token = Annotated[str, StringConstraints(max_length=4096)]
Secret = Annotated[Text, StringConstraints(min_length=32, max_length=128)]
Uri = Annotated[
    ShortText,
    StringConstraints(
        pattern=r"^([A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)?$"
    ),
]
"""A URI (RFC 3986) with its scheme; empty: none."""
Name = Annotated[ShortText, StringConstraints(min_length=1, max_length=64)]
Reason = Annotated[ShortText, StringConstraints(max_length=200)]
LONGEST_TERM = 31_536_000
"""Seconds that somebody is kept out or banned for at most: a year. A ban may be for good."""


class Hello(Command):
    """Authentication; the first command unless the handshake carried a token.

    `token`: from a login. `anonymous`: create an account without a name. Neither: a spectator,
    who may watch public topics and nothing else.
    """

    type: Literal["hello"]
    token: Token | None = None
    anonymous: bool = False
    secret: Secret | None = None


class Refresh(Command):
    """Go on with a newer token of the same account: the connection then lasts as long as that."""

    repeatable = True
    type: Literal["refresh"]
    token: Token


class Ping(Command):
    repeatable = True
    type: Literal["ping"]


class HostSet(Command):
    """Change your settings as a host; absent fields stay as they are."""

    type: Literal["host.set"]
    only_friends: bool | None = None
    allow_nonames: bool | None = None
    attributes: ListedObject | None = None


class HostBefriend(Command):
    type: Literal["host.befriend"]
    friend: Uuid


class HostUnfriend(Command):
    type: Literal["host.unfriend"]
    friend: Uuid


class HostBan(Command):
    """Keep the guest out of your sessions: for so many seconds, or for good. The reason is for you
    alone."""

    type: Literal["host.ban"]
    guest: Uuid
    for_s: Annotated[int, Field(ge=1, le=LONGEST_TERM)] | None = None
    reason: Reason = ""


class HostUnban(Command):
    type: Literal["host.unban"]
    guest: Uuid


class SessionLaunch(Command):
    """Create the session that you host. `entry`: who comes in unasked; the older `joinable` means
    `open` or `invited`, and is not said together with it. `password`: asked of whoever is not
    invited. The `source_of_truth_key` is shown to you alone; the same command, repeated, shows it
    again."""

    type: Literal["session.launch"]
    name: Name | None = None
    entry: EntryName | None = None
    joinable: bool | None = None
    password: SessionPassword | None = None
    attributes: ListedObject = Field(default_factory=dict)


class SessionJoin(Command):
    """Take a seat: by the session's id or code, or in whatever session this host has. `friend`: a
    member whose friend you are, where friends of members may come."""

    alternatives = either("session", "host")
    type: Literal["session.join"]
    session: SessionName | None = None
    host: Uuid | None = None
    friend: Uuid | None = None
    password: SessionPassword | None = None


class SessionAsk(Command):
    """Whether you may join these sessions now. Those that there are not are left out."""

    repeatable = True
    type: Literal["session.ask"]
    sessions: Annotated[list[SessionId], Field(min_length=1, max_length=MOST_ASKED)]


class SessionLeave(Command):
    type: Literal["session.leave"]
    session: SessionId
    reason: Annotated[ShortText, StringConstraints(max_length=128)] = ""


class SessionKick(Command):
    """Free the guest's seat, or take their invitation back, and keep them out for so many seconds;
    absent: as long as the catalogue says. The reason is shown to them; `message` is the same."""

    type: Literal["session.kick"]
    session: SessionId
    guest: Uuid
    for_s: Annotated[int, Field(ge=0, le=LONGEST_TERM)] | None = None
    reason: Reason = ""
    message: Reason = ""


class SessionPardon(Command):
    """Let the guest come back who is kept out of the session."""

    type: Literal["session.pardon"]
    session: SessionId
    guest: Uuid


class SessionExcluded(Command):
    """Who is kept out of the session, until when, why, and by whom."""

    repeatable = True
    type: Literal["session.excluded"]
    session: SessionId


class SessionInvite(Command):
    type: Literal["session.invite"]
    session: SessionId
    guest: Uuid


class SessionUpdate(Command):
    """The leader's changes of a session; absent fields stay as they are. `password`: null clears
    it."""

    cleared = frozenset({"password"})
    type: Literal["session.update"]
    session: SessionId
    name: Name | None = None
    entry: EntryName | None = None
    joinable: bool | None = None
    password: SessionPassword | None = None
    location: Uri | None = None
    attributes: ListedObject | None = None
    teams_locked: bool | None = None


class SessionPush(Command):
    """Replace the game's state. Only whoever has the `source_of_truth_key` may."""

    type: Literal["session.push"]
    session: SessionId
    source_of_truth_key: ShortText
    state: JsonObject


class SessionSay(Command):
    type: Literal["session.say"]
    session: SessionId
    text: ChatText


class SessionSignal(Command):
    """A message relayed to all members, or to one of them; not stored."""

    type: Literal["session.signal"]
    session: SessionId
    to: Uuid | None = None
    body: JsonObject


class SessionClose(Command):
    type: Literal["session.close"]
    session: SessionId


class PresenceSet(Command):
    """Others see `invisible` as offline."""

    repeatable = True
    type: Literal["presence.set"]
    status: OwnStatus


Commands = (
    Hello
    | Refresh
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
    | SessionAsk
    | SessionLeave
    | SessionKick
    | SessionPardon
    | SessionExcluded
    | SessionInvite
    | SessionUpdate
    | SessionCode
    | SessionMove
    | SessionSwap
    | SessionPermit
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
