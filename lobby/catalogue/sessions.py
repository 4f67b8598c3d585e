"""What kinds of sessions there are, and where they are played."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lobby.catalogue.rows import (
    Brief,
    Count,
    CustomData,
    Name,
    Number,
    Platform,
    Row,
    Short,
    Text,
)
from lobby.domain.platforms import NUMBERS
from lobby.domain.seats import SPAN
from lobby.domain.templates import HOSTED, Template

MOST_SEATS = SPAN - 1


class Region(Row):
    region_id: Name
    sort_order: Count = 0
    custom_only: bool = False
    description: Brief | None = None


class StartupParams(Row):
    """What a game server is started with."""

    map: Text
    mode: Text | None = None
    misc_params: Annotated[str, Field(max_length=4096)] = ""
    custom_data: CustomData = Field(default_factory=dict)


class PlatformTemplate(Row):
    """What the session is on one platform. Which one is said by the key it stands under."""

    platform: Platform
    platform_id: Count
    platform_session_type: Short
    max_players: Number | None = None
    custom_data: CustomData = Field(default_factory=dict)


class SessionTemplate(Row):
    session_type: Name
    engine_session_type: Brief = "Game"
    welcome: Literal["host", "open"] = "open"
    """Whether the leader's lists of friends and banned people say who may come in."""
    joinable: bool = False
    """Join a session of this type that has room, rather than make another."""
    can_be_created_by_players_directly: bool = False
    can_join_matchmaking: bool = False
    can_be_added_to_server_browser: bool = False
    can_change_own_team: bool = True
    keep_alive_on_empty: bool = False
    auto_add_to_browser: bool = False
    auto_browser_params: CustomData = Field(default_factory=dict)
    auto_startup_params: StartupParams | None = None
    min_session_count: Annotated[int, Field(ge=0, le=1000)] = 0
    """In each region, kept running by ourselves."""
    num_teams: Annotated[int, Field(ge=1, le=MOST_SEATS)] = 1
    players_per_team: Annotated[int, Field(ge=1, le=MOST_SEATS)] = 4
    platform_templates: dict[str, PlatformTemplate] = Field(default_factory=dict)
    custom_data: CustomData = Field(default_factory=dict)

    @field_validator("platform_templates", mode="before")
    @classmethod
    def _named_by_key(cls, value: Any) -> Any:
        """The platform and its number need not be said again."""
        if not isinstance(value, dict):
            return value
        if unknown := [key for key in value if key not in NUMBERS]:
            raise ValueError(
                f"{', '.join(unknown)}: should be some of {', '.join(sorted(NUMBERS))}"
            )
        return {
            key: {"platform": key, "platform_id": NUMBERS[key], **row}
            if isinstance(row, dict)
            else row
            for key, row in value.items()
        }

    @field_validator("platform_templates")
    @classmethod
    def _under_their_keys(cls, value: dict[str, PlatformTemplate]) -> dict[str, PlatformTemplate]:
        for key, row in value.items():
            if (row.platform, row.platform_id) != (key, NUMBERS[key]):
                raise ValueError(f"under {key} belong platform {key} and number {NUMBERS[key]}")
        return value

    @field_validator("players_per_team")
    @classmethod
    def _not_too_many(cls, value: int, info: ValidationInfo) -> int:
        teams = info.data.get("num_teams", 1)
        if teams * value > MOST_SEATS:
            raise ValueError(f"{teams} teams of {value} are more than {MOST_SEATS} seats")
        return value

    @field_validator("welcome")
    @classmethod
    def _a_host_decides(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("session_type") == HOSTED and value != "host":
            raise ValueError('what a host launches is the host\'s to open: "host"')
        return value

    @model_validator(mode="before")
    @classmethod
    def _hosts_welcome(cls, row: Any) -> Any:
        if isinstance(row, dict) and row.get("session_type") == HOSTED:
            return {"welcome": "host", **row}
        return row

    @property
    def kept(self) -> bool:
        """Whether a session of this type stays when nobody is in it."""
        return self.keep_alive_on_empty or self.min_session_count > 0

    def shape(self) -> Template:
        return Template(self.session_type, self.num_teams, self.players_per_team)
