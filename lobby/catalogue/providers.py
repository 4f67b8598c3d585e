"""Who vouches for players: the platforms' own logins, by OpenID Connect."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from lobby.catalogue.rows import Address, Brief, Name, Row, Rows, Secret

Scope = Annotated[str, Field(max_length=128, pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]


class Provider(Row):
    """One for a platform: what it calls somebody is who they are on that platform."""

    platform: Literal[
        "Amazon", "Apple", "Epic", "Google", "NintendoNAID", "NintendoSwitch", "PSN", "Steam",
        "Twitch", "XboxLive",
    ]  # fmt: skip
    issuer: Address
    client_id: Brief
    client_secret: Secret | None = None
    """None: the provider knows us by our id alone."""
    scopes: Rows[Scope] = ("openid",)
    default_role: Name = "player"

    @field_validator("issuer")
    @classmethod
    def _without_query(cls, value: str) -> str:
        if "?" in value:
            raise ValueError("must not have a query")
        return value

    @field_validator("scopes")
    @classmethod
    def _that_names_somebody(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("openid has to be among them: without it nobody is named")
        return value
