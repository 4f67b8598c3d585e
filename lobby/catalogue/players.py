"""What players have beside a seat: ratings, settings, purchases, and calls to your own service."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from lobby.catalogue.access import Permission
from lobby.catalogue.patterns import json_schema, linear
from lobby.catalogue.rows import (
    Address,
    Brief,
    CustomData,
    Name,
    Number,
    Platform,
    Row,
    Secret,
    Some,
)

Rating = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
Variance = Annotated[float, Field(gt=0, le=1_000_000)]


class Rank(Row):
    """One rating of a player, by TrueSkill: a mean and a variance, kept within limits."""

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


class SettingVersion(Row):
    """What players may keep under which key, in one version of the game."""

    allow_update: bool = True
    key_regex: Annotated[str, Field(min_length=1, max_length=256), AfterValidator(linear)] = "^.+$"
    value_jsonschema: Annotated[dict[str, Any], BeforeValidator(json_schema)]
    custom_data: CustomData = Field(default_factory=dict)


class SettingType(Row):
    versions: Annotated[dict[Name, SettingVersion], Some]


class Sku(Row):
    """What a purchase on a platform gives."""

    platform: Platform
    sku: Brief
    item_id: Number
    quantity: Number = 1
    unproven: bool = False
    """Given to whoever claims it, where no provider can be asked."""


class EntitlementProvider(Row):
    """A service of yours that knows what is owned on a platform."""

    platform: Platform
    url: Address
    secret: Secret | None = None


class CustomEndpoint(Row):
    """Calls that we pass on to a service of yours."""

    id: Name
    url: Address
    permission: Permission | None = None
    secret: Secret | None = None
