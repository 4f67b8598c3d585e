"""What is played in a session, and the wait for it."""

from __future__ import annotations

from protocol.player_services.terms import EMPTY, NONE, CustomData, Message, String, Time


class MatchCreateRequest(Message):
    """An empty `match_id` asks for one."""

    match_id: String
    custom_data: CustomData = EMPTY


class MatchCreateResponse(Message):
    match_id: String


class MatchInfo(Message):
    match_id: String
    created: Time
    custom_data: CustomData = EMPTY
    ticket_ids: list[String] = NONE


class MatchmakingInfo(Message):
    ticket_id: String
    custom_data: CustomData = EMPTY
