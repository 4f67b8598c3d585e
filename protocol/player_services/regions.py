"""Where in the world sessions may be played."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.player_services.terms import Id, Maybe, Message, Natural, String


class Region(Message):
    region_id: Id
    sort_order: Natural
    custom_only: bool
    description: Maybe[Annotated[String, StringConstraints(min_length=1, max_length=256)]] = None


class RegionsResponse(Message):
    """`cursor` goes back with the next question; 0 is the end."""

    regions: list[Region]
    cursor: Natural


class RegionsQuery(Message):
    cursor: Natural = 0
    page_size: Annotated[int, Field(ge=1, le=50)] = 50
