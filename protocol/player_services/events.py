"""Event log of a session."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.described import described
from protocol.player_services.platform_sessions import PlatformSessionId
from protocol.player_services.platforms import Platform
from protocol.player_services.types import (
    EMPTY_LIST,
    EMPTY_MAP,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    Natural,
    String,
    Time,
    Uuid,
)

EventCode = Annotated[String, StringConstraints(min_length=1, max_length=256)]
EventDescription = Annotated[String, StringConstraints(max_length=4096)]
"""What happened, as text for people."""


class SessionEventCreateRequest(Message):
    """An event to add to the log of a session."""

    event_code: Annotated[
        EventCode,
        described(
            "What kind of event it is: one of the lobby's or of the game's own.", "player_joined"
        ),
    ]
    description: Annotated[
        EventDescription, described("What happened, for people.", "the round began")
    ] = ""
    custom_data: CustomData = EMPTY_MAP
    timestamp: Annotated[Time, described("When it happened.")]


class SessionEvent(Message):
    """An event in the log of a session."""

    event_code: Annotated[
        EventCode,
        described(
            "What kind of event it is: one of the lobby's or of the game's own.", "player_joined"
        ),
    ]
    description: Annotated[
        EventDescription, described("What happened, for people.", "the round began")
    ] = ""
    source_player_id: Annotated[
        Maybe[Integer], described("Number of the player who did it.", 1001)
    ] = None
    source_player_uuid: Annotated[Maybe[Uuid], described("UUID of the player who did it.")] = None
    target_player_id: Annotated[
        Maybe[Integer], described("Number of the player to whom it was done.", 1001)
    ] = None
    target_player_uuid: Annotated[
        Maybe[Uuid], described("UUID of the player to whom it was done.")
    ] = None
    instance: Annotated[
        Maybe[Id],
        described("Id of the instance at that time.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"),
    ] = None
    match: Annotated[
        Maybe[String],
        described("Id of the match at that time.", "4f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"),
    ] = None
    platform: Annotated[Maybe[Platform], described("The platform.")] = None
    platform_session_id_base64: Annotated[
        Maybe[PlatformSessionId],
        described(
            "Id of the session on its platform, in base64, standard or URL-safe.",
            "TE9CQlk6MTA5Nzc1",
        ),
    ] = None
    custom_data: CustomData = EMPTY_MAP
    timestamp: Annotated[Time, described("When it happened.")]


class SessionEvents(Message):
    """A page of a session's event log."""

    events: Annotated[list[SessionEvent], described("Events of the session, the oldest first.")] = (
        EMPTY_LIST
    )


class EventsQuery(Message):
    """`page_num` counts from 0."""

    page_num: Annotated[Natural, described("Number of the page, from 0.", 0)] = 0
    page_size: Annotated[int, Field(ge=1, le=50), described("How many at most.", 10)] = 50
