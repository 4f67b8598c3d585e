"""Login: a platform's credential exchanged for access and refresh tokens."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from protocol.described import described
from protocol.player_services.agreements import Agreeing
from protocol.player_services.platforms import Platform, Portal
from protocol.player_services.types import (
    EMPTY_LIST,
    Deprecated,
    Integer,
    Maybe,
    Message,
    String,
    Time,
    Uuid,
)


class GrantType(StrEnum):
    """Kinds of credential at a login."""

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


class LoginRequestV1(Agreeing):
    grant_type: Annotated[
        GrantType, described("Which kind of credential `portal_access_token` is.")
    ]
    portal_access_token: Annotated[
        String,
        described(
            "The credential: a platform's token, or a refresh token, or `name:password`.",
            "a-secret-of-this-device",
        ),
    ]
    portal_display_name: Annotated[
        String, described("The player's name, where the credential itself tells none.", "Ada")
    ] = ""
    portal_parent_access_token: Annotated[
        String, described("A second credential; no platform here wants one.", "")
    ] = ""
    portal_parent_display_name: Annotated[
        String, described("The name that belongs to it; no platform here wants one.", "")
    ] = ""
    include_refresh: Annotated[
        bool, described("Whether the answer is to hold a refresh token.")
    ] = False


class PortalUserInfo(Message):
    """A player on a platform."""

    platform: Annotated[Platform, described("The platform.")]
    portal_id: Annotated[Portal, Deprecated, described("Number of the platform.")]
    portal_user_id: Annotated[
        String, described("Id of the player on that platform.", "76561198000000001")
    ]
    display_name: Annotated[String, described("The player's name on that platform.", "Ada")]


class RestrictionType(StrEnum):
    """Kinds of restriction."""

    ACCOUNT_BAN = "account_ban"
    ACCOUNT_LOCKOUT = "account_lockout"
    ACCOUNT_PENDING_DELETION = "account_pending_deletion"
    ACCOUNT_DENY_AUTH = "account_deny_auth"


class Restriction(Message):
    """What moderation took from an account."""

    type: Annotated[RestrictionType, described("What kind of restriction it is.")]
    reason: Annotated[Maybe[String], described("Why, for people.", "abusive chat")] = None
    expiration: Annotated[
        Maybe[Time], described("When the restriction ends; absent where it does not end by itself.")
    ] = None


class LoginResult(Message):
    """`refresh_token` only when the request included it."""

    platform: Annotated[Platform, described("Where the player logged in.")]
    portal_id: Annotated[Integer, Deprecated, described("Number of the platform.", 2)]
    portal_user_id: Annotated[
        String, described("Id of the player on that platform.", "76561198000000001")
    ]
    display_name: Annotated[String, described("The player's name on that platform.", "Ada")]
    portal_parent_auth_result: Annotated[
        Maybe[PortalUserInfo],
        described("The player on the parent platform; absent, as there is none."),
    ] = None
    permissions: Annotated[
        list[str],
        described("What the token allows, as strings of permissions.", ["session:create"]),
    ] = EMPTY_LIST
    restrictions: Annotated[
        list[Restriction], described("What moderation took from the account.")
    ] = EMPTY_LIST
    active_player_id: Annotated[Integer, Deprecated, described("Number of the player.", 1001)]
    active_player_uuid: Annotated[
        Maybe[Uuid], described("UUID of the player; absent for accounts that are no player.")
    ] = None
    role_id: Annotated[Maybe[Integer], described("Number of the account's role.", 1)] = None
    person_id: Annotated[Uuid, described("UUID of the person; the same as `active_player_uuid`.")]
    access_token: Annotated[
        str,
        described(
            "Shown as `Authorization: Bearer`; a signed JSON Web Token.",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ),
    ] = ""
    refresh_token: Annotated[
        Maybe[str],
        described(
            "Exchanged for new tokens by the grant `refresh`; only where asked for.",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.cmVmcmVzaA",
        ),
    ] = None
    publisher_uuid: Annotated[Uuid, Deprecated, described("Always the nil UUID.")]
    tenant_uuid: Annotated[Uuid, Deprecated, described("Always the nil UUID.")]
    config_elector_uuid: Annotated[Uuid, Deprecated, described("Always the nil UUID.")]
    client_uuid: Annotated[Uuid, Deprecated, described("Always the nil UUID.")]
