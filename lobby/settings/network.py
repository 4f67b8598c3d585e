"""Settings of where we are reached, by whom, and whom we may call."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

from lobby.settings.urls import of_a_known_kind

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII)
"""A web origin as browsers send it; not the `null` of files and sandboxes, which says nothing."""


class NetworkSettings(BaseModel):
    """Addresses, origins, proxies."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    """As clients reach us, `https://lobby.example`; empty: from host and port."""
    allowed_hosts: Annotated[list[str], NoDecode] = []
    """That we answer under; empty: addresses, `localhost`, the machine's name, `public_url`'s."""
    allowed_origins: Annotated[list[str], NoDecode] = []
    """Origins of other sites whose pages may call us, over HTTP and the channel."""
    trusted_proxies: Annotated[list[str], NoDecode] = []
    """Networks (CIDR) whose X-Forwarded-For is believed."""
    outbound_hosts: Annotated[list[str], NoDecode] = []
    """Hosts, with or without a port, that we may call without TLS and within our own network."""
    documents: bool = True
    """Whether `/openapi.json` and `/asyncapi.json` are served."""
    admin_socket: str = "lobby.sock"
    name: str = "Lobby"

    @field_validator(
        "allowed_hosts", "allowed_origins", "trusted_proxies", "outbound_hosts", mode="before"
    )
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        parts = value.split(",") if isinstance(value, str) else None
        return value if parts is None else [part.strip() for part in parts if part.strip()]

    @field_validator("allowed_origins")
    @classmethod
    def _as_browsers_spell_them(cls, value: list[str]) -> list[str]:
        origins = [origin.lower().removesuffix("/") for origin in value]
        if not all(map(ORIGIN.fullmatch, origins)):
            raise ValueError("an origin is https://game.example, perhaps with :port; no path")
        defaults = {"https": ":443", "http": ":80"}
        return [o.removesuffix(defaults.get(o.partition(":")[0], "/")) for o in origins]

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        return [network for network in value if ipaddress.ip_network(network)]

    @field_validator("public_url")
    @classmethod
    def _of_the_web(cls, value: str) -> str:
        return of_a_known_kind(value, ("https://", "http://")) if value else value
