"""The sessions of platforms that stand behind one of ours."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from protocol.codec import Words
from protocol.player_services.platforms import Platform
from protocol.player_services.terms import (
    EMPTY,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    String,
    Uuid,
)

PlatformSessionId = Annotated[String, StringConstraints(min_length=1, max_length=4096)]
"""In base64, of either alphabet."""


class PlatformSessionPlayer(Message):
    player_id: Maybe[Integer] = None
    player_uuid: Uuid
    leader: bool = False


class PlatformSession(Message):
    platform: Platform
    platform_session_type: Id
    platform_session_id_base64: PlatformSessionId
    players: list[PlatformSessionPlayer]
    custom_data: CustomData = EMPTY


class PlatformSessionPath(Words):
    platform: Platform
    platform_session_id_base64: PlatformSessionId


class LinkPath(PlatformSessionPath):
    session_id: Id


class PlatformPlayerPath(PlatformSessionPath):
    player_uuid: Uuid


class PlatformPlayerQuery(Message):
    """`player_id` is an older client's, and says nothing that the path does not."""

    player_id: Maybe[Integer] = None
