"""What players keep: values under keys. The document has only their types; its clients ask for
these, too."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from protocol.codec import Json
from protocol.player_services.settings import SettingTypePath
from protocol.player_services.terms import Integer, Message, String, Uuid


class SetSinglePlayerSettingRequest(Message):
    """`v` is the version of the type that the value is of."""

    v: Integer
    value: Json


class SettingData(Message):
    v: Integer
    value: Any


class KeyPath(SettingTypePath):
    key: Annotated[String, StringConstraints(min_length=1, max_length=256)]


class PlayerSettingsPath(SettingTypePath):
    player_uuid: Uuid


class PlayerKeyPath(KeyPath):
    player_uuid: Uuid
