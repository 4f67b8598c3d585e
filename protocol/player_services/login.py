"""A platform's credential exchanged for tokens."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from protocol.player_services.platforms import Platform, Portal
from protocol.player_services.terms import (
    NONE,
    Deprecated,
    Integer,
    Maybe,
    Message,
    String,
    Time,
    Uuid,
)


class GrantType(StrEnum):
    GOOGLE = "google"
    APPLE = "apple"
    REFRESH = "refresh"
    EPIC = "epic"
    XBOXLIVE = "xboxlive"
    PS4_V1 = "ps4_v1"
    PS4_V3 = "ps4_v3"
    PS5_V3 = "ps5_v3"
    NINTENDO = "nintendo"
    NINTENDO_SWITCH = "nintendo_switch"
    STEAM = "steam"
    BASIC = "basic"
    ANON = "anon"


class LoginRequestV1(Message):
    grant_type: GrantType
    portal_access_token: String
    portal_display_name: String = ""
    portal_parent_access_token: String = ""
    portal_parent_display_name: String = ""
    include_refresh: bool = False
    accept_eula: bool = False
    accept_tos: bool = False
    accept_privacy_policy: bool = False


class PortalUserInfo(Message):
    platform: Platform
    portal_id: Annotated[Portal, Deprecated]
    portal_user_id: String
    display_name: String


class RestrictionType(StrEnum):
    ACCOUNT_BAN = "account_ban"
    ACCOUNT_LOCKOUT = "account_lockout"
    ACCOUNT_PENDING_DELETION = "account_pending_deletion"
    ACCOUNT_DENY_AUTH = "account_deny_auth"


class Restriction(Message):
    type: RestrictionType
    reason: Maybe[String] = None
    expiration: Maybe[Time] = None


class LoginResult(Message):
    """`refresh_token` only when it was asked for."""

    platform: Platform
    portal_id: Annotated[Integer, Deprecated]
    portal_user_id: String
    display_name: String
    portal_parent_auth_result: Maybe[PortalUserInfo] = None
    permissions: list[str] = NONE
    restrictions: list[Restriction] = NONE
    active_player_id: Annotated[Integer, Deprecated]
    active_player_uuid: Maybe[Uuid] = None
    role_id: Maybe[Integer] = None
    person_id: Uuid
    access_token: str = ""
    refresh_token: Maybe[str] = None
    publisher_uuid: Annotated[Uuid, Deprecated]
    tenant_uuid: Annotated[Uuid, Deprecated]
    config_elector_uuid: Annotated[Uuid, Deprecated]
    client_uuid: Annotated[Uuid, Deprecated]
