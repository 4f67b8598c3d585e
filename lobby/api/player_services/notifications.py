"""Notification endpoints: long poll, pages of recent ones, one by its id, send.

The same for three families of paths: players by their older id, players by uuid, instances.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from lobby.actions.notifications import long_poll, notifications
from lobby.actions.notifications.notifications import Post, Stream
from lobby.api.conditional import IfNoneMatch
from lobby.api.dialect import Call, Endpoint, Row
from lobby.api.player_services import entitlements, ranks, sessions
from lobby.api.player_services.responses import (
    CONDITIONAL,
    answer,
    gives,
    reads,
    tagged,
)
from lobby.api.player_services.tags import tag
from lobby.domain.permissions import Needs, Role, needs
from lobby.idempotency import Effect
from lobby.identity.tokens import digest
from protocol.codec import encode
from protocol.events import InboxEntry
from protocol.player_services import notifications as words
from protocol.player_services.players import PlayerIdPath, PlayerPath

LARGEST_LIST = 512 * 1024
"""Bytes of a request's body that sends a hundred notifications with the longest texts."""

SHORTEST_FAILED_POLL_SECONDS = 4.0
"""How long a long poll lasts at least before it fails: a client whose poll fails within three
seconds does not poll again before its next login."""

Whose = Callable[[Call, Any], Awaitable[Stream]]
"""Which stream a path names, if the caller may use it."""


async def mine(call: Call, path: object) -> Stream:
    return notifications.own(call.permit)


async def of_player(call: Call, path: PlayerPath | words.PlayerEntryPath) -> Stream:
    return await notifications.of_player(call.lobby, call.permit, player=path.player_uuid)


async def of_number(call: Call, path: PlayerIdPath | words.PlayerIdEntryPath) -> Stream:
    return await notifications.of_number(call.lobby, call.permit, number=path.player_id)


async def of_instance(call: Call, path: words.InstancePath) -> Stream:
    return await notifications.of_instance(call.lobby, call.permit, instance=path.instance_id)


def poll(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, query: words.StreamQuery, path: object = None) -> Response:
        """Long poll: wait for notifications, oldest first; an empty list at the deadline."""
        stream = await whose(call, path)
        asked = long_poll.Poll(
            size=query.max_page_size,
            after=query.exclude_before,
            earliest=query.offset_reset_strategy is words.OffsetReset.EARLIEST,
            deadline=query.deadline,
            client=client(call),
            gone=lambda: gone(call),
        )
        return answer(listed(stream, await long_poll.wait(call.lobby, stream, asked)))

    endpoint.__name__ = f"poll_{whose.__name__}"
    return endpoint


def look_back(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, query: words.PageQuery, path: object = None) -> Response:
        """Recent notifications, newest first."""
        stream = await whose(call, path)
        found = await notifications.page(
            call.lobby,
            stream,
            size=query.page_size,
            start_at=query.start_at,
            exclude_before=query.exclude_before,
        )
        said = listed(stream, found)
        return tagged(call, said, f'"{digest(encode(said).decode())[:20]}"')

    endpoint.__name__ = f"look_back_{whose.__name__}"
    return endpoint


def read(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, path: words.EntryPath) -> Response:
        """One notification."""
        stream = await whose(call, path)
        found = await notifications.get(call.lobby, stream, id=path.notification_id)
        return answer(notification(stream, found))

    endpoint.__name__ = f"read_{whose.__name__}"
    return endpoint


def send(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, body: words.NotificationCreates, path: object) -> Response:
        """Send notifications, in this order; the id is the last one's."""
        posts = [
            Post(one.message, link=one.rh_url, link_tag=one.etag, custom_data=one.custom_data)
            for one in body.notifications
        ]
        id = await notifications.create(call.lobby, await whose(call, path), posts=posts)
        return answer(words.NotificationCreateResult(notification_id=id))

    endpoint.__name__ = f"send_{whose.__name__}"
    return endpoint


async def send_again(call: Call, effect: Effect, **said: object) -> Response:
    return answer(words.NotificationCreateResult(notification_id=str(effect.number)))


def client(call: Call) -> str:
    """A key for the client: the digest of its token."""
    request = call.request
    return digest(request.headers.get("authorization") or request.headers.get("cookie", ""))


async def gone(call: Call) -> None:
    """Return when the client has disconnected."""
    while (await call.request.receive())["type"] != "http.disconnect":
        pass


def listed(stream: Stream, found: Iterable[notifications.Notification]) -> words.Notifications:
    return words.Notifications(notifications=[notification(stream, one) for one in found])


