"""Regions where sessions may be played."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.described import described
from protocol.player_services.types import (
    Id,
    Maybe,
    Message,
    Natural,
    String,
)


class Region(Message):
    """A region to play in."""

    region_id: Annotated[Id, described("Id of the region.", "eu")]
    sort_order: Annotated[
        Natural, described("Regions are listed by this number, the smallest first.", 0)
    ]
    custom_only: Annotated[
        bool, described("Whether the region is for custom games alone, never for matchmaking.")
    ]
    description: Annotated[
        Maybe[Annotated[String, StringConstraints(min_length=1, max_length=256)]],
        described("What the region is called, for people.", "Europe"),
    ] = None


class RegionsResponse(Message):
    """`cursor` goes into the request for the next page; 0 after the last one."""

    regions: Annotated[list[Region], described("The regions, by `sort_order`.")]
    cursor: Annotated[
        Natural,
        described("The `cursor` of the request for the next page; 0 after the last one.", 0),
    ]


class RegionsQuery(Message):
    cursor: Annotated[
        Natural,
        described("Where the page begins: the `cursor` of the page before, 0 for the first.", 0),
    ] = 0
    page_size: Annotated[int, Field(ge=1, le=50), described("How many at most.", 10)] = 50
