"""Events on the bus between processes, and the states and journal entries that watchers see.

Fields without a value are left out. Each bus event carries a version or a cursor, by which its
receiver orders it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from protocol.account_events import BansChanged as BansChanged
from protocol.account_events import FriendsChanged as FriendsChanged
from protocol.account_events import ProfileChanged as ProfileChanged
from protocol.account_events import StatusChanged as StatusChanged
from protocol.account_events import TokensRevoked as TokensRevoked
from protocol.account_events import WatchRevoked as WatchRevoked
from protocol.session_views import EntryName as EntryName
from protocol.session_views import Excluded as Excluded
from protocol.session_views import InstanceState as InstanceState
from protocol.session_views import ListedSession as ListedSession
from protocol.session_views import PermitName as PermitName
from protocol.session_views import ReachableInstance as ReachableInstance
from protocol.session_views import SeatState as SeatState
from protocol.session_views import SeatStatusName as SeatStatusName
from protocol.session_views import SessionState as SessionState
from protocol.session_views import SessionView as SessionView


class HostState(BaseModel):
    """What guests may see of a host. `session` is the id of the live one."""

    uuid: str
    name: str | None = None
    only_friends: bool
    allow_nonames: bool
    attributes: dict[str, Any]
    session: str | None = None


InboxKind = Literal[
    "session_invited",
    "session_kicked",
    "session_banned",
    "session_closed",
    "session_uninvited",
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
    """A notification in an account's inbox, neutral: each door words it for its clients. `about`:
    the topic that shows more.

    `version`: the session's when this was written, `view`: which of its views this reader gets;
    both absent when the reader no longer belongs to it. `rank`, `request` (for entitlements) and
    `order` (within a request) are ids. Of kind `message`: a text that somebody posted, with the
    `link` to fetch and its entity tag, `link_tag`. `reason`: why the reader is no longer in the
    session, where that is so; `until`: until when they are kept out of it, in Unix seconds.
    """

    kind: InboxKind
    session: str | None = None
    version: int | None = None
    view: SessionView | None = None
    about: str | None = None
    host: str | None = None
    rank: int | None = None
    request: str | None = None
    order: str | None = None
    message: str
    link: str | None = None
    link_tag: str | None = None
    reason: str | None = None
    until: float | None = None
    custom_data: dict[str, str] | None = None
    at: float


class ChatEntry(BaseModel):
    author: str
    name: str | None = None
    text: str
    at: float


class SessionEventEntry(BaseModel):
    """One line of a session's event log. `version` is the session's after the event: processes
    append lines as they come, and readers sort by it. `source`: who did it; `target`: to whom;
    `at` in Unix seconds. `reason`: why the target went, or it ended; `said`: in their own words."""

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
    reason: str | None = None
    said: str | None = None
    at: float
    version: int = 0


# Events on the bus between processes


class DocumentChanged(BaseModel):
    """A document has a new version. Accounts in `insiders` see `inner`, everybody else `outer`."""

    told: Literal["document"] = "document"
    version: int
    inner: dict[str, Any] | None = None
    outer: dict[str, Any]
    insiders: list[str] | None = None


class CollectionChanged(BaseModel):
    """Entries of a collection changed, each at its own version; null removes one. `facts`: of each,
    for processes alone: they are never shown."""

    told: Literal["collection"] = "collection"
    patch: dict[str, dict[str, Any] | None]
    versions: dict[str, int]
    facts: dict[str, dict[str, Any]] | None = None


class Invalidated(BaseModel):
    """Cache invalidation: the document was changed and has to be read again."""

    told: Literal["look"] = "look"


class TopicEnded(BaseModel):
    """The topic ended: what it showed does not exist any more. `reason`: why a ticket ended."""

    told: Literal["ended"] = "ended"
    code: str
    reason: str | None = None


class EntryAppended(BaseModel):
    """A journal has a new entry."""

    told: Literal["entry"] = "entry"
    cursor: int
    entry: dict[str, Any]


class SignalSent(BaseModel):
    """A signal, relayed to all members or to one of them; not stored."""

    told: Literal["signal"] = "signal"
    author: str
    to: str | None = None
    body: dict[str, Any]


TopicEvent = (
    DocumentChanged | CollectionChanged | Invalidated | TopicEnded | EntryAppended | SignalSent
)
AccountEvent = (
    TokensRevoked | ProfileChanged | StatusChanged | WatchRevoked | BansChanged | FriendsChanged
)
BusEvent = Annotated[TopicEvent | AccountEvent, Field(discriminator="told")]
BUS_EVENT: TypeAdapter[BusEvent] = TypeAdapter(BusEvent)
