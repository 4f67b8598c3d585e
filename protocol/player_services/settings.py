"""Setting types: which keys and values players may store."""

from __future__ import annotations

from typing import Annotated, Any

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.types import (
    EMPTY_MAP,
    Id,
    Integer,
    Message,
    String,
)


class SettingTypeVersion(Message):
    """Keys and values are validated when they are written, not when they are read."""

    allow_update: Annotated[
        bool,
        described(
            "Whether players may write values of this version; reading and deleting stay allowed."
        ),
    ] = True
    key_regex: Annotated[
        String,
        described(
            "Regular expression that keys have to match when they are written.", "^[a-z_]{1,32}$"
        ),
    ] = "^.+$"
    value_jsonschema: Annotated[
        dict[str, Any],
        described(
            "JSON Schema that values have to match when they are written.", {"type": "object"}
        ),
    ]
    custom_data: Annotated[
        dict[str, String], described("The game's own texts by key.", {"page": "controls"})
    ] = EMPTY_MAP


class SettingType(Message):
    """A setting type with its versions."""

    versions: Annotated[
        dict[str, SettingTypeVersion], described("The versions of the setting type, by number.")
    ]


class SettingTypePath(StrictModel):
    setting_type_id: Annotated[Id, described("Id of the setting type.", "controls")]


class SettingVersionPath(SettingTypePath):
    setting_version_id: Annotated[
        Integer, described("Number of the version of the setting type.", 1)
    ]
