"""Platform sessions: sessions on the players' platforms that are linked to one of ours."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.platforms import Platform
from protocol.player_services.types import (
    EMPTY_MAP,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    String,
    Uuid,
)

PlatformSessionId = Annotated[String, StringConstraints(min_length=1, max_length=4096)]
"""Base64, standard or URL-safe."""


class PlatformSessionPlayer(Message):
    """A member who plays on the platform."""

    player_id: Annotated[
        Maybe[Integer], described("Number of the player, for older clients.", 1001)
    ] = None
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    leader: Annotated[bool, described("Whether the player leads the session.")] = False


class PlatformSession(Message):
    """A session on a platform that is linked to one of ours."""

    platform: Annotated[Platform, described("The platform.")]
    platform_session_type: Annotated[
        Id, described("What the platform calls sessions of this kind.", "lobby")
    ]
    platform_session_id_base64: Annotated[
        PlatformSessionId,
        described(
            "Id of the session on its platform, in base64, standard or URL-safe.",
            "TE9CQlk6MTA5Nzc1",
        ),
    ]
    players: Annotated[
        list[PlatformSessionPlayer],
        described("Members of the linked session who play on that platform."),
    ]
    custom_data: CustomData = EMPTY_MAP


class PlatformSessionPath(StrictModel):
    platform: Annotated[Platform, described("The platform of the platform session.", "Steam")]
    platform_session_id_base64: Annotated[
        PlatformSessionId,
        described(
            "Id of the session on its platform, in base64, standard or URL-safe.",
            "TE9CQlk6MTA5Nzc1",
        ),
    ]


class LinkPath(PlatformSessionPath):
    session_id: Annotated[Id, described("Id of the session.", "42")]


class PlatformPlayerPath(PlatformSessionPath):
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]


class PlatformPlayerQuery(Message):
    """`player_id` is sent by older clients; the path already names the player."""

    player_id: Annotated[
        Maybe[Integer], described("Number of the player, for older clients.", 1001)
    ] = None
