"""What has happened in a session."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.player_services.platform_sessions import PlatformSessionId
from protocol.player_services.platforms import Platform
from protocol.player_services.terms import (
    EMPTY,
    NONE,
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
Account = Annotated[String, StringConstraints(max_length=4096)]
"""What happened, in words."""


class SessionEventCreateRequest(Message):
    event_code: EventCode
    description: Account = ""
    custom_data: CustomData = EMPTY
    timestamp: Time


class SessionEvent(Message):
    event_code: EventCode
    description: Account = ""
    source_player_id: Maybe[Integer] = None
    source_player_uuid: Maybe[Uuid] = None
    target_player_id: Maybe[Integer] = None
    target_player_uuid: Maybe[Uuid] = None
    instance: Maybe[Id] = None
    match: Maybe[String] = None
    platform: Maybe[Platform] = None
    platform_session_id_base64: Maybe[PlatformSessionId] = None
    custom_data: CustomData = EMPTY
    timestamp: Time


class SessionEvents(Message):
    events: list[SessionEvent] = NONE


class EventsQuery(Message):
    """`page_num` counts from 0."""

    page_num: Natural = 0
    page_size: Annotated[int, Field(ge=1, le=50)] = 50
