"""Endpoints that clients of player services call though its document does not describe them:
regions by number, application settings, presence, platform links, ratings by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import RootModel

from protocol.described import described
from protocol.player_services.platforms import Platform, PlatformID
from protocol.player_services.players import PlayerPath
from protocol.player_services.ranks import RankData
from protocol.player_services.types import (
    Id,
    Integer,
    Maybe,
    Message,
    Natural,
    Positive,
    Uuid,
)


class SiteSettings(Message):
    """A region. `site_id` is its number, for clients that do not use region names."""

    site_id: Annotated[Positive, described("Number of the region.", 1)]
    region_id: Annotated[Id, described("Id of the region.", "eu")]
    sort_order: Annotated[
        Natural, described("Regions are listed by this number, the smallest first.", 0)
    ]
    custom_only: Annotated[
        bool, described("Whether the region is for custom games alone, never for matchmaking.")
    ]
    message_name: Annotated[Maybe[str], described("Name of the region, for people.", "Europe")] = (
        None
    )


class UtcTime(RootModel[Annotated[str, described("In UTC.", "2026-01-31T12:00:00.000Z")]]):
    """The server's time."""


class AppSetting(Message):
    """A setting of the application, for clients."""

    key: Annotated[str, described("Name of the setting.", "motd")]
    value: Annotated[str, described("Value of the setting.", "Welcome!")]


class OnlineStatus(StrEnum):
    """What others see of a player's presence."""

    ONLINE = "online"
    AWAY = "away"
    INVISIBLE = "invisible"
    OFFLINE = "offline"


class PresenceUpdate(Message):
    """A keep-alive, and a new status where there is one."""

    status: Annotated[Maybe[OnlineStatus], described("The new status; absent: as it is.")] = None


class PlayerLink(Message):
    """A player on one platform."""

    platform: Annotated[Platform, described("The platform.")]
    platform_id: Annotated[
        Maybe[PlatformID],
        described("Number of the platform, for older clients; `platform` takes precedence."),
    ] = None
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    player_id: Annotated[Integer, described("Number of the player, for older clients.", 1001)]


class PlayerLinks(Message):
    """A player on every platform."""

    links: Annotated[list[PlayerLink], described("The player on each platform that is linked.")]


class NamedRank(Message):
    """A rating whose kind has a name in place of a number."""

    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    rank: Annotated[RankData, described("The rating.")]
    rank_id: Annotated[str, described("Name of the kind of rating.", "1")]


class NamedRanks(Message):
    """Ratings of a player."""

    player_ranks: Annotated[list[NamedRank], described("The player's ratings.")]


class UpdatedNamedRanks(Message):
    """Ratings after an update."""

    updated_players: Annotated[list[NamedRank], described("The new ratings.")]


class PlayerNamedRankPath(PlayerPath):
    rank_id: Annotated[Id, described("Name of the kind of rating.", "1")]
