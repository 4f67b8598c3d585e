"""Player data in the catalogue: ratings, settings, purchases (SKUs), custom endpoints."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from lobby.catalogue.auth import Permission
from lobby.catalogue.fields import (
    Address,
    Brief,
    CatalogueRow,
    CustomData,
    Name,
    NotEmpty,
    Number,
    Platform,
    Secret,
)
from lobby.catalogue.regex import parse_schema, require_linear

Rating = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
Variance = Annotated[float, Field(gt=0, le=1_000_000)]


class Rank(CatalogueRow):
    """A kind of TrueSkill rating: defaults, bounds and parameters of the model."""

    rank_id: Number
    min_rank_allowed: Rating = 0
    max_rank_allowed: Rating = 60
    default_rank: Rating = 25
    min_variance_allowed: Variance = 1
    default_variance: Variance = 8.333
    trueskill_beta: Variance = 4.167
    trueskill_tau: Annotated[float, Field(ge=0, le=1_000_000)] = 0.083
    trueskill_draw_probability: Annotated[float, Field(ge=0, lt=1)] = 0.05

    @field_validator("max_rank_allowed")
    @classmethod
    def _above_least(cls, value: float, info: ValidationInfo) -> float:
        if value <= (least := info.data.get("min_rank_allowed", value - 1)):
            raise ValueError(f"{value:g} is not more than min_rank_allowed, {least:g}")
        return value

    @field_validator("default_rank")
    @classmethod
    def _within(cls, value: float, info: ValidationInfo) -> float:
        least = info.data.get("min_rank_allowed", value)
        most = info.data.get("max_rank_allowed", value)
        if not least <= value <= most:
            raise ValueError(f"{value:g} is not between {least:g} and {most:g}, what is allowed")
        return value

    @field_validator("default_variance")
    @classmethod
    def _not_below_least(cls, value: float, info: ValidationInfo) -> float:
        if value < (least := info.data.get("min_variance_allowed", value)):
            raise ValueError(f"{value:g} is less than min_variance_allowed, {least:g}")
        return value


class SettingVersion(CatalogueRow):
    """Keys and values that players may store, in one version of the game."""

    allow_update: bool = True
    key_regex: Annotated[
        str, Field(min_length=1, max_length=256), AfterValidator(require_linear)
    ] = "^.+$"
    value_jsonschema: Annotated[dict[str, Any], BeforeValidator(parse_schema)]
    custom_data: CustomData = Field(default_factory=dict)


class SettingType(CatalogueRow):
    versions: Annotated[dict[Name, SettingVersion], NotEmpty]


class Sku(CatalogueRow):
    """The item that a purchase on a platform grants."""

    platform: Platform
    sku: Brief
    item_id: Number
    quantity: Number = 1
    unproven: bool = False
    """Granted without proof where no provider can be asked."""


class EntitlementProvider(CatalogueRow):
    """A service of the operator's that knows what players own on a platform."""

    platform: Platform
    url: Address
    secret: Secret | None = None


class CustomEndpoint(CatalogueRow):
    """Requests that the lobby forwards to a service of the operator's."""

    id: Name
    url: Address
    permission: Permission | None = None
    secret: Secret | None = None
