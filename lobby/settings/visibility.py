"""Settings of who sees who is online, and how much of it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class VisibilitySettings(BaseModel):
    """Presence, as others see it."""

    seen_by: Literal["everybody", "friends"] = "everybody"
    """Who sees that somebody is online; `friends`: only those who list each other."""
    region: str = ""
    """The region of the catalogue that this process serves, shown with those who are online here;
    empty: none."""
    roster_limit: int = Field(default=2_000, ge=1)
    """People who are online, above which the list of all is watched by nobody."""
    people_limit: int = Field(default=100_000, ge=1)
    """People who are online, above which nobody may ask questions to the list of them."""
