"""Changes of a team."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protocol.described import described
from protocol.player_services.types import CustomData, Maybe, Message


class TeamUpdate(Message):
    """Absent fields stay as they are."""

    max_size: Annotated[
        Maybe[Annotated[int, Field(ge=1, le=100)]],
        described("How many players the team has room for; not below those who hold a seat.", 3),
    ] = None
    custom_data: Maybe[CustomData] = None
