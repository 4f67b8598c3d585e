"""Custom endpoints: which of the game's own services is called. The body is passed on unread."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.types import String


class EndpointPath(StrictModel):
    endpoint_id: Annotated[
        String, described("Id of the custom endpoint in the catalogue.", "daily-news")
    ]


class ContentType(BaseModel):
    content_type: Annotated[
        str, described("Media type of the body; it is passed on with it.", "application/json")
    ] = Field("application/json", alias="content-type")
