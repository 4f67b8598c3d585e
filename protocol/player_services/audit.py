"""Audit of sessions and of their players: what happened, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.described import described
from protocol.player_services.types import (
    EMPTY_LIST,
    CustomData,
    Maybe,
    Message,
    Natural,
    String,
    Time,
    Uuid,
)

EventName = Annotated[String, StringConstraints(min_length=1, max_length=128)]
SessionIdText = Annotated[String, StringConstraints(min_length=1, max_length=20)]


class AuditQuery(Message):
    """Either a session or a player, or what one player did in one session."""

    session_id: Annotated[
        Maybe[SessionIdText], described("Id of the session.", "1234567890944")
    ] = None
    player_uuid: Annotated[Maybe[Uuid], described("UUID of the player.")] = None
    page_num: Annotated[Natural, described("Number of the page, from 0.", 0)] = 0
    page_size: Annotated[int, Field(ge=1, le=50), described("How many at most.", 10)] = 50
    start_date: Annotated[Maybe[Time], described("Only events at this time or later.")] = None
    end_date: Annotated[Maybe[Time], described("Only events at this time or earlier.")] = None


class AuditEvent(Message):
    """Something that happened in a session."""

    event_name: Annotated[
        String,
        described(
            "What happened; a name that a client gave begins with `customer.`.", "player_left"
        ),
    ]
    session_id: Annotated[String, described("Id of the session.", "1234567890944")]
    event_datetime: Annotated[Time, described("When it happened.")]
    reason: Annotated[Maybe[String], described("Why somebody went or it ended.", "kicked")] = None
    player_uuid: Annotated[Maybe[Uuid], described("UUID of the player whom it concerns.")] = None
    requesting_user_uuid: Annotated[Maybe[Uuid], described("UUID of the player who did it.")] = None
    custom_data: Annotated[
        Maybe[dict[str, str]],
        described("What the client that added it gave with it.", {"map": "x"}),
    ] = None


class AuditResponse(Message):
    """A page of events."""

    events: Annotated[list[AuditEvent], described("The events, the oldest first.")] = EMPTY_LIST


class CreateAuditRequest(Message):
    """An event to add."""

    event_name: Annotated[EventName, described("What happened.", "round_began")]
    session_id: Annotated[SessionIdText, described("Id of the session.", "1234567890944")]
    player_uuid: Annotated[Maybe[Uuid], described("UUID of the player whom it concerns.")] = None
    reason: Annotated[
        Maybe[Annotated[String, StringConstraints(max_length=128)]],
        described("Why, in your own words.", "time was over"),
    ] = None
    custom_data: Annotated[Maybe[CustomData], described("Data of your own.", {"map": "x"})] = None
