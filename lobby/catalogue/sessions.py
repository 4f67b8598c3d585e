"""Session templates and regions in the catalogue."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from lobby.catalogue.fields import (
    EVERY_POWER,
    Brief,
    CatalogueRow,
    Count,
    CustomData,
    LeaderMay,
    Name,
    Number,
    Platform,
    Short,
    Text,
    powers_of,
)
from lobby.domain.sessions.clients import NUMBERS
from lobby.domain.sessions.seats import MOST_SEATS
from lobby.domain.sessions.templates import HOSTED, Template


class Region(CatalogueRow):
    region_id: Name
    sort_order: Count = 0
    custom_only: bool = False
    description: Brief | None = None


class StartupParamsRow(CatalogueRow):
    """Parameters that a game server is started with."""

    map: Text
    mode: Text | None = None
    misc_params: Annotated[str, Field(max_length=4096)] = ""
    custom_data: CustomData = Field(default_factory=dict)


class PlatformTemplate(CatalogueRow):
    """The session's counterpart on one platform, which is the row's key."""

    platform: Platform
    platform_id: Count
    platform_session_type: Short
    max_players: Number | None = None
    custom_data: CustomData = Field(default_factory=dict)


class SessionTemplate(CatalogueRow):
    session_type: Name
    engine_session_type: Brief = "Game"
    welcome: Literal["host", "open"] = "open"
    """`host`: the leader's lists of friends and bans decide who may join."""
    joinable: bool = False
    """Whether create-or-join joins a session of this type that has room."""
    entry: Literal["open", "friends", "invited", "closed"] = "invited"
    """Of new sessions. Default: `open` where `joinable` is true and for `hosted`."""
    friends_of: Literal["leader", "members"] = "members"
    """Whose friends come in where the entry is `friends`; of `hosted` the leader's alone."""
    codes: bool = True
    """Whether whoever sits in one may have a code made for it."""
    code_ttl_s: Annotated[int, Field(ge=0, le=31_536_000)] = 0
    """Seconds that a code is good for; 0: as long as the session."""
    passwords: bool = True
    """Whether its leader may set a password."""
    kick_s: Annotated[int, Field(ge=0, le=31_536_000)] = 0
    """Seconds that whoever is kicked stays out, unless the kick says otherwise; of `hosted` 60."""
    can_be_created_by_players_directly: bool = False
    can_join_matchmaking: bool = False
    can_be_added_to_server_browser: bool = False
    can_change_own_team: bool = True
    leader_may: LeaderMay = ("all",)
    """What the leader of a session of this type may do; not of those that are made for matches."""
    keep_alive_on_empty: bool = False
    auto_add_to_browser: bool = False
    auto_browser_params: CustomData = Field(default_factory=dict)
    auto_startup_params: StartupParamsRow | None = None
    min_session_count: Annotated[int, Field(ge=0, le=1000)] = 0
    """Sessions that the lobby keeps open in each region."""
    num_teams: Annotated[int, Field(ge=1, le=MOST_SEATS)] = 1
    players_per_team: Annotated[int, Field(ge=1, le=MOST_SEATS)] = 4
    platform_templates: dict[str, PlatformTemplate] = Field(default_factory=dict)
    custom_data: CustomData = Field(default_factory=dict)

    @field_validator("platform_templates", mode="before")
    @classmethod
    def _named_by_key(cls, value: Any) -> Any:
        """The platform and its number default to those of the key."""
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

    @field_validator("friends_of")
    @classmethod
    def _a_host_has_friends(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("session_type") == HOSTED and value != "leader":
            raise ValueError('what a host launches is open to the host\'s own friends: "leader"')
        return value

    @field_validator("code_ttl_s")
    @classmethod
    def _of_codes_alone(cls, value: int, info: ValidationInfo) -> int:
        if value and not info.data.get("codes", True):
            raise ValueError("goes with codes, and those are off")
        return value

    @field_validator("leader_may")
    @classmethod
    def _a_host_leads(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("session_type") == HOSTED and value != (EVERY_POWER,):
            raise ValueError(f'what a host launches is the host\'s to lead: ["{EVERY_POWER}"]')
        return value

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_its_kind(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        if row.get("session_type") == HOSTED:
            return {"welcome": "host", "entry": "open", "friends_of": "leader", "kick_s": 60, **row}
        return {"entry": "open", **row} if row.get("joinable") is True else row

    @property
    def kept(self) -> bool:
        """Whether a session of this type stays open when it is empty."""
        return self.keep_alive_on_empty or self.min_session_count > 0

    def as_template(self) -> Template:
        leading = powers_of(self.leader_may)
        return Template(self.session_type, self.num_teams, self.players_per_team, leading)