def notification(stream: Stream, one: notifications.Notification) -> words.Notification:
    """A notification in this document's form. Of the lobby's own the message is the kind."""
    entry = one.entry
    posted = entry.kind == "message"
    more = {"reason": entry.reason, "until": entry.until and f"{entry.until:.3f}"}
    return words.Notification(
        notification_id=one.id,
        created=datetime.fromtimestamp(entry.at, UTC),
        message=entry.message if posted else entry.kind,
        rh_url=entry.link if posted else address(stream, entry),
        etag=entry.link_tag if posted else tag_of(entry),
        custom_data={**(entry.custom_data or {}), **{n: v for n, v in more.items() if v}},
    )


def address(stream: Stream, entry: InboxEntry) -> str | None:
    """The path of what the entry is about, for the client to read again."""
    if entry.session is not None:
        return sessions.PATH.format(session_id=entry.session)
    if entry.rank is not None:
        return f"{ranks.THEIRS.format(player_uuid=stream.owner)}/{entry.rank}"
    if entry.order is not None:
        return entitlements.ORDER.format(whose=stream.owner, order_id=entry.order)
    if entry.request is not None:
        return f"{entitlements.PATH.format(whose=stream.owner)}/request/{entry.request}"
    return None


def tag_of(entry: InboxEntry) -> str | None:
    """The session's ETag at the entry's version, in the reader's view."""
    if entry.version is None:
        return None
    return tag(entry.version, full=entry.view == "inside")


def poll_row(path: str, whose: Whose, who: Needs, model: type[BaseModel] | None) -> Row:
    refused = [400] if model else []
    endpoint, says = poll(whose), gives(words.Notifications, *refused)
    path += "/stream/notification/lp"
    return Row(
        "GET",
        path,
        endpoint,
        who,
        says,
        path=model,
        query=words.StreamQuery,
        failure_delay=SHORTEST_FAILED_POLL_SECONDS,
        uncounted=True,
    )


def page_row(path: str, whose: Whose, who: Needs, model: type[BaseModel] | None) -> Row:
    refused = [400] if model else []
    return Row(
        "GET",
        path + "/notification",
        look_back(whose),
        who,
        reads(words.Notifications, *refused),
        path=model,
        query=words.PageQuery,
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    )


def send_row(path: str, whose: Whose, who: Needs, model: type[BaseModel]) -> Row:
    return Row(
        "POST",
        path + "/notification",
        send(whose),
        who,
        gives(words.NotificationCreateResult, 400, 413),
        path=model,
        takes=words.NotificationCreates,
        largest=LARGEST_LIST,
        again=send_again,
    )


def entry_row(path: str, whose: Whose, who: Needs, model: type[BaseModel]) -> Row:
    refused = [404] if whose is mine else [400, 404]
    path += "/notification/{notification_id}"
    return Row("GET", path, read(whose), who, gives(words.Notification, *refused), path=model)


def family(name: str, given: str, whose: Whose, path: Any, entry_path: Any) -> list[Row]:
    """Of players, who may read what is their own."""
    me, one = f"/notification/v1/{name}/me", f"/notification/v1/{name}/{given}"
    every = f"notification:{name}:*"
    reader = needs(f"notification:{name}:read", every, own=f"notification:{name}:self:read")
    return [
        poll_row(me, mine, reader, None),
        poll_row(one, whose, reader, path),
        page_row(me, mine, reader, None),
        page_row(one, whose, reader, path),
        send_row(one, whose, needs(f"notification:{name}:write", every), path),
        entry_row(me, mine, reader, words.EntryPath),
        entry_row(one, whose, reader, entry_path),
    ]


INSTANCE = "/notification/v1/instance/{instance_id}"
EVERY = "notification:instance:*"
HOST = needs("notification:instance:read", EVERY, own="session:instance:health", role=Role.HOST)
"""Who reports an instance's health may read its notifications: its host."""

rows = [
    *family("playerid", "{player_id}", of_number, PlayerIdPath, words.PlayerIdEntryPath),
    *family("player", "{player_uuid}", of_player, PlayerPath, words.PlayerEntryPath),
    poll_row(INSTANCE, of_instance, HOST, words.InstancePath),
    page_row(INSTANCE, of_instance, HOST, words.InstancePath),
    send_row(
        INSTANCE, of_instance, needs("notification:instance:write", EVERY), words.InstancePath
    ),
    entry_row(INSTANCE, of_instance, HOST, words.InstanceEntryPath),
]
