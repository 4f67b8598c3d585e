"""Who is in a session, and which sessions somebody is in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from protocol.codec import Words
from protocol.player_services.platforms import ClientSettings, CrossplayPreferences
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
    Version,
)


class SessionPlayerStatus(StrEnum):
    """A reserved seat's player does not know of it yet."""

    LEADER = "leader"
    MEMBER = "member"
    INVITED = "invited"
    RESERVED = "reserved"


class SessionPlayerUpdateRequest(Message):
    """A status that was not said keeps the present one, whatever its default says;
    `model_fields_set` tells the two apart."""

    status: SessionPlayerStatus = SessionPlayerStatus.MEMBER
    team_id: Natural
    custom_data: CustomData = EMPTY


class SelfSessionPlayerUpdateRequest(Message):
    """As when another player is seated, and what has to suit those who are there already."""

    status: SessionPlayerStatus = SessionPlayerStatus.MEMBER
    client_version: String
    client_settings: ClientSettings
    team_id: Natural
    crossplay_preferences: Maybe[CrossplayPreferences] = None
    custom_data: CustomData = EMPTY


class SessionPlayerUpdateResponse(Message):
    status: SessionPlayerStatus
    team_id: Natural
    custom_data: CustomData = EMPTY


class SessionPlayer(Message):
    player_id: Maybe[Integer] = None
    player_uuid: Uuid
    status: SessionPlayerStatus
    inviting_player_uuid: Maybe[Uuid] = None
    custom_data: CustomData = EMPTY
    version: Maybe[Version] = None
    client_settings: Maybe[ClientSettings] = None
    crossplay_preferences: Maybe[CrossplayPreferences] = None
    invited: Maybe[Time] = None
    joined: Maybe[Time] = None


class PlayerSessionInvite(Message):
    session_id: Id
    inviting_player_uuid: Maybe[Uuid] = None


class PlayerSession(Message):
    """Those of one type; none is named twice."""

    type: String
    session_ids: Annotated[list[Id], Field(json_schema_extra={"uniqueItems": True})] = NONE
    pending_invites: dict[str, PlayerSessionInvite] = EMPTY


class PlayerSessions(Message):
    sessions: dict[str, PlayerSession] = EMPTY
    last_updated_timestamp: Maybe[Time] = None


class ConnectionInfo(Message):
    """Where the caller is seen to come from."""

    ip: str


class PlayerPath(Words):
    player_uuid: Uuid


class PlayerIdPath(Words):
    player_id: Integer


class SeatPath(PlayerPath):
    session_id: Id


class SeatIdPath(PlayerIdPath):
    session_id: Id
