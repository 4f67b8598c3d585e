"""Types of setting, and what players keep of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions import settings
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import DENIED, gives
from lobby.catalogue.players import SettingType, SettingVersion
from lobby.domain.permissions import needs
from lobby.domain.settings import Setting, SettingVersionNotFound
from protocol.codec import encode
from protocol.player_services import setting_values as values
from protocol.player_services import settings as words
from protocol.player_services.terms import Message

CONFIG = needs("setting-config:read")
READING = needs("setting:read", "setting:*", own="setting:read:self")
WRITING = needs("setting:write", "setting:*", own="setting:write:self")


async def list_setting_types(call: Call) -> Response:
    """Every type of setting, with its versions."""
    types = call.lobby.catalogue.setting_types
    return written({id: type_of(type) for id, type in types.items()})


async def list_setting_versions(call: Call, path: words.SettingTypePath) -> Response:
    """The versions of one type."""
    return written(type_of(settings.type_of(call.lobby, path.setting_type_id)).versions)


async def get_setting_version(call: Call, path: words.SettingVersionPath) -> Response:
    """One version of a type."""
    versions = settings.type_of(call.lobby, path.setting_type_id).versions
    if str(path.setting_version_id) not in versions:
        raise SettingVersionNotFound
    return written(version(versions[str(path.setting_version_id)]))


async def list_own_settings(call: Call, path: words.SettingTypePath) -> Response:
    """What you keep of this type, by key."""
    return await _list(call, call.permit.actor.uuid, path)


async def list_settings(call: Call, path: values.PlayerSettingsPath) -> Response:
    """What a player keeps of this type, by key."""
    return await _list(call, path.player_uuid, path)


async def get_own_setting(call: Call, path: values.KeyPath) -> Response:
    """What you keep under this key."""
    return await _get(call, call.permit.actor.uuid, path)


async def get_setting(call: Call, path: values.PlayerKeyPath) -> Response:
    """What a player keeps under this key."""
    return await _get(call, path.player_uuid, path)


async def set_own_setting(
    call: Call, path: values.KeyPath, body: values.SetSinglePlayerSettingRequest
) -> Response:
    """Keep this under the key, in place of what was there."""
    return await _set(call, call.permit.actor.uuid, path, body)


async def set_setting(
    call: Call, path: values.PlayerKeyPath, body: values.SetSinglePlayerSettingRequest
) -> Response:
    """Keep this for a player, in place of what was there."""
    return await _set(call, path.player_uuid, path, body)


async def delete_own_setting(call: Call, path: values.KeyPath) -> Response:
    """Keep nothing under this key any more."""
    return await _delete(call, call.permit.actor.uuid, path)


async def delete_setting(call: Call, path: values.PlayerKeyPath) -> Response:
    """Keep nothing for a player under this key any more."""
    return await _delete(call, path.player_uuid, path)


async def clear_own_settings(call: Call, path: words.SettingTypePath) -> Response:
    """Keep nothing of this type any more."""
    return await _clear(call, call.permit.actor.uuid, path)


async def clear_settings(call: Call, path: values.PlayerSettingsPath) -> Response:
    """Keep nothing of this type for a player any more."""
    return await _clear(call, path.player_uuid, path)


async def _list(call: Call, player: str, path: words.SettingTypePath) -> Response:
    found = await settings.every(call.lobby, call.permit, player=player, type=path.setting_type_id)
    return written({key: shown(setting) for key, setting in found.items()})


async def _get(call: Call, player: str, path: values.KeyPath) -> Response:
    found = await settings.one(
        call.lobby, call.permit, player=player, type=path.setting_type_id, key=path.key
    )
    return written(shown(found))


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
    return written({path.key: shown(setting)})


async def _delete(call: Call, player: str, path: values.KeyPath) -> Response:
    await settings.remove(
        call.lobby, call.permit, player=player, type=path.setting_type_id, key=path.key
    )
    return JSONResponse({})


async def _clear(call: Call, player: str, path: words.SettingTypePath) -> Response:
    await settings.clear(call.lobby, call.permit, player=player, type=path.setting_type_id)
    return JSONResponse({})


def written(said: Message | Mapping[str, Message]) -> Response:
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


def kept(whose: str, endpoints: Mapping[str, Any], of_type: Any, of_key: Any) -> list[Row]:
    """What somebody keeps: all of a type, and one."""
    path = f"/settings/v2/player/{whose}/setting_type/{{setting_type_id}}/key"
    one, data = path + "/{key}", values.SettingData
    return [
        Row("GET", path, endpoints["list"], READING, gives(Values, 404), path=of_type),
        Row("DELETE", path, endpoints["clear"], WRITING, gives(Any, 404), path=of_type),
        Row("GET", one, endpoints["get"], READING, gives(data, 404), path=of_key),
        Row(
            "PUT",
            one,
            endpoints["set"],
            WRITING,
            gives(Values, 400, 404, 409, 413),
            path=of_key,
            takes=values.SetSinglePlayerSettingRequest,
        ),
        Row("DELETE", one, endpoints["delete"], WRITING, gives(Any, 404), path=of_key),
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
    *kept("me", OWN, words.SettingTypePath, values.KeyPath),
    *kept("{player_uuid}", ANY, values.PlayerSettingsPath, values.PlayerKeyPath),
]
