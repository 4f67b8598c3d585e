"""The match of a session, and the ticket by which it waits for one."""

from __future__ import annotations

from typing import Annotated

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
)


class MatchCreateRequest(Message):
    """An empty `match_id` lets the lobby choose one."""

    match_id: Annotated[String, described("Id of the new match; empty: the lobby chooses one.", "")]
    custom_data: CustomData = EMPTY_MAP


class MatchCreateResponse(Message):
    """The match that was started."""

    match_id: Annotated[
        String, described("Id of the match.", "4f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ]


class MatchInfo(Message):
    """A match of a session."""

    match_id: Annotated[
        String, described("Id of the match.", "4f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ]
    created: Annotated[Time, described("When the match was started.")]
    custom_data: CustomData = EMPTY_MAP
    ticket_ids: Annotated[
        list[String],
        described(
            "Tickets that matchmaking made the match of.", ["4f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"]
        ),
    ] = EMPTY_LIST


class MatchmakingInfo(Message):
    """The ticket by which a session waits in a queue."""

    ticket_id: Annotated[
        String,
        described(
            "Id of the ticket by which the session waits in the queue.",
            "4f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ]
    queue_id: Annotated[Maybe[String], described("The first of its queues.", "ranked-3v3")] = None
    queue_ids: Annotated[
        Maybe[list[String]], described("The queues that it waits in.", ["ranked-3v3"])
    ] = None
    profile_ids: Annotated[
        Maybe[list[String]], described("The kinds of matches that it waits for.", ["ranked"])
    ] = None
    passed_queue_time_seconds: Annotated[
        Maybe[Integer], described("How much of the time waited before counts.", 0)
    ] = None
    custom_data: CustomData = EMPTY_MAP
