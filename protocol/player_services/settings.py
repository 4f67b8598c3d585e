"""Types of setting: what players may keep under which key."""

from __future__ import annotations

from typing import Any

from protocol.codec import Words
from protocol.player_services.terms import EMPTY, Id, Integer, Message, String


class SettingTypeVersion(Message):
    """Keys and values are held to it when they are written, not when they are read."""

    allow_update: bool = True
    key_regex: String = "^.+$"
    value_jsonschema: dict[str, Any]
    custom_data: dict[str, String] = EMPTY


class SettingType(Message):
    versions: dict[str, SettingTypeVersion]


class SettingTypePath(Words):
    setting_type_id: Id


class SettingVersionPath(SettingTypePath):
    setting_version_id: Integer
