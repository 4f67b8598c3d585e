"""Values that players keep with us. What keys and values look like is the catalogue's to say."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from lobby.catalogue.patterns import matcher
from lobby.catalogue.players import SettingType, SettingVersion
from lobby.catalogue.values import wrong
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


async def every(lobby: Lobby, permit: Permit, *, player: str, type: str) -> dict[str, Setting]:
    """All that the player keeps of this type, by key; as it was written, whatever holds now."""
    permit.require_self(player)
    type_of(lobby, type)
    await _require_there(lobby, permit, player)
    try:
        return (await lobby.player_settings.get(settings.key(player, type))).values
    except SettingNotFound:
        return {}


async def one(lobby: Lobby, permit: Permit, *, player: str, type: str, key: str) -> Setting:
    try:
        return (await every(lobby, permit, player=player, type=type))[key]
    except KeyError:
        raise SettingNotFound from None


async def put(
    lobby: Lobby, permit: Permit, *, player: str, type: str, key: str, v: int, value: Any
) -> Setting:
    permit.require_self(player)
    version = type_of(lobby, type).versions.get(str(v))
    if version is None:
        raise SettingVersionInvalid
    await _require_fitting(version, key, value)
    await _require_there(lobby, permit, player)
    setting = Setting(v, value, size=len(json.dumps(value)))
    await _keep(lobby, PlayerSettings(player, type), key, setting)
    if not await lobby.accounts.versions([player]):
        await forget(lobby, player)
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
    """All of this type."""
    permit.require_self(player)
    type_of(lobby, type)
    try:
        await lobby.player_settings.change(settings.key(player, type), PlayerSettings.clear)
    except SettingNotFound:
        raise NothingToRemove from None


async def forget(lobby: Lobby, account: str) -> None:
    """Of somebody who is deleted."""
    for kept in await lobby.player_settings.all("player", account):
        with suppress(SettingNotFound):
            await lobby.player_settings.remove(kept.key)


async def _require_fitting(version: SettingVersion, key: str, value: Any) -> None:
    if not version.allow_update:
        raise UpdateNotEnabled
    if not matcher(version.key_regex)(key):
        raise SettingKeyInvalid
    if reason := await asyncio.to_thread(wrong, value, version.value_jsonschema):
        raise SettingValueInvalid(reason)


async def _require_there(lobby: Lobby, permit: Permit, player: str) -> None:
    if player != permit.actor.uuid:
        await lobby.accounts.get(player)


async def _keep(lobby: Lobby, first: PlayerSettings, key: str, setting: Setting) -> None:
    """Their first of this type, or beside the others."""
    first.put(key, setting)
    try:
        await lobby.player_settings.change(first.key, lambda kept: kept.put(key, setting))
    except SettingNotFound:
        try:
            await lobby.player_settings.add(first)
        except Conflict:
            await lobby.player_settings.change(first.key, lambda kept: kept.put(key, setting))
