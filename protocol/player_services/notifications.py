"""Notifications of players and instances: a stream for long polls, and pages of past ones."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.types import (
    EMPTY_LIST,
    EMPTY_MAP,
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
    """`rh_url`: what to fetch again. `message`: a text for people."""

    message: Annotated[
        String,
        StringConstraints(max_length=4096),
        described("What happened, for people; at most 4,096 characters.", "You were invited."),
    ]
    rh_url: Annotated[Maybe[Url], described("What to fetch again.", "/session/v1/session/42")] = (
        None
    )
    custom_data: CustomData = EMPTY_MAP
    etag: Annotated[
        Maybe[Annotated[String, StringConstraints(min_length=1)]],
        described("Entity tag of what `rh_url` shows now.", '"7-f"'),
    ] = None


class NotificationCreates(Message):
    """Notifications to write."""

    notifications: Annotated[
        list[NotificationCreate],
        Field(min_length=1, max_length=100),
        described("What to write, in this order; at most 100."),
    ]


class NotificationCreateResult(Message):
    """The id of the last notification created."""

    notification_id: Annotated[
        String, described("Id of the last notification that was written.", "17")
    ]


class Notification(NotificationCreate):
    """A notification as it was written."""

    notification_id: Annotated[
        String, described("Id of the notification; ids grow with time.", "17")
    ]
    created: Annotated[Time, described("When the notification was written.")]


class Notifications(Message):
    """A page of notifications."""

    notifications: Annotated[
        list[Notification], described("The notifications; empty where the poll's deadline passed.")
    ] = EMPTY_LIST


class OffsetReset(StrEnum):
    """Where to begin when the cursor is unknown."""

    LATEST = "latest"
    EARLIEST = "earliest"


class StreamQuery(Message):
    """`deadline`: how long the poll may wait, in seconds. An empty `exclude_before` counts as
    absent."""

    max_page_size: Annotated[PageSize, described("How many at most.", 10)] = 10
    exclude_before: Annotated[
        Maybe[String], described("Only notifications after this id; empty counts as absent.", "17")
    ] = None
    offset_reset_strategy: Annotated[
        OffsetReset, described("Where to begin without a cursor, or with an unknown one.")
    ] = OffsetReset.LATEST
    deadline: Annotated[
        int,
        Field(ge=0, le=900),
        described("Seconds that the poll may wait for a notification.", 30),
    ] = 30


class PageQuery(Message):
    page_size: Annotated[PageSize, described("How many at most.", 10)] = 10
    start_at: Annotated[
        Maybe[String],
        described("The page begins at this id and goes back in time; absent: at the newest.", "17"),
    ] = None
    exclude_before: Annotated[
        Maybe[String], described("Only notifications after this id.", "17")
    ] = None


class EntryPath(StrictModel):
    notification_id: Annotated[
        String, described("Id of the notification; ids grow with time.", "17")
    ]


class PlayerIdEntryPath(EntryPath):
    player_id: Annotated[Integer, described("Number of the player, for older clients.", 1001)]


class PlayerEntryPath(EntryPath):
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]


class InstancePath(StrictModel):
    instance_id: Annotated[
        String, described("Id of the instance.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ]


class InstanceEntryPath(InstancePath, EntryPath):
    pass
