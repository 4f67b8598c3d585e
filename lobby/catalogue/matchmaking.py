"""Matchmaking in the catalogue: queues, template groups, rulesets and profiles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from lobby.catalogue.fields import (
    CatalogueRow,
    Count,
    CustomData,
    LeaderMay,
    Name,
    NotEmpty,
    Number,
    Rows,
    Seconds,
    Uuid,
    powers_of,
)
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import MOST_SEATS

Side = Annotated[int, Field(ge=1, le=128)]
Distance = Annotated[float, Field(ge=0)]


def _number(value: object) -> object:
    """The API has a rank's id as a text here and as a number elsewhere: both are accepted."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:16])
    return value


RankId = Annotated[int, BeforeValidator(_number), Field(ge=1, le=2**31 - 1)]


class WindowRow(CatalogueRow):
    """Rating window: the accepted difference of two ratings, which grows with the time waited."""

    start: Distance = 2
    grow_per_s: Distance = 0.2
    max: Distance = 25

    @field_validator("max")
    @classmethod
    def _not_below_start(cls, value: float, info: ValidationInfo) -> float:
        if value < (start := info.data.get("start", value)):
            raise ValueError(f"{value:g} is less than start, {start:g}")
        return value


class Matchmaking(CatalogueRow):
    session_type: Name | None = None
    """The template of the session that a match becomes."""
    tick_ms: Annotated[int, Field(ge=100, le=60_000)] = 1000
    ticket_timeout_s: Seconds = 900
    leader_may: LeaderMay = ("update",)
    """What the first comer of a match may do in it, who leads strangers."""
    window: WindowRow = WindowRow()

    @property
    def leading(self) -> tuple[Power, ...] | None:
        """None is everything."""
        return powers_of(self.leader_may)


class ProfileRow(CatalogueRow):
    id: Name
    join_mode: Literal["normal", "backfill", "created_before"] = "normal"
    delay_s: Annotated[float, Field(ge=0, le=86_400)] = 0
    """How long a ticket waits before a profile of mode `created_before` accepts it."""
    instance_template: Uuid
    rank_id: RankId
    num_sides: Side = 2
    min_players_per_side: Side = 1
    max_players_per_side: Side
    uneven: Annotated[int, Field(ge=-1, le=127)] = -1
    """How many players more one side may have than another; -1: any number, 0: none."""
    backfill: Literal["none", "open", "server"] = "open"
    """Who asks for players where its matches lack some: nobody, each free seat, the game server."""
    ready_check_s: Seconds | None = None
    """Duration of the ready check; none: a match is made without one."""
    legacy_config: CustomData = Field(default_factory=dict)

    @field_validator("max_players_per_side")
    @classmethod
    def _not_below_least(cls, value: int, info: ValidationInfo) -> int:
        if value < (least := info.data.get("min_players_per_side", value)):
            raise ValueError(f"{value} is less than min_players_per_side, {least}")
        if (sides := info.data.get("num_sides", 1)) * value > MOST_SEATS:
            raise ValueError(f"{sides} sides of {value} are more than {MOST_SEATS} seats")
        return value

    @field_validator("delay_s")
    @classmethod
    def _for_one_mode(cls, value: float, info: ValidationInfo) -> float:
        if bool(value) != (info.data.get("join_mode", "created_before") == "created_before"):
            raise ValueError('goes with join_mode "created_before", and that with a delay')
        return value


class RuleRow(CatalogueRow):
    rule_type: Literal["LinkingSize", "Inventory"]
    item_id: Count | None = None
    comparison_operation: Literal["eq", "ne", "lt", "le", "gt", "ge"]
    comparison_value: int

    @field_validator("item_id")
    @classmethod
    def _for_inventory_alone(cls, value: int | None, info: ValidationInfo) -> int | None:
        counts = info.data.get("rule_type") == "Inventory"
        if counts and value is None:
            raise ValueError("missing: an Inventory rule counts it")
        if value is not None and not counts:
            raise ValueError("only an Inventory rule counts one")
        return value


class RulesetRow(CatalogueRow):
    determiner: Literal["allOf", "anyOf", "oneOf", "noneOf"] = "allOf"
    rules: Annotated[Rows[RuleRow], NotEmpty]


class GroupTemplate(CatalogueRow):
    """Profiles for parties for which the ruleset holds; one without a ruleset always holds."""

    id: Uuid
    mmr_grouping_method: Literal["worst", "best", "avg", "avg_weighted_by_sigma"] = "avg"
    profiles: Annotated[Rows[Name], NotEmpty]
    ruleset: RulesetRow | None = None


class TemplateGroup(CatalogueRow):
    id: Uuid
    templates: Annotated[Rows[GroupTemplate], NotEmpty]

    @field_validator("templates")
    @classmethod
    def _all_are_reached(cls, value: tuple[GroupTemplate, ...]) -> tuple[GroupTemplate, ...]:
        for place, one in enumerate(value[:-1]):
            if one.ruleset is None:
                raise ValueError(f"[{place}] has no ruleset, so those after it are never reached")
        return value


class Queue(CatalogueRow):
    queue_id: Name
    active: bool = True
    max_queue_group_size: Number
    template_group: Uuid
    legacy_config: CustomData = Field(default_factory=dict)
