"""Identity providers in the catalogue: the platforms' logins, by OpenID Connect."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from lobby.catalogue.fields import (
    Address,
    Brief,
    CatalogueRow,
    Name,
    Rows,
    Secret,
)

Scope = Annotated[str, Field(max_length=128, pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]


class Provider(CatalogueRow):
    """The provider of a platform; its `sub` identifies a player there."""

    platform: Literal[
        "Amazon", "Apple", "Epic", "Google", "NintendoNAID", "NintendoSwitch", "PSN", "Steam",
        "Twitch", "XboxLive",
    ]  # fmt: skip
    issuer: Address
    client_id: Brief
    client_secret: Secret | None = None
    """None: a public client, without a secret."""
    authorized_parties: Rows[Brief] = ()
    """Other clients of the same project (`azp`): tokens for `client_id` may be issued to them."""
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
