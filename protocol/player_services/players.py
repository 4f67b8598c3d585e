"""Members of a session, and the sessions of a player."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.codec import SessionPassword, StrictModel
from protocol.described import described
from protocol.player_services.permits import IntraSessionPermission
from protocol.player_services.platforms import ClientSettings, CrossplayPreferences
from protocol.player_services.types import (
    EMPTY_LIST,
    EMPTY_MAP,
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
    """The player of a reserved seat has not been notified of it yet."""

    LEADER = "leader"
    MEMBER = "member"
    INVITED = "invited"
    RESERVED = "reserved"


class SessionPlayerUpdateRequest(Message):
    """Without a status the present one stays, whatever the default is; `model_fields_set` tells
    whether it was given."""

    status: Annotated[
        SessionPlayerStatus,
        described("How the player is to belong to the session; absent: as now."),
    ] = SessionPlayerStatus.MEMBER
    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]
    custom_data: CustomData = EMPTY_MAP


FriendUuid = Annotated[
    Maybe[Uuid],
    described("UUID of a member whose friend the caller is, where members' friends may come."),
]


GuestPassword = Annotated[
    Maybe[SessionPassword],
    described("The session's password, where it asks for one.", "sesame"),
]


class SelfSessionPlayerUpdateRequest(Message):
    """The same for the caller, with the client's version and platform, which have to be compatible
    with those of the members."""

    status: Annotated[
        SessionPlayerStatus,
        described("How the caller is to belong to the session; absent: as now."),
    ] = SessionPlayerStatus.MEMBER
    client_version: Annotated[
        String,
        described(
            "Version of the game client; it has to be compatible with the members'.", "1.4.2"
        ),
    ]
    client_settings: Annotated[ClientSettings, described("The client's platform and input device.")]
    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]
    crossplay_preferences: Annotated[
        Maybe[CrossplayPreferences],
        described("Platforms and input devices to play with; absent: any."),
    ] = None
    custom_data: CustomData = EMPTY_MAP
    friend_uuid: FriendUuid = None
    password: GuestPassword = None


class SessionPlayerUpdateResponse(Message):
    """A player's place in the session after the change."""

    status: Annotated[SessionPlayerStatus, described("How the player belongs to the session now.")]
    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]
    custom_data: CustomData = EMPTY_MAP


class SessionPlayer(Message):
    """A player of a session."""

    player_id: Annotated[
        Maybe[Integer], described("Number of the player, for older clients.", 1001)
    ] = None
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    status: Annotated[SessionPlayerStatus, described("How the player belongs to the session.")]
    inviting_player_uuid: Annotated[
        Maybe[Uuid], described("UUID of the player who sent the invitation.")
    ] = None
    custom_data: CustomData = EMPTY_MAP
    version: Annotated[
        Maybe[Version], described("Version of the player's game client.", "1.4.2")
    ] = None
    client_settings: Annotated[
        Maybe[ClientSettings], described("The client's platform and input device.")
    ] = None
    crossplay_preferences: Annotated[
        Maybe[CrossplayPreferences],
        described("Platforms and input devices to play with; absent: any."),
    ] = None
    invited: Annotated[
        Maybe[Time], described("When the player was invited; absent for who was not.")
    ] = None
    joined: Annotated[
        Maybe[Time], described("When the player became a member; absent for who was only invited.")
    ] = None
    session_permissions: Annotated[
        Maybe[list[IntraSessionPermission]],
        described("What the player was given to do to others; absent where nothing.", ["kick"]),
    ] = None


class PlayerSessionInvite(Message):
    """An invitation to a session."""

    session_id: Annotated[Id, described("Id of the session.", "42")]
    inviting_player_uuid: Annotated[
        Maybe[Uuid], described("UUID of the player who sent the invitation.")
    ] = None


class PlayerSession(Message):
    """A player's sessions of one type, without duplicates."""

    type: Annotated[String, described("Name of the session template.", "game")]
    session_ids: Annotated[
        list[Id],
        Field(json_schema_extra={"uniqueItems": True}),
        described("Ids of the sessions that the player is in.", ["42"]),
    ] = EMPTY_LIST
    pending_invites: Annotated[
        dict[str, PlayerSessionInvite],
        described("Invitations that wait for an answer, by the id of their session."),
    ] = EMPTY_MAP


class PlayerSessions(Message):
    """The sessions and invitations of a player."""

    sessions: Annotated[
        dict[str, PlayerSession],
        described("The player's sessions, by the name of their session template."),
    ] = EMPTY_MAP
    last_updated_timestamp: Annotated[
        Maybe[Time], described("When the memberships last changed.")
    ] = None


class ConnectionInfo(Message):
    """The address that the caller's request came from."""

    ip: Annotated[str, described("IP address that the request came from.", "203.0.113.7")]


class LeavingQuery(Message):
    """Why the caller leaves, in their own words."""

    reason: Annotated[
        String,
        StringConstraints(max_length=128),
        described("Why you leave, in your own words.", "I am tired"),
    ] = ""


class KickQuery(Message):
    reason: Annotated[
        Maybe[Annotated[String, StringConstraints(max_length=200)]],
        described(
            "Why the player is removed, which they are shown; at most 200 characters.", "griefing"
        ),
    ] = None


class PardonRequest(Message):
    """Whom the session keeps out no more."""

    player_uuid: Annotated[Uuid, described("UUID of the player.")]


class PlayerPath(StrictModel):
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]


class PlayerIdPath(StrictModel):
    player_id: Annotated[Integer, described("Number of the player, for older clients.", 1001)]


class SeatPath(PlayerPath):
    session_id: Annotated[Id, described("Id of the session.", "42")]


class SeatIdPath(PlayerIdPath):
    session_id: Annotated[Id, described("Id of the session.", "42")]
