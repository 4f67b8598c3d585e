"""Who is put together with whom: queues, the groups they lead to, profiles of matches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from lobby.catalogue.rows import Count, CustomData, Name, Number, Row, Rows, Seconds, Some, Uuid
from lobby.catalogue.sessions import MOST_SEATS

Side = Annotated[int, Field(ge=1, le=128)]
Distance = Annotated[float, Field(ge=0)]


def _number(value: object) -> object:
    """The contract has a rank's id as text here and as a number elsewhere: both will do."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:16])
    return value


RankId = Annotated[int, BeforeValidator(_number), Field(ge=1, le=2**31 - 1)]


class Window(Row):
    """How far apart two ratings may be: at first, more with each second, never beyond `max`."""

    start: Distance = 2
    grow_per_s: Distance = 0.2
    max: Distance = 25

    @field_validator("max")
    @classmethod
    def _not_below_start(cls, value: float, info: ValidationInfo) -> float:
        if value < (start := info.data.get("start", value)):
            raise ValueError(f"{value:g} is less than start, {start:g}")
        return value


class Matchmaking(Row):
    session_type: Name | None = None
    """What kind of session a match becomes."""
    tick_ms: Annotated[int, Field(ge=100, le=60_000)] = 1000
    ticket_timeout_s: Seconds = 900
    window: Window = Window()


class Profile(Row):
    id: Name
    join_mode: Literal["normal", "backfill", "created_before"] = "normal"
    delay_s: Annotated[float, Field(ge=0, le=86_400)] = 0
    """How long a ticket waits before a profile of mode `created_before` takes it."""
    instance_template: Uuid
    rank_id: RankId
    num_sides: Side = 2
    min_players_per_side: Side = 1
    max_players_per_side: Side
    ready_check_s: Seconds | None = None
    """For how long players are asked whether they are ready; none: they are not asked."""
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


class Rule(Row):
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


class Ruleset(Row):
    determiner: Literal["allOf", "anyOf", "oneOf", "noneOf"] = "allOf"
    rules: Annotated[Rows[Rule], Some]


class GroupTemplate(Row):
    """One way of matching, taken when its ruleset holds; one without holds always."""

    id: Uuid
    mmr_grouping_method: Literal["worst", "best", "avg", "avg_weighted_by_sigma"] = "avg"
    profiles: Annotated[Rows[Name], Some]
    ruleset: Ruleset | None = None


class TemplateGroup(Row):
    id: Uuid
    templates: Annotated[Rows[GroupTemplate], Some]

    @field_validator("templates")
    @classmethod
    def _all_are_reached(cls, value: tuple[GroupTemplate, ...]) -> tuple[GroupTemplate, ...]:
        for place, one in enumerate(value[:-1]):
            if one.ruleset is None:
                raise ValueError(f"[{place}] has no ruleset, so those after it are never reached")
        return value


class Queue(Row):
    queue_id: Name
    active: bool = True
    max_queue_group_size: Number
    template_group: Uuid
    legacy_config: CustomData = Field(default_factory=dict)
