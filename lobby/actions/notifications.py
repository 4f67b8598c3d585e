"""What can be done with streams of notifications: read back, be posted to.

A player's stream is their inbox. Entries older than a day are passed over when they are read,
rather than removed: that is exact to the second, touches no stream that nobody reads, and what a
stream takes up is bounded by its number of entries already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, NotYours, SessionNotFound
from lobby.domain.notification_errors import BadId, NotificationNotFound
from lobby.domain.permissions import Actor, Permit
from persistence.ports import Entry
from protocol import topics
from protocol.events import InboxEntry

KEPT_SECONDS = 86_400.0
KEPT = 500
LONGEST_ID = 16
"""Digits; no cursor has as many."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One that this actor may use."""

    topic: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Notification:
    id: str
    entry: InboxEntry


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody has to say. `url` is what to look at again, `etag` how it is tagged."""

    text: str
    url: str | None = None
    etag: str | None = None
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
    """While a session is played on it; with no more than a role, its host alone."""
    try:
        session = await lobby.sessions.claimed("instance", instance.lower())
    except SessionNotFound:
        raise BadId from None
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
    """Newest first, from `start_at` on, down to `exclude_before`, which is left out. Nothing, where
    the former is not known; an unknown end is none."""
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


async def one(lobby: Lobby, stream: Stream, *, id: str) -> Notification:
    wanted = cursor(id)
    if wanted is not None:
        read = await lobby.store.read(stream.topic, after=wanted - 1, limit=1)
        for found in fresh(lobby, read.entries):
            if found.id == id:
                return found
    raise NotificationNotFound


async def create(lobby: Lobby, stream: Stream, *, posts: Sequence[Post]) -> str:
    """In this order, all or none; the id of the last one."""
    entries = [
        InboxEntry(
            kind="message",
            message=post.text,
            rh_url=post.url,
            etag=post.etag,
            custom_data=dict(post.custom_data) or None,
            at=round(lobby.clock(), 3),
        )
        for post in posts
    ]
    return str(await lobby.notices.put(stream.topic, *entries))


def fresh(lobby: Lobby, entries: Iterable[Entry]) -> list[Notification]:
    """As they were written, but for those that are too old."""
    oldest = lobby.clock() - KEPT_SECONDS
    found = [Notification(str(e.cursor), InboxEntry.model_validate_json(e.body)) for e in entries]
    return [one for one in found if one.entry.at >= oldest]


def cursor(id: str | None) -> int | None:
    """None where it is no id of ours."""
    ours = id is not None and id.isascii() and id.isdigit() and len(id) < LONGEST_ID
    return int(id) if id and ours and not id.startswith("0") else None
