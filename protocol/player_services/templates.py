"""What kinds of session a game has."""

from __future__ import annotations

from protocol.codec import Words
from protocol.player_services.instances import InstanceStartupParams
from protocol.player_services.platforms import Platform, PlatformID
from protocol.player_services.terms import (
    EMPTY,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    Positive,
    String,
)


class PlatformSessionTemplate(Message):
    platform_id: PlatformID
    platform: Platform
    platform_session_type: Id
    max_players: Maybe[Positive] = None
    custom_data: CustomData = EMPTY


class SessionTemplate(Message):
    session_type: String
    engine_session_type: String = "Game"
    can_join_matchmaking: bool = False
    can_be_created_by_players_directly: bool = False
    joinable: bool = False
    auto_add_to_browser: bool = False
    auto_browser_params: dict[str, String] = EMPTY
    can_be_added_to_server_browser: bool = False
    keep_alive_on_empty: bool = False
    platform_templates: dict[str, PlatformSessionTemplate] = EMPTY
    auto_startup_params: Maybe[InstanceStartupParams] = None
    min_session_count: Integer = 0
    custom_data: CustomData = EMPTY
    num_teams: Positive = 1
    players_per_team: Positive = 4
    can_change_own_team: bool = True


class SessionTemplates(Message):
    templates: dict[str, SessionTemplate] = EMPTY


class TemplatePath(Words):
    session_type: String
