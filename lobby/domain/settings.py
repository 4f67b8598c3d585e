"""Settings that players store: values by key, for each setting type of the game.

Does not validate keys and values: the patterns of a type are checked before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lobby.domain.errors import Conflict, NotFound, Unacceptable

MOST_KEYS = 200
"""Keys of one type of setting of one player."""
LARGEST = 256 * 1024
"""Bytes of all values of one type together."""


class SettingTypeNotFound(NotFound):
    """This game has no such type of setting."""

    code = "setting_type_id_not_found"


class SettingVersionNotFound(NotFound):
    """This type of setting has no such version."""

    code = "setting_version_id_not_found"


class SettingNotFound(NotFound):
    """Nothing is kept under this key."""

    code = "not_found"


class NothingToRemove(NotFound):
    """Nothing is kept there."""

    code = "does_not_exist"


class SettingVersionInvalid(Unacceptable):
    """This type of setting has no such version; ask for its versions."""

    code = "setting_version_invalid"


class UpdateNotEnabled(Unacceptable):
    """This version is not written any more; take a newer one."""

    code = "update_not_enabled"


class SettingKeyInvalid(Unacceptable):
    """Keys of this type look otherwise; see its key_regex."""

    code = "setting_key_invalid"


class SettingValueInvalid(Unacceptable):
    """Values of this type look otherwise; see its value_jsonschema."""

    code = "setting_value_invalid"


class SettingsFull(Conflict):
    """There is no room for more of this type; delete some first."""

    code = "settings_full"


@dataclass
class Setting:
    """`v`: version of the setting type that it was written with; `size`: of the value, in bytes."""

    v: int
    value: Any
    size: int


@dataclass
class PlayerSettings:
    """The settings of one type of one player, by key."""

    player: str
    type: str
    values: dict[str, Setting] = field(default_factory=dict)
    version: int = 0

    @property
    def key(self) -> str:
        return key(self.player, self.type)

    def put(self, key: str, setting: Setting) -> None:
        values = {**self.values, key: setting}
        if len(values) > MOST_KEYS or sum(one.size for one in values.values()) > LARGEST:
            raise SettingsFull
        self.values = values

    def remove(self, key: str) -> None:
        if key not in self.values:
            raise NothingToRemove
        del self.values[key]

    def clear(self) -> None:
        if not self.values:
            raise NothingToRemove
        self.values = {}


def key(player: str, type: str) -> str:
    return f"{player}:{type}"
