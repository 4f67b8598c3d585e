"""Every setting, read once from the environment: `LOBBY_` and the name in capitals."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_KEY = 32
PNG = b"\x89PNG\r\n\x1a\n"
KINDS = {
    "database_url": ("sqlite:", "postgresql:", "postgres:"),
    "redis_url": ("memory:", "redis:", "rediss:", "unix:"),
    "public_url": ("https://", "http://"),
}
"""How the addresses of our parts begin."""


class Settings(BaseSettings):
    """Two of them make one process into many: `database_url` and `redis_url`."""

    model_config = SettingsConfigDict(env_prefix="LOBBY_", extra="ignore", frozen=True)

    # What grows
    database_url: str = "sqlite:lobby.db"
    redis_url: str = "memory:"
    redis_prefix: str = "lobby:"

    # Where it is found
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    """As clients reach us, `https://lobby.example`; empty: from host and port."""
    allowed_hosts: Annotated[list[str], NoDecode] = ["*"]
    allowed_origins: Annotated[list[str], NoDecode] = []
    """Origins beside our own from which browsers may open the channel."""
    trusted_proxies: Annotated[list[str], NoDecode] = []
    """Networks (CIDR) whose X-Forwarded-For is believed."""
    outbound_hosts: Annotated[list[str], NoDecode] = []
    """Hosts, with or without a port, that we may call without TLS and within our own network."""
    admin_socket: str = "lobby.sock"
    name: str = "Lobby"

    # Who gets in
    secret: SecretStr = SecretStr("")
    """Signing keys, comma-separated, each 32 bytes or more; the first signs, all verify."""
    secret_file: str = "lobby-secret"
    """Where a key is kept when `secret` is empty; made at the first start."""
    host_login: Literal["open", "key"] = "open"
    user_token_days: float = Field(default=180, gt=0)
    """A user's token has no expiry of its own, but nobody is logged in for ever."""
    host_token_seconds: int = Field(default=86_400, ge=60)
    anonymous_token_seconds: int = Field(default=86_400, ge=60)
    password_threads: int = Field(default=2, ge=1, le=64)
    password_queue: int = Field(default=32, ge=1)

    # How much
    catalogue: str = ""
    """The TOML file that says what this game offers; empty: the built-in one."""
    hosted_teams: int = Field(default=2, ge=1, le=32)
    hosted_seats_per_team: int = Field(default=4, ge=1, le=31)
    reservation_seconds: float = Field(default=30, gt=0)
    invite_seconds: float = Field(default=300, gt=0)
    game_server: str = ""
    """Where sessions are played, when not on the channel: what `Location` names."""
    connections: int = Field(default=5_000, ge=1)
    connections_per_account: int = Field(default=5, ge=1)
    connections_per_address: int = Field(default=50, ge=1)
    connections_per_second: float = Field(default=200, gt=0)
    """New sockets that a process takes in; beyond, clients are told to come back in a second."""
    commands_per_second: float = Field(default=10, gt=0)
    commands_burst: int = Field(default=30, ge=1)
    registrations_per_hour: int = Field(default=60, ge=1)
    conflicts_per_hour: int = Field(default=5, ge=1)
    logins_per_account: int = Field(default=5, ge=1)
    """Failed tries a minute."""
    logins_per_address: int = Field(default=10, ge=1)
    """Failed tries in ten minutes."""

    # The server, users and nicknames document
    api_prefix: str = "/api"
    anonymous_access: bool = False
    """Whether reads there need no token."""
    max_nicknames: int = Field(default=5, ge=0, le=100)
    max_tokens: int = Field(default=5, ge=1, le=1_000)
    access_seconds: float = Field(default=900, gt=0)
    refresh_seconds: float = Field(default=2_592_000, gt=0)
    proof_seconds: float = Field(default=900, gt=0)
    """How long after showing it a password may be changed without showing it again."""
    motd: str = "Welcome to the lobby"
    """The message of the day; section signs begin formatting codes."""
    address: str = ""
    favicon: str = ""
    """A PNG file, 64 by 64 pixels."""
    max_players: int = Field(default=0, ge=0)
    """Shown as the most that fit; 0: as many as `connections`."""
    version_name: str = ""
    console: bool = False
    """What administrators are told when they ask whether a console may be used."""
    minecraft_address: str = ""
    """Of a Minecraft server whose status is shown instead of our own, `host` or `host:port`."""

    # Time
    grace_seconds: float = Field(default=15, gt=0)
    restart_grace_seconds: float = Field(default=45, gt=0)
    unattended_seconds: float = Field(default=3_600, gt=0)
    """How long somebody who never opened a socket keeps a seat."""
    keeper_seconds: float = Field(default=8, gt=1)
    hello_seconds: float = Field(default=5, gt=0)
    ping_seconds: float = Field(default=20, gt=0)
    heal_seconds: float = Field(default=10, gt=0)
    drain_seconds: float = Field(default=5, ge=0)
    start_seconds: float = Field(default=10, ge=0)
    """How long a start waits for a database that may be starting too."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"

    @field_validator(
        "allowed_hosts", "allowed_origins", "trusted_proxies", "outbound_hosts", mode="before"
    )
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("api_prefix")
    @classmethod
    def _apart(cls, value: str) -> str:
        if not re.fullmatch(r"(/[a-z0-9_.-]+)+", value):
            raise ValueError("a path such as /api: without it, its /users would be another's")
        return value

    @field_validator("favicon")
    @classmethod
    def _picture(cls, value: str) -> str:
        if value and Path(value).is_file() and Path(value).read_bytes()[:8] == PNG:
            return value
        if value:
            raise ValueError("names no PNG file")
        return value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if any(len(key.encode()) < SHORTEST_KEY for key in keys_of(value)):
            raise ValueError(
                f"each key needs {SHORTEST_KEY} bytes or more; make one with: lobby token secret"
            )
        return value

    @field_validator("database_url", "redis_url", "public_url")
    @classmethod
    def _of_a_known_kind(cls, value: str, field: ValidationInfo) -> str:
        kinds = KINDS[str(field.field_name)]
        if not value.startswith(kinds) and (value or field.field_name != "public_url"):
            raise ValueError(f"should begin with one of: {', '.join(kinds)}")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @property
    def embedded(self) -> bool:
        """One process with nothing beside it."""
        return self.redis_url == "memory:"

    @property
    def alone(self) -> bool:
        """No second process can open the store while this one has it."""
        return self.embedded or self.database_url.startswith("sqlite:")

    @property
    def url(self) -> str:
        """Where clients find us; for whoever listens on every address, from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        shown = f"[{host}]" if ":" in host else host
        return self.public_url.rstrip("/") or f"http://{shown}:{self.port}"

    @property
    def channel_url(self) -> str:
        return "ws" + self.url.removeprefix("http") + "/ws"


def keys_of(secret: SecretStr) -> list[str]:
    return [key for key in secret.get_secret_value().split(",") if key]


def unknown(names: Iterable[str]) -> list[str]:
    """Those that look like settings and are none: a mistyped one would do nothing, silently."""
    known = {f"LOBBY_{name.upper()}" for name in Settings.model_fields}
    return sorted(n for n in names if n.upper().startswith("LOBBY_") and n.upper() not in known)


def complaints(error: ValidationError) -> list[str]:
    """One line for each wrong setting, naming its variable and never its value."""
    return [
        f"LOBBY_{'_'.join(str(part) for part in problem['loc'][:1]).upper()}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    ]
