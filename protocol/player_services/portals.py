"""Platforms' own logins: where a browser goes and comes back from, and what a token says."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from protocol.codec import Words
from protocol.player_services.terms import Maybe, Message, String

LONGEST_STATE = 4096


class OAuthPortal(StrEnum):
    GOOGLE = "google"
    APPLE = "apple"
    EPIC = "epic"
    XBOX = "xbox"
    PSN = "psn"
    NINTENDO = "nintendo"
    STEAM = "steam"
    AMAZON = "amazon"
    TWITCH = "twitch"


class PortalTokenDetailsGrantType(StrEnum):
    PS4_V1 = "ps4_v1"
    PS4_V3 = "ps4_v3"
    PS5_V3 = "ps5_v3"


class PortalTokenDetailsRequest(Message):
    grant_type: PortalTokenDetailsGrantType
    portal_access_token: String


class PortalPath(Words):
    platform: OAuthPortal


class DepartureQuery(Message):
    """`state` is the game's own, and comes back as it was."""

    state: Maybe[Annotated[String, StringConstraints(max_length=LONGEST_STATE)]] = None
    redirect_uri: Maybe[String] = None


class ReturnQuery(Message):
    """What the platform says; both empty where it says no."""

    code: String = ""
    state: String = ""
