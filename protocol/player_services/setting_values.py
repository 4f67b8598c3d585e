"""Setting values of players, by key. The player services document has only their types; clients
read and write values too."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from protocol.codec import Json
from protocol.described import described
from protocol.player_services.settings import SettingTypePath
from protocol.player_services.types import (
    Integer,
    Message,
    String,
    Uuid,
)


class SetSinglePlayerSettingRequest(Message):
    """`v`: the version of the setting type."""

    v: Annotated[Integer, described("Number of the version of the setting type.", 1)]
    value: Annotated[Json, described("The game's own value: any JSON.", {"sensitivity": 0.7})]


class SettingData(Message):
    """A stored value, and the version of its setting type."""

    v: Annotated[Integer, described("Number of the version of the setting type.", 1)]
    value: Annotated[Any, described("The game's own value: any JSON.", {"sensitivity": 0.7})]


class KeyPath(SettingTypePath):
    key: Annotated[
        String,
        StringConstraints(min_length=1, max_length=256),
        described("Name of the value, as the setting type's `key_regex` allows.", "volume"),
    ]


class PlayerSettingsPath(SettingTypePath):
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]


class PlayerKeyPath(KeyPath):
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
