"""Instances in the catalogue: maps, what game servers are started with, and health checks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from lobby.catalogue.fields import (
    CatalogueRow,
    Count,
    CustomData,
    Name,
    NotEmpty,
    Number,
    Rows,
    Seconds,
    Text,
    Uuid,
)


class Map(CatalogueRow):
    map_id: Name
    map_game_id: Count = 0
    """Number of the map for old clients."""
    name: Text
    mode: Text | None = None
    map_weight: Annotated[float, Field(ge=0, le=100)]
    custom_data: CustomData = Field(default_factory=dict)


class MapList(CatalogueRow):
    id: Name
    maps: Annotated[Rows[Map], NotEmpty]

    @field_validator("maps")
    @classmethod
    def _one_can_be_drawn(cls, value: tuple[Map, ...]) -> tuple[Map, ...]:
        if not any(one.map_weight for one in value):
            raise ValueError("no map has a weight, so none is ever drawn")
        return value


class InstanceTemplate(CatalogueRow):
    id: Uuid
    map_list: Name
    default_host_type: Literal["dedicated", "player"]
    custom_data: CustomData = Field(default_factory=dict)


class HealthRow(CatalogueRow):
    cadence_s: Annotated[int, Field(ge=1, le=3600)] = 10
    unhealthy_percent: Annotated[float, Field(gt=0, le=100)] = 50
    """Percentage of missed health checks, of the latest, from which an instance is unhealthy."""
    missed_before_unknown: Number = 6
    close_after_unknown_s: Seconds = 60


class Instances(CatalogueRow):
    """`provider`: where game servers come from. `command`: the program that `exec` starts."""

    provider: Literal["registry", "exec", "none"] = "registry"
    command: Rows[Text] = ()
    allocate_timeout_s: Seconds = 60
    health: HealthRow = HealthRow()

    @field_validator("command")
    @classmethod
    def _for_exec_alone(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        executes = info.data.get("provider") == "exec"
        if executes and not value:
            raise ValueError('missing: provider "exec" runs it')
        if value and not executes:
            raise ValueError('only provider "exec" runs one')
        return value
