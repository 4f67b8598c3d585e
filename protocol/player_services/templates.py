"""Session templates: the kinds of session that a game has."""

from __future__ import annotations

from typing import Annotated

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.instances import InstanceStartupParams
from protocol.player_services.platforms import Platform, PlatformID
from protocol.player_services.types import (
    EMPTY_MAP,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    Positive,
    String,
)


class PlatformSessionTemplate(Message):
    """How sessions of a type look on a platform."""

    platform_id: Annotated[
        PlatformID,
        described("Number of the platform, for older clients; `platform` takes precedence."),
    ]
    platform: Annotated[Platform, described("The platform.")]
    platform_session_type: Annotated[
        Id, described("What the platform calls sessions of this kind.", "lobby")
    ]
    max_players: Annotated[
        Maybe[Positive], described("How many players the platform session has room for.", 4)
    ] = None
    custom_data: CustomData = EMPTY_MAP


class SessionTemplate(Message):
    """A session template: a type of session, and its rules."""

    session_type: Annotated[String, described("Name of the session template.", "game")]
    engine_session_type: Annotated[
        String, described("What the game engine calls sessions of this type.", "Game")
    ] = "Game"
    can_join_matchmaking: Annotated[
        bool, described("Whether sessions of this type may join a queue.")
    ] = False
    can_be_created_by_players_directly: Annotated[
        bool, described("Whether players may create sessions of this type.")
    ] = False
    joinable: Annotated[
        bool, described("Whether players join a session that is there before a new one is created.")
    ] = False
    auto_add_to_browser: Annotated[
        bool, described("Whether a new session is listed in the session browser at once.")
    ] = False
    auto_browser_params: Annotated[
        dict[str, String], described("Custom data of that listing.", {"kind": "social"})
    ] = EMPTY_MAP
    can_be_added_to_server_browser: Annotated[
        bool, described("Whether a leader may list the session in the session browser.")
    ] = False
    keep_alive_on_empty: Annotated[
        bool, described("Whether a session goes on when its last member leaves.")
    ] = False
    platform_templates: Annotated[
        dict[str, PlatformSessionTemplate],
        described("How sessions look on the players' platforms, by the platform's name."),
    ] = EMPTY_MAP
    auto_startup_params: Annotated[
        Maybe[InstanceStartupParams],
        described("With these a dedicated instance is requested when a session is created."),
    ] = None
    min_session_count: Annotated[
        Integer, described("How many sessions of this type the lobby keeps open in each region.", 0)
    ] = 0
    custom_data: CustomData = EMPTY_MAP
    num_teams: Annotated[Positive, described("How many teams a session has.", 2)] = 1
    players_per_team: Annotated[
        Positive, described("How many players each team has room for.", 4)
    ] = 4
    can_change_own_team: Annotated[
        bool, described("Whether members may move themselves to another team.")
    ] = True


class SessionTemplates(Message):
    """Every session template."""

    templates: Annotated[
        dict[str, SessionTemplate], described("The session templates, by name.")
    ] = EMPTY_MAP


class TemplatePath(StrictModel):
    session_type: Annotated[String, described("Name of the session template.", "game")]
