"""A session as it is shown, and what may be asked of it as a whole."""

from __future__ import annotations

from protocol.codec import Words
from protocol.player_services.browser import BrowserInfo
from protocol.player_services.instances import InstanceInfo
from protocol.player_services.matches import MatchInfo, MatchmakingInfo
from protocol.player_services.platform_sessions import PlatformSession
from protocol.player_services.platforms import ClientSettings, CrossplayPreferences
from protocol.player_services.players import SessionPlayer
from protocol.player_services.terms import (
    EMPTY,
    NONE,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    Positive,
    String,
    Time,
)


class SessionTeam(Message):
    players: list[SessionPlayer]
    max_size: Positive
    team_id: Natural


class Session(Message):
    """`teams` holds every team in order, the empty ones too: clients count positions."""

    type: String
    session_id: Id
    instance: Maybe[InstanceInfo] = None
    match: Maybe[MatchInfo] = None
    matchmaking: Maybe[MatchmakingInfo] = None
    browser: Maybe[BrowserInfo] = None
    joinable: bool
    teams: list[SessionTeam]
    platform_session: list[PlatformSession] = NONE
    custom_data: CustomData = EMPTY
    created: Time
    region_id: Maybe[Id] = None
    created_by_matchmaking: bool = False


class SessionUpdate(Message):
    """What is absent stays."""

    region_id: Maybe[Id] = None
    custom_data: Maybe[CustomData] = None
    joinable: Maybe[bool] = None


class CreateOrJoinRequest(Message):
    client_version: String
    client_settings: ClientSettings
    crossplay_preferences: Maybe[CrossplayPreferences] = None
    session_type: String
    region_id: Maybe[Id] = None


class SessionJoinResponse(Message):
    session_id: Id


class SessionPath(Words):
    session_id: Id


class AllocationPath(Words):
    allocation_id: Id


class TtlQuery(Message):
    """Whether this counts as a sign that the session is still wanted."""

    refresh_ttl: bool = True
