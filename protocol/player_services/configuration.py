"""What clients of the document ask for besides: where to play, what time it is, the ratings by the
names that kinds have there, who they are on platforms. It has no words for these."""

from __future__ import annotations

from enum import StrEnum

from protocol.player_services.platforms import Platform, PlatformID
from protocol.player_services.players import PlayerPath
from protocol.player_services.ranks import RankData
from protocol.player_services.terms import Id, Integer, Maybe, Message, Natural, Positive, Uuid


class SiteSettings(Message):
    """A region. `site_id` is its number, for clients that know no names of regions."""

    site_id: Positive
    region_id: Id
    sort_order: Natural
    custom_only: bool
    message_name: Maybe[str] = None


class AppSetting(Message):
    key: str
    value: str


class BackfillConfig(Message):
    """How often a session that wants more players should say so again."""

    cadence_seconds: Positive


class OnlineStatus(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    INVISIBLE = "invisible"
    OFFLINE = "offline"


class PresenceUpdate(Message):
    """Without a status: still here."""

    status: Maybe[OnlineStatus] = None


class PlayerLink(Message):
    platform: Platform
    platform_id: Maybe[PlatformID] = None
    player_uuid: Uuid
    player_id: Integer


class PlayerLinks(Message):
    links: list[PlayerLink]


class NamedRank(Message):
    """A rating of a kind that is called by a text."""

    player_uuid: Uuid
    rank: RankData
    rank_id: str


class NamedRanks(Message):
    player_ranks: list[NamedRank]


class UpdatedNamedRanks(Message):
    updated_players: list[NamedRank]


class PlayerNamedRankPath(PlayerPath):
    rank_id: Id
