"""Sessions that are listed for everybody."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protocol.player_services.terms import (
    EMPTY,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    Positive,
    String,
)


class BrowserInfo(Message):
    custom_data: CustomData = EMPTY


class BrowserSessionInfo(Message):
    session_id: Id
    player_count: Maybe[Natural] = None
    max_player_count: Maybe[Positive] = None
    custom_data: Maybe[CustomData] = None


class BrowserResponse(Message):
    """`cursor` goes back with the next question; 0 is the end."""

    cursor: Natural
    browser_sessions: list[BrowserSessionInfo]


class BrowserQuery(Message):
    session_type: String
    cursor: Natural = 0
    page_size: Annotated[int, Field(ge=1, le=50)] = 50
    region_id: Maybe[Id] = None
