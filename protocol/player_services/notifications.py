"""What players and instances are told, as a stream to wait on and as pages to look back through."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.codec import Words
from protocol.player_services.terms import (
    EMPTY,
    NONE,
    CustomData,
    Integer,
    Maybe,
    Message,
    String,
    Time,
    Url,
    Uuid,
)

PageSize = Annotated[int, Field(ge=1, le=100)]


class NotificationCreate(Message):
    """`rh_url` says what to look at again; `message` is for people."""

    message: Annotated[String, StringConstraints(max_length=4096)]
    rh_url: Maybe[Url] = None
    custom_data: CustomData = EMPTY
    etag: Maybe[Annotated[String, StringConstraints(min_length=1)]] = None


class NotificationCreates(Message):
    notifications: Annotated[list[NotificationCreate], Field(min_length=1, max_length=100)]


class NotificationCreateResult(Message):
    """The id of the last one."""

    notification_id: String


class Notification(NotificationCreate):
    notification_id: String
    created: Time


class Notifications(Message):
    notifications: list[Notification] = NONE


class OffsetReset(StrEnum):
    """Where to begin when the place to go on from is not known."""

    LATEST = "latest"
    EARLIEST = "earliest"


class StreamQuery(Message):
    """`deadline` in seconds. An empty `exclude_before` is none."""

    max_page_size: PageSize = 10
    exclude_before: Maybe[String] = None
    offset_reset_strategy: OffsetReset = OffsetReset.LATEST
    deadline: Annotated[int, Field(ge=0, le=900)] = 30


class PageQuery(Message):
    page_size: PageSize = 10
    start_at: Maybe[String] = None
    exclude_before: Maybe[String] = None


class EntryPath(Words):
    notification_id: String


class PlayerIdEntryPath(EntryPath):
    player_id: Integer


class PlayerEntryPath(EntryPath):
    player_uuid: Uuid


class InstancePath(Words):
    instance_id: String


class InstanceEntryPath(InstancePath, EntryPath):
    pass
