"""Notifications of players and of instances: to wait for, to look back through, to send.

The same for three families of paths: players by their older id, players by uuid, instances.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from lobby.actions import notifications, polls
from lobby.actions.notifications import Post, Stream
from lobby.api.dialect import Call, Endpoint, IfNoneMatch, Row
from lobby.api.player_services.answers import TAGGED, answer, gives, reads, tagged
from lobby.domain.permissions import Needs, Role, needs
from lobby.tokens import digest
from protocol.codec import encode
from protocol.player_services import notifications as words
from protocol.player_services.players import PlayerIdPath, PlayerPath

LARGEST_LIST = 512 * 1024
"""A hundred notifications with the longest texts."""

SLOWEST_TO_GIVE_UP = 4.0
"""Seconds. A client whose poll fails within three does not poll again before its next login."""

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
        """Wait for notifications: oldest first, none when the deadline has come."""
        stream = await whose(call, path)
        asked = polls.Poll(
            size=query.max_page_size,
            after=query.exclude_before,
            earliest=query.offset_reset_strategy is words.OffsetReset.EARLIEST,
            deadline=query.deadline,
            client=client(call),
            gone=lambda: gone(call),
        )
        return answer(listed(await polls.wait(call.lobby, stream, asked)))

    endpoint.__name__ = f"poll_{whose.__name__}"
    return endpoint


def look_back(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, query: words.PageQuery, path: object = None) -> Response:
        """Recent notifications, newest first."""
        found = await notifications.page(
            call.lobby,
            await whose(call, path),
            size=query.page_size,
            start_at=query.start_at,
            exclude_before=query.exclude_before,
        )
        said = listed(found)
        return tagged(call, said, f'"{digest(encode(said).decode())[:20]}"')

    endpoint.__name__ = f"look_back_{whose.__name__}"
    return endpoint


def read(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, path: words.EntryPath) -> Response:
        """One notification."""
        stream = await whose(call, path)
        found = await notifications.one(call.lobby, stream, id=path.notification_id)
        return answer(notification(found))

    endpoint.__name__ = f"read_{whose.__name__}"
    return endpoint


def send(whose: Whose) -> Endpoint:
    async def endpoint(call: Call, body: words.NotificationCreates, path: object) -> Response:
        """Send notifications, in this order; the id is the last one's."""
        posts = [
            Post(one.message, url=one.rh_url, etag=one.etag, custom_data=one.custom_data)
            for one in body.notifications
        ]
        id = await notifications.create(call.lobby, await whose(call, path), posts=posts)
        return answer(words.NotificationCreateResult(notification_id=id))

    endpoint.__name__ = f"send_{whose.__name__}"
    return endpoint


def client(call: Call) -> str:
    """By its token, wherever it carries it."""
    request = call.request
    return digest(request.headers.get("authorization") or request.headers.get("cookie", ""))


async def gone(call: Call) -> None:
    """Return when the client does not wait for the answer any more."""
    while (await call.request.receive())["type"] != "http.disconnect":
        pass


def listed(found: Iterable[notifications.Notification]) -> words.Notifications:
    return words.Notifications(notifications=[notification(one) for one in found])


def notification(one: notifications.Notification) -> words.Notification:
    """Of what we say ourselves, clients of this document get the kind: it is no text of theirs."""
    entry = one.entry
    return words.Notification(
        notification_id=one.id,
        created=datetime.fromtimestamp(entry.at, UTC),
        message=entry.message if entry.kind == "message" else entry.kind,
        rh_url=entry.rh_url,
        etag=entry.etag,
        custom_data=entry.custom_data or {},
    )


def polled(path: str, whose: Whose, who: Needs, model: type[BaseModel] | None) -> Row:
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
        unhurried=SLOWEST_TO_GIVE_UP,
    )


def paged(path: str, whose: Whose, who: Needs, model: type[BaseModel] | None) -> Row:
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
        headers=TAGGED,
    )


def sent(path: str, whose: Whose, who: Needs, model: type[BaseModel]) -> Row:
    return Row(
        "POST",
        path + "/notification",
        send(whose),
        who,
        gives(words.NotificationCreateResult, 400, 413),
        path=model,
        takes=words.NotificationCreates,
        largest=LARGEST_LIST,
    )


def single(path: str, whose: Whose, who: Needs, model: type[BaseModel]) -> Row:
    refused = [404] if whose is mine else [400, 404]
    path += "/notification/{notification_id}"
    return Row("GET", path, read(whose), who, gives(words.Notification, *refused), path=model)


def family(name: str, given: str, whose: Whose, path: Any, entry_path: Any) -> list[Row]:
    """Of players, who may read what is their own."""
    me, one = f"/notification/v1/{name}/me", f"/notification/v1/{name}/{given}"
    every = f"notification:{name}:*"
    reader = needs(f"notification:{name}:read", every, own=f"notification:{name}:self:read")
    return [
        polled(me, mine, reader, None),
        polled(one, whose, reader, path),
        paged(me, mine, reader, None),
        paged(one, whose, reader, path),
        sent(one, whose, needs(f"notification:{name}:write", every), path),
        single(me, mine, reader, words.EntryPath),
        single(one, whose, reader, entry_path),
    ]


INSTANCE = "/notification/v1/instance/{instance_id}"
EVERY = "notification:instance:*"
HOST = needs("notification:instance:read", EVERY, own="session:instance:health", role=Role.HOST)
"""Whoever may report how an instance does reads what is said to it, where they host it."""

rows = [
    *family("playerid", "{player_id}", of_number, PlayerIdPath, words.PlayerIdEntryPath),
    *family("player", "{player_uuid}", of_player, PlayerPath, words.PlayerEntryPath),
    polled(INSTANCE, of_instance, HOST, words.InstancePath),
    paged(INSTANCE, of_instance, HOST, words.InstancePath),
    sent(INSTANCE, of_instance, needs("notification:instance:write", EVERY), words.InstancePath),
    single(INSTANCE, of_instance, HOST, words.InstanceEntryPath),
]
