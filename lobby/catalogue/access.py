"""Who may come in, and what they may do: logins, clients, roles."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from lobby.catalogue.providers import Provider
from lobby.catalogue.rows import Address, Name, Number, Row, Rows, Seconds, Secret
from lobby.domain.permissions import covers

PERMISSIONS = frozenset({
    "inv:platform_entitlements:any", "inv:platform_entitlements:self",
    "notification:instance:read", "notification:instance:write",
    "notification:player:read", "notification:player:self:read", "notification:player:write",
    "notification:playerid:read", "notification:playerid:self:read", "notification:playerid:write",
    "rank:read:any", "rank:read:config", "rank:read:self", "rank:update:any", "rank:update:self",
    "session:create", "session:instance:health", "session:promote:any", "session:promote:self",
    "session:read-player:any", "session:read-player:self", "session:read:allocation",
    "session:read:any", "session:read:browser", "session:read:config", "session:read:event",
    "session:read:platform", "session:read:self", "session:update-player:any",
    "session:update-player:self", "session:update:any", "session:update:browser",
    "session:update:event", "session:update:fubar", "session:update:platform",
    "session:update:self", "setting-config:read", "setting:read", "setting:read:self",
    "setting:write", "setting:write:self",
})  # fmt: skip
"""All that operations ask for, beside what custom endpoints do."""
CUSTOM = re.compile(r"custom:[a-z0-9_:-]+")

GUEST = [
    "session:create", "session:read:self", "session:read:browser", "session:read:config",
    "session:read:event", "session:read:platform", "session:read-player:self",
    "session:update:self", "session:update:event", "session:update:platform",
    "session:update:fubar", "session:update-player:self", "session:promote:self",
    "session:instance:health", "notification:player:self:read", "notification:playerid:self:read",
    "rank:read:self", "rank:read:config", "setting-config:read", "setting:read:self",
    "setting:write:self",
]  # fmt: skip

ROLES: dict[str, dict[str, Any]] = {
    "player": {
        "id": 1,
        "permissions": [*GUEST, "session:update:browser", "inv:platform_entitlements:self"],
    },
    "guest": {"id": 2, "permissions": GUEST},
    "dedicated_server": {
        "id": 10,
        "permissions": [
            "session:*", "notification:player:*", "notification:playerid:*",
            "notification:instance:*", "rank:read:any", "rank:read:config", "rank:update:any",
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
            "session:read:config", "notification:player:read", "rank:read:any",
        ],
    },
    "admin": {"id": 99, "permissions": ["*"]},
}  # fmt: skip
"""Those there are without a word in the file; what it says of one replaces that."""


def _permission(text: str) -> str:
    if text in PERMISSIONS or CUSTOM.fullmatch(text):
        return text
    raise ValueError(f'no operation asks for "{text}"; your own begin with custom:')


def _grant(text: str) -> str:
    """A permission, or how some begin and `*`. One that nothing asks for is a slip of the pen."""
    if text.startswith("custom:") and text.endswith("*"):
        return text
    if any(covers(text, known) for known in PERMISSIONS):
        return text
    return _permission(text)


Permission = Annotated[str, Field(max_length=128), AfterValidator(_permission)]
Grant = Annotated[str, Field(max_length=128), AfterValidator(_grant)]


class Role(Row):
    id: Number
    permissions: Rows[Grant]


class Client(Row):
    """A game that says who it is before its players do."""

    id: Name
    secret: Secret
    default_role: Name = "player"


class BasicUser(Row):
    """A machine with a name and a password: a game server, a matchmaker."""

    name: Name
    password: Secret
    role: Name


class Auth(Row):
    token_ttl_s: Seconds = 3600
    grants: Rows[
        Literal[
            "anon", "basic", "refresh", "google", "apple", "epic", "xboxlive", "ps4_v1", "ps4_v3",
            "ps5_v3", "nintendo", "nintendo_switch", "steam",
        ]
    ] = ("anon", "basic", "refresh")  # fmt: skip
    require_client_credentials: bool = False
    agreements: dict[Literal["eula", "tos", "privacy_policy"], Number] = Field(default_factory=dict)
    """Which version of each must have been accepted."""
    redirect_uris: Rows[Address] = ()
    clients: Rows[Client] = ()
    basic_users: Rows[BasicUser] = ()
    providers: Rows[Provider] = ()

    @field_validator("clients")
    @classmethod
    def _some_if_required(
        cls, value: tuple[Client, ...], info: ValidationInfo
    ) -> tuple[Client, ...]:
        if info.data.get("require_client_credentials") and not value:
            raise ValueError("missing: require_client_credentials leaves everybody out")
        return value

    def provider(self, platform: str) -> Provider | None:
        return next((one for one in self.providers if one.platform == platform), None)
