"""Setting values of players, validated by the setting types in the catalogue."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from lobby.catalogue.json_schema import first_error
from lobby.catalogue.players import SettingType, SettingVersion
from lobby.catalogue.regex import matcher
from lobby.context import Lobby
from lobby.domain import settings
from lobby.domain.errors import AccountNotFound, Conflict
from lobby.domain.permissions import Permit
from lobby.domain.settings import (
    NothingToRemove,
    PlayerSettings,
    Setting,
    SettingKeyInvalid,
    SettingNotFound,
    SettingTypeNotFound,
    SettingValueInvalid,
    SettingVersionInvalid,
    UpdateNotEnabled,
)


def type_of(lobby: Lobby, type: str) -> SettingType:
    try:
        return lobby.catalogue.setting_types[type]
    except KeyError:
        raise SettingTypeNotFound from None


async def get_all(lobby: Lobby, permit: Permit, *, player: str, type: str) -> dict[str, Setting]:
    """All values of this type, by key, as stored: they are not validated again."""
    permit.require_self(player)
    type_of(lobby, type)
    await _require_player(lobby, permit, player)
    try:
        return (await lobby.player_settings.get(settings.key(player, type))).values
    except SettingNotFound:
        return {}


async def get(lobby: Lobby, permit: Permit, *, player: str, type: str, key: str) -> Setting:
    try:
        return (await get_all(lobby, permit, player=player, type=type))[key]
    except KeyError:
        raise SettingNotFound from None


async def put(
    lobby: Lobby, permit: Permit, *, player: str, type: str, key: str, v: int, value: Any
) -> Setting:
    permit.require_self(player)
    version = type_of(lobby, type).versions.get(str(v))
    if version is None:
        raise SettingVersionInvalid
    await _require_valid(version, key, value)
    await _require_player(lobby, permit, player)
    setting = Setting(v, value, size=len(json.dumps(value)))
    await _store(lobby, PlayerSettings(player, type), key, setting)
    if not await lobby.accounts.versions([player]):
        await delete_all(lobby, player)
        raise AccountNotFound
    return setting


async def remove(lobby: Lobby, permit: Permit, *, player: str, type: str, key: str) -> None:
    permit.require_self(player)
    type_of(lobby, type)
    try:
        await lobby.player_settings.change(settings.key(player, type), lambda s: s.remove(key))
    except SettingNotFound:
        raise NothingToRemove from None


async def clear(lobby: Lobby, permit: Permit, *, player: str, type: str) -> None:
    """Remove all values of this type."""
    permit.require_self(player)
    type_of(lobby, type)
    try:
        await lobby.player_settings.change(settings.key(player, type), PlayerSettings.clear)
    except SettingNotFound:
        raise NothingToRemove from None


async def delete_all(lobby: Lobby, account: str) -> None:
    """Delete all values of a deleted account."""
    for kept in await lobby.player_settings.all("player", account):
        with suppress(SettingNotFound):
            await lobby.player_settings.remove(kept.key)


async def _require_valid(version: SettingVersion, key: str, value: Any) -> None:
    if not version.allow_update:
        raise UpdateNotEnabled
    if not matcher(version.key_regex)(key):
        raise SettingKeyInvalid
    if reason := await asyncio.to_thread(first_error, value, version.value_jsonschema):
        raise SettingValueInvalid(reason)


async def _require_player(lobby: Lobby, permit: Permit, player: str) -> None:
    if player != permit.actor.uuid:
        await lobby.accounts.get(player)


async def _store(lobby: Lobby, first: PlayerSettings, key: str, setting: Setting) -> None:
    """Upsert: add the value to the player's document of this type, or create it."""
    first.put(key, setting)
    try:
        await lobby.player_settings.change(first.key, lambda kept: kept.put(key, setting))
    except SettingNotFound:
        try:
            await lobby.player_settings.add(first)
        except Conflict:
            await lobby.player_settings.change(first.key, lambda kept: kept.put(key, setting))
