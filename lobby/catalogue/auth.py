"""Authentication and authorization in the catalogue: login methods, clients, roles, permissions."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from lobby.catalogue.fields import (
    Address,
    CatalogueRow,
    Name,
    Number,
    Rows,
    Seconds,
    Secret,
)
from lobby.catalogue.providers import Provider
from lobby.domain.permissions import covers

PERMISSIONS = frozenset({
    "inv:platform_entitlements:any", "inv:platform_entitlements:self",
    "notification:instance:read", "notification:instance:write",
    "notification:player:read", "notification:player:self:read", "notification:player:write",
    "notification:playerid:read", "notification:playerid:self:read", "notification:playerid:write",
    "rank:read:any", "rank:read:config", "rank:read:self", "rank:update:any", "rank:update:self",
    "session:create", "session:give:permission:active", "session:instance:health",
    "session:promote:any", "session:promote:self",
    "session:read-player:any", "session:read-player:self", "session:read:allocation",
    "session:read:any", "session:read:browser", "session:read:config", "session:read:event",
    "session:read:platform", "session:read:self", "session:remove:permission:active",
    "session:shortcode:active", "session:shortcode:any", "session:update-player:any",
    "session:update-player:self", "session:update:any", "session:update:browser",
    "session:update:event", "session:update:fubar", "session:update:platform",
    "session:update:self", "session-audit:read:all", "session-audit:read:self",
    "session-audit:update:all", "session-audit:update:self", "session-player-audit:read:all",
    "session-player-audit:read:self", "session-player-audit:update:all",
    "session-player-audit:update:self", "setting-config:read", "setting:read", "setting:read:self",
    "setting:write", "setting:write:self",
})  # fmt: skip
"""Every permission that an operation requires, except those of custom endpoints."""
CUSTOM_PERMISSION = re.compile(r"custom:[a-z0-9_:-]+")

GUEST_PERMISSIONS = [
    "session:create", "session:read:self", "session:read:browser", "session:read:config",
    "session:read:event", "session:read:platform", "session:read-player:self",
    "session:update:self", "session:update:event", "session:update:platform",
    "session:update:fubar", "session:update-player:self", "session:promote:self",
    "session:give:permission:active", "session:remove:permission:active",
    "session:instance:health", "session:shortcode:active", "session-audit:read:self",
    "session-player-audit:read:self", "notification:player:self:read",
    "notification:playerid:self:read", "rank:read:self", "rank:read:config", "setting-config:read",
    "setting:read:self", "setting:write:self",
]  # fmt: skip

ROLES: dict[str, dict[str, Any]] = {
    "player": {
        "id": 1,
        "permissions": [
            *GUEST_PERMISSIONS, "session:update:browser", "inv:platform_entitlements:self",
        ],
    },
    "guest": {"id": 2, "permissions": GUEST_PERMISSIONS},
    "dedicated_server": {
        "id": 10,
        "permissions": [
            "session:*", "session-audit:*", "session-player-audit:update:all",
            "notification:player:*", "notification:playerid:*", "notification:instance:*",
            "rank:read:any", "rank:read:config", "rank:update:any",
            "setting-config:read", "inv:platform_entitlements:any",
        ],
    },
    "matchmaker": {
        "id": 20,
        "permissions": ["session:*", "rank:read:any", "notification:player:write"],
    },
    "support": {
        "id": 30,
        "permissions": [
            "session:read:any", "session:read-player:any", "session:read:event",
            "session:read:config", "session-audit:read:all", "session-player-audit:read:all",
            "notification:player:read", "rank:read:any",
        ],
    },
    "admin": {"id": 99, "permissions": ["*"]},
}  # fmt: skip
"""The built-in roles; the file may override the fields of one, and add more."""


def _permission(text: str) -> str:
    if text in PERMISSIONS or CUSTOM_PERMISSION.fullmatch(text):
        return text
    raise ValueError(f'no operation asks for "{text}"; your own begin with custom:')


def _grant(text: str) -> str:
    """A permission, or a prefix and `*`. One that no operation requires is refused as a typo."""
    if text.startswith("custom:") and text.endswith("*"):
        return text
    if any(covers(text, known) for known in PERMISSIONS):
        return text
    return _permission(text)


Permission = Annotated[str, Field(max_length=128), AfterValidator(_permission)]
Grant = Annotated[str, Field(max_length=128), AfterValidator(_grant)]


class RoleRow(CatalogueRow):
    id: Number
    permissions: Rows[Grant]


class ClientRow(CatalogueRow):
    """Client credentials of a game, which it sends with its players' logins."""

    id: Name
    secret: Secret
    default_role: Name = "player"


class BasicUser(CatalogueRow):
    """A machine account with a name and a password: a game server, a matchmaker."""

    name: Name
    password: Secret
    role: Name


class Auth(CatalogueRow):
    token_ttl_s: Seconds = 3600
    grants: Rows[
        Literal[
            "anon", "basic", "refresh", "password", "google", "apple", "epic", "xboxlive",
            "ps4_v1", "ps4_v3", "ps5_v3", "nintendo", "nintendo_switch", "steam",
        ]
    ] = ("anon", "basic", "refresh", "password")  # fmt: skip
    require_client_credentials: bool = False
    agreements: dict[Literal["eula", "tos", "privacy_policy"], Number] = Field(default_factory=dict)
    """The version of each that a player must have accepted."""
    redirect_uris: Rows[Address] = ()
    clients: Rows[ClientRow] = ()
    basic_users: Rows[BasicUser] = ()
    providers: Rows[Provider] = ()

    @field_validator("clients")
    @classmethod
    def _some_if_required(
        cls, value: tuple[ClientRow, ...], info: ValidationInfo
    ) -> tuple[ClientRow, ...]:
        if info.data.get("require_client_credentials") and not value:
            raise ValueError("missing: require_client_credentials leaves everybody out")
        return value

    def provider(self, platform: str) -> Provider | None:
        return next((one for one in self.providers if one.platform == platform), None)
