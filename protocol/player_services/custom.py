"""Which of the game's own services is called. What is said there is not ours to know."""

from __future__ import annotations

from pydantic import BaseModel, Field

from protocol.codec import Words
from protocol.player_services.terms import String


class EndpointPath(Words):
    endpoint_id: String


class ContentType(BaseModel):
    content_type: str = Field("application/json", alias="content-type")
