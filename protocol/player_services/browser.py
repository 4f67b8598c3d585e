"""Session browser: sessions that are listed for everybody."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protocol.described import described
from protocol.player_services.types import (
    EMPTY_MAP,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    Positive,
    String,
)


class BrowserInfo(Message):
    """A session's listing in the session browser."""

    custom_data: CustomData = EMPTY_MAP


class BrowserSessionInfo(Message):
    """A session as the session browser lists it."""

    session_id: Annotated[Id, described("Id of the session.", "42")]
    player_count: Annotated[
        Maybe[Natural], described("How many players are in the session.", 3)
    ] = None
    max_player_count: Annotated[
        Maybe[Positive], described("How many players the session has room for.", 24)
    ] = None
    custom_data: Maybe[CustomData] = None


class BrowserResponse(Message):
    """`cursor` goes into the request for the next page; 0 after the last one."""

    cursor: Annotated[
        Natural,
        described("The `cursor` of the request for the next page; 0 after the last one.", 0),
    ]
    browser_sessions: Annotated[
        list[BrowserSessionInfo], described("Listed sessions, the oldest first.")
    ]


class BrowserQuery(Message):
    session_type: Annotated[String, described("Name of the session template.", "game")]
    cursor: Annotated[
        Natural,
        described("Where the page begins: the `cursor` of the page before, 0 for the first.", 0),
    ] = 0
    page_size: Annotated[int, Field(ge=1, le=50), described("How many at most.", 10)] = 50
    region_id: Annotated[
        Maybe[Id], described("Id of the region of the sessions; absent: of any.", "eu")
    ] = None
