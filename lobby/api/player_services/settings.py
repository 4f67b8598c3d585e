"""Endpoints of setting types, and of the settings that players store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions.accounts import settings
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import DENIED, gives
from lobby.catalogue.players import SettingType, SettingVersion
from lobby.domain.permissions import needs
from lobby.domain.settings import Setting, SettingVersionNotFound
from lobby.idempotency import Effect
from protocol.codec import encode
from protocol.player_services import setting_values as values
from protocol.player_services import settings as words
from protocol.player_services.types import Message

CONFIG = needs("setting-config:read")
READING = needs("setting:read", "setting:*", own="setting:read:self")
WRITING = needs("setting:write", "setting:*", own="setting:write:self")


async def list_setting_types(call: Call) -> Response:
    """Every type of setting, with its versions."""
    types = call.lobby.catalogue.setting_types
    return encoded({id: type_of(type) for id, type in types.items()})


async def list_setting_versions(call: Call, path: words.SettingTypePath) -> Response:
    """The versions of one type."""
    return encoded(type_of(settings.type_of(call.lobby, path.setting_type_id)).versions)


async def get_setting_version(call: Call, path: words.SettingVersionPath) -> Response:
    """One version of a type."""
    versions = settings.type_of(call.lobby, path.setting_type_id).versions
    if str(path.setting_version_id) not in versions:
        raise SettingVersionNotFound
    return encoded(version(versions[str(path.setting_version_id)]))


async def list_own_settings(call: Call, path: words.SettingTypePath) -> Response:
    """Your settings of this type, by key."""
    return await _list(call, call.permit.actor.uuid, path)


async def list_settings(call: Call, path: values.PlayerSettingsPath) -> Response:
    """A player's settings of this type, by key."""
    return await _list(call, path.player_uuid, path)


async def get_own_setting(call: Call, path: values.KeyPath) -> Response:
    """Your setting under this key."""
    return await _get(call, call.permit.actor.uuid, path)


async def get_setting(call: Call, path: values.PlayerKeyPath) -> Response:
    """A player's setting under this key."""
    return await _get(call, path.player_uuid, path)


async def set_own_setting(
    call: Call, path: values.KeyPath, body: values.SetSinglePlayerSettingRequest
) -> Response:
    """Store your setting under this key; replaces what was there (upsert)."""
    return await _set(call, call.permit.actor.uuid, path, body)


async def set_setting(
    call: Call, path: values.PlayerKeyPath, body: values.SetSinglePlayerSettingRequest
) -> Response:
    """Store a player's setting under this key; replaces what was there (upsert)."""
    return await _set(call, path.player_uuid, path, body)


async def delete_own_setting(call: Call, path: values.KeyPath) -> Response:
    """Delete your setting under this key."""
    return await _delete(call, call.permit.actor.uuid, path)


async def delete_setting(call: Call, path: values.PlayerKeyPath) -> Response:
    """Delete a player's setting under this key."""
    return await _delete(call, path.player_uuid, path)


async def clear_own_settings(call: Call, path: words.SettingTypePath) -> Response:
    """Delete all your settings of this type."""
    return await _clear(call, call.permit.actor.uuid, path)


async def clear_settings(call: Call, path: values.PlayerSettingsPath) -> Response:
    """Delete all of a player's settings of this type."""
    return await _clear(call, path.player_uuid, path)


async def _list(call: Call, player: str, path: words.SettingTypePath) -> Response:
    found = await settings.get_all(
        call.lobby, call.permit, player=player, type=path.setting_type_id
    )
    return encoded({key: shown(setting) for key, setting in found.items()})


async def _get(call: Call, player: str, path: values.KeyPath) -> Response:
    found = await settings.get(
        call.lobby, call.permit, player=player, type=path.setting_type_id, key=path.key
    )
    return encoded(shown(found))


async def _set(
    call: Call, player: str, path: values.KeyPath, body: values.SetSinglePlayerSettingRequest
) -> Response:
    setting = await settings.put(
        call.lobby,
        call.permit,
        player=player,
        type=path.setting_type_id,
        key=path.key,
        v=body.v,
        value=body.value,
    )
    return encoded({path.key: shown(setting)})


async def set_again(
    call: Call,
    effect: Effect,
    path: values.KeyPath,
    body: values.SetSinglePlayerSettingRequest,
) -> Response:
    return encoded({path.key: values.SettingData(v=body.v, value=body.value)})


async def _delete(call: Call, player: str, path: values.KeyPath) -> Response:
    await settings.remove(
        call.lobby, call.permit, player=player, type=path.setting_type_id, key=path.key
    )
    return JSONResponse({})


async def _clear(call: Call, player: str, path: words.SettingTypePath) -> Response:
    await settings.clear(call.lobby, call.permit, player=player, type=path.setting_type_id)
    return JSONResponse({})


def encoded(said: Message | Mapping[str, Message]) -> Response:
    return Response(encode(said), media_type="application/json")


def type_of(type: SettingType) -> words.SettingType:
    return words.SettingType(versions={id: version(one) for id, one in type.versions.items()})


def version(one: SettingVersion) -> words.SettingTypeVersion:
    """The catalogue has these fields, and no others."""
    return words.SettingTypeVersion.model_validate(one.model_dump())


def shown(setting: Setting) -> values.SettingData:
    return values.SettingData(v=setting.v, value=setting.value)


TYPES = "/settings/v1/setting_type"
Versions = dict[str, words.SettingTypeVersion]
Values = dict[str, values.SettingData]


def setting_rows(whose: str, endpoints: Mapping[str, Any], of_type: Any, of_key: Any) -> list[Row]:
    """The rows of a player's settings: all of a type, and one."""
    path = f"/settings/v2/player/{whose}/setting_type/{{setting_type_id}}/key"
    one, data = path + "/{key}", values.SettingData
    return [
        Row("GET", path, endpoints["list"], READING, gives(Values, 404), path=of_type),
        Row("DELETE", path, endpoints["clear"], WRITING, gives(Any, 404), path=of_type),
        Row("GET", one, endpoints["get"], READING, gives(data, 404), path=of_key, open_end=True),
        Row(
            "PUT",
            one,
            endpoints["set"],
            WRITING,
            gives(Values, 400, 404, 409, 413),
            path=of_key,
            takes=values.SetSinglePlayerSettingRequest,
            again=set_again,
            open_end=True,
        ),
        Row(
            "DELETE", one, endpoints["delete"], WRITING, gives(Any, 404), path=of_key, open_end=True
        ),
    ]


OWN = {
    "list": list_own_settings,
    "clear": clear_own_settings,
    "get": get_own_setting,
    "set": set_own_setting,
    "delete": delete_own_setting,
}
ANY = {
    "list": list_settings,
    "clear": clear_settings,
    "get": get_setting,
    "set": set_setting,
    "delete": delete_setting,
}

rows = [
    Row("GET", TYPES, list_setting_types, CONFIG, {200: dict[str, words.SettingType], **DENIED}),
    Row(
        "GET",
        TYPES + "/{setting_type_id}/v",
        list_setting_versions,
        CONFIG,
        gives(Versions, 404),
        path=words.SettingTypePath,
    ),
    Row(
        "GET",
        TYPES + "/{setting_type_id}/v/{setting_version_id}",
        get_setting_version,
        CONFIG,
        gives(words.SettingTypeVersion, 404),
        path=words.SettingVersionPath,
    ),
    *setting_rows("me", OWN, words.SettingTypePath, values.KeyPath),
    *setting_rows("{player_uuid}", ANY, values.PlayerSettingsPath, values.PlayerKeyPath),
]
