"""What is told between processes, and the states that watchers see, a field without a value left
out.

Every payload carries enough to be put in order by its receiver: a version, or a cursor.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import from_json

SeatStatusWord = Literal["free", "reserved", "invited", "taken"]


class SeatState(BaseModel):
    """`player` is a uuid; `until` is when a held seat falls free, in Unix seconds."""

    id: int
    team: int
    status: SeatStatusWord
    player: str | None = None
    name: str | None = None
    until: float | None = None


class InstanceState(BaseModel):
    """Where a session is played, as anybody may see it."""

    id: str
    host_type: Literal["dedicated", "player"]
    status: Literal["requested", "allocated", "pending", "joinable", "closed"]
    health: Literal["healthy", "degraded", "unhealthy", "unknown"] | None = None


class ReachableInstance(InstanceState):
    """As those who belong to the session see it: how to get there."""

    host: str | None = None
    version: str | None = None
    map: str | None = None
    mode: str | None = None
    public_conn_str: str | None = None
    private_conn_str: str | None = None
    custom_data: dict[str, str] = {}


class ListedSession(BaseModel):
    """A session as anybody may see it. `host` leads it; it is absent while nobody does. `browser`
    is what is said of it where sessions are listed, absent where it is not. `match` is an id."""

    id: str
    template: str
    host: str | None = None
    host_name: str | None = None
    name: str | None = None
    created: float
    joinable: bool
    seats: dict[str, SeatState]
    attributes: dict[str, Any]
    region: str | None = None
    browser: dict[str, str] | None = None
    instance: InstanceState | None = None
    match: str | None = None
    created_by_matchmaking: bool = False
    version: int


class SessionState(ListedSession):
    """A session as those who belong to it see it: where it is played, and the game's state."""

    location: str | None = None
    state: dict[str, Any]
    custom_data: dict[str, str] = {}
    instance: ReachableInstance | None = None


class HostState(BaseModel):
    """What guests may see of a host. `session` is the id of the live one."""

    uuid: str
    name: str | None = None
    only_friends: bool
    allow_nonames: bool
    attributes: dict[str, Any]
    session: str | None = None


PresenceStatus = Literal["online", "away", "busy", "playing", "reconnecting"]


class Person(BaseModel):
    """`since` is when they came, in Unix seconds; `name` is absent for the nameless.

    `nickname` is the first of theirs; `icon` changes whenever their picture does.
    """

    name: str | None = None
    nickname: str | None = None
    icon: str | None = None
    status: PresenceStatus
    since: float


InboxKind = Literal[
    "session_invited",
    "session_kicked",
    "session_banned",
    "session_closed",
    "seat_lapsed",
    "session_updated",
    "session_match_found",
    "session_instance_joinable",
    "entitlement_fulfilled",
    "rank_updated",
    "login_refresh",
    "login_revoked",
    "message",
]


class InboxEntry(BaseModel):
    """What somebody should know, also when they were away. A `message` is a text that somebody
    posted; `rh_url` names what to look at again, `etag` how it is tagged now for this reader."""

    kind: InboxKind
    session: str | None = None
    host: str | None = None
    message: str
    rh_url: str | None = None
    etag: str | None = None
    custom_data: dict[str, str] | None = None
    at: float


class ChatEntry(BaseModel):
    author: str
    name: str | None = None
    text: str
    at: float


class SessionEventEntry(BaseModel):
    """One line of a session's log. `version` is the session's by then: lines of several processes
    are written as they come, and read in its order. `source` is who did it, `target` to whom; `at`
    in Unix seconds."""

    code: str
    description: str = ""
    source: str | None = None
    source_number: int | None = None
    target: str | None = None
    target_number: int | None = None
    instance: str | None = None
    match: str | None = None
    platform: str | None = None
    platform_session: str | None = None
    custom_data: dict[str, str] = {}
    at: float
    version: int = 0


# Between processes


class DocumentTold(BaseModel):
    """A watched document has a new version; `outer` is what those not among `insiders` see."""

    told: Literal["document"] = "document"
    version: int
    inner: dict[str, Any] | None = None
    outer: dict[str, Any]
    insiders: list[str] | None = None


class CollectionTold(BaseModel):
    """Entries of a watched collection changed, each at its own version; null: it is gone."""

    told: Literal["collection"] = "collection"
    patch: dict[str, dict[str, Any] | None]
    versions: dict[str, int]


class LookAgain(BaseModel):
    """Something watched here was changed; read it."""

    told: Literal["look"] = "look"


class Ended(BaseModel):
    """What was watched is no more."""

    told: Literal["ended"] = "ended"
    code: str


class EntryTold(BaseModel):
    told: Literal["entry"] = "entry"
    cursor: int
    entry: dict[str, Any]


class Signalled(BaseModel):
    """Relayed to insiders, or to one of them; kept nowhere."""

    told: Literal["signal"] = "signal"
    author: str
    to: str | None
    body: dict[str, Any]


class Revoked(BaseModel):
    """Tokens of this account below the version are dead; null: the account is gone."""

    told: Literal["revoked"] = "revoked"
    account: str
    token_version: int | None = None


class Changed(BaseModel):
    """This account shows itself otherwise, as of this version of it."""

    told: Literal["changed"] = "changed"
    account: str
    version: int
    name: str | None = None
    nickname: str | None = None
    icon: str | None = None


class Excluded(BaseModel):
    """This account may no longer watch these topics."""

    told: Literal["excluded"] = "excluded"
    account: str
    topics: list[str]
    code: str


Told = Annotated[
    DocumentTold
    | CollectionTold
    | LookAgain
    | Ended
    | EntryTold
    | Signalled
    | Revoked
    | Changed
    | Excluded,
    Field(discriminator="told"),
]
TOLD: TypeAdapter[Told] = TypeAdapter(Told)


class RosterTold(BaseModel):
    """What the leases tell under `presence`."""

    epoch: str
    version: int
    patch: dict[str, dict[str, Any] | None]


ROSTER: TypeAdapter[RosterTold] = TypeAdapter(RosterTold)


def shown_person(text: str) -> dict[str, Any]:
    """A person as the roster keeps them."""
    state = from_json(text)
    assert isinstance(state, dict)
    return state
