"""Notification streams: reading pages and posting. A player's stream is their inbox.

Entries older than a day are filtered when they are read, rather than deleted: that is exact to the
second and needs no background job; the number of entries is bounded anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lobby.actions.changes import visibility
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, NotYours, SessionNotFound
from lobby.domain.notification_errors import BadId, NotificationNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.storage.inbox_rows import read_entry
from persistence.ports import Entry
from protocol import topics
from protocol.events import InboxEntry

KEPT_SECONDS = 86_400.0
"""How long a notification can be read."""
KEPT = 500
"""The most notifications of one player that are read at a time."""
LONGEST_ID = 16
"""Digits of a notification's id."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that this actor may use."""

    topic: str
    actor: Actor

    @property
    def owner(self) -> str:
        """The id of its reader: a player's uuid, or an instance."""
        return topics.split(self.topic)[1]


@dataclass(frozen=True, slots=True)
class Notification:
    id: str
    entry: InboxEntry


@dataclass(frozen=True, slots=True)
class Post:
    """A notification to be created. `link`: what to fetch again; `link_tag`: its entity tag."""

    text: str
    link: str | None = None
    link_tag: str | None = None
    custom_data: Mapping[str, str] = field(default_factory=dict)


def own(permit: Permit) -> Stream:
    return Stream(topics.inbox(permit.actor.uuid), permit.actor)


async def of_player(lobby: Lobby, permit: Permit, *, player: str) -> Stream:
    permit.require_self(player)
    if player != permit.actor.uuid:
        try:
            await lobby.accounts.get(player)
        except AccountNotFound:
            raise BadId from None
    return Stream(topics.inbox(player), permit.actor)


async def of_number(lobby: Lobby, permit: Permit, *, number: int) -> Stream:
    """By the player's older id."""
    if number == permit.actor.number:
        return own(permit)
    if not permit.outright:
        raise NotYours
    try:
        account = await lobby.accounts.claimed("number", str(number))
    except AccountNotFound:
        raise BadId from None
    return Stream(topics.inbox(account.uuid), permit.actor)


async def of_instance(lobby: Lobby, permit: Permit, *, instance: str) -> Stream:
    """Only while a session is played on the instance, and only for its host unless the permit is
    outright."""
    try:
        session = await lobby.sessions.claimed("instance", instance.lower())
    except SessionNotFound:
        raise BadId from None
    await visibility.require_not_hidden(lobby, permit, session, no=BadId)
    session.require(permit)
    return Stream(topics.instance(instance.lower()), permit.actor)


async def page(
    lobby: Lobby,
    stream: Stream,
    *,
    size: int,
    start_at: str | None = None,
    exclude_before: str | None = None,
) -> list[Notification]:
    """Newest first, from `start_at` down to `exclude_before`, exclusive. Empty if `start_at` is
    unknown; an unknown `exclude_before` is ignored."""
    head = await lobby.store.head(stream.topic)
    start = cursor(start_at) if start_at else head
    if start is None or start > head:
        return []
    end = cursor(exclude_before)
    after = max(start - size, 0 if end is None or end > head else end)
    read = await lobby.store.read(stream.topic, after=after, limit=max(start - after, 1))
    found = [entry for entry in read.entries if entry.cursor <= start]
    if start_at and (not found or found[-1].cursor != start):
        return []
    return fresh(lobby, reversed(found))


async def get(lobby: Lobby, stream: Stream, *, id: str) -> Notification:
    wanted = cursor(id)
    if wanted is not None:
        read = await lobby.store.read(stream.topic, after=wanted - 1, limit=1)
        for found in fresh(lobby, read.entries):
            if found.id == id:
                return found
    raise NotificationNotFound


async def create(lobby: Lobby, stream: Stream, *, posts: Sequence[Post]) -> str:
    """Append in this order, all or none; returns the id of the last one."""
    entries = [
        InboxEntry(
            kind="message",
            message=post.text,
            link=post.link,
            link_tag=post.link_tag,
            custom_data=dict(post.custom_data) or None,
            at=lobby.now(),
        )
        for post in posts
    ]
    return str(await lobby.inbox.put(stream.topic, *entries))


def fresh(lobby: Lobby, entries: Iterable[Entry]) -> list[Notification]:
    """Decoded entries, without those that have expired."""
    oldest = lobby.clock() - KEPT_SECONDS
    found = [Notification(str(entry.cursor), read_entry(entry.body)) for entry in entries]
    return [one for one in found if one.entry.at >= oldest]


def cursor(id: str | None) -> int | None:
    """The cursor of a notification's id; None for an invalid one."""
    ours = id is not None and id.isascii() and id.isdigit() and len(id) < LONGEST_ID
    return int(id) if id and ours and not id.startswith("0") else None
