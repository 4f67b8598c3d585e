"""OAuth login at a platform: the redirects of the browser, and the details of a token."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.types import Maybe, Message, String

LONGEST_STATE = 4096
"""Characters of the OAuth `state` that a provider returns."""


class OAuthPortal(StrEnum):
    """Platforms to log in at in a browser."""

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
    """Kinds of platform tokens that can be looked into."""

    PS4_V1 = "ps4_v1"
    PS4_V3 = "ps4_v3"
    PS5_V3 = "ps5_v3"


class PortalTokenDetailsRequest(Message):
    """A platform's token to look into."""

    grant_type: Annotated[
        PortalTokenDetailsGrantType, described("Which kind of token `portal_access_token` is.")
    ]
    portal_access_token: Annotated[
        String, described("The platform's token to identify.", "v3.token")
    ]


class PortalPath(StrictModel):
    platform: Annotated[OAuthPortal, described("The platform to log in at.", "google")]


class DepartureQuery(Message):
    """`state` is the game's own, and is returned unchanged."""

    state: Annotated[
        Maybe[Annotated[String, StringConstraints(max_length=LONGEST_STATE)]],
        described("The game's own text, returned unchanged; at most 4,096 characters.", "level-3"),
    ] = None
    redirect_uri: Annotated[
        Maybe[String],
        described(
            "Where the browser goes afterwards; absent: the catalogue's first.",
            "http://127.0.0.1:9000/done",
        ),
    ] = None


class ReturnQuery(Message):
    """The platform's response; both empty where it refuses the login."""

    code: Annotated[
        String, described("The platform's code; empty where it refuses the login.", "4/0AbCdEf")
    ] = ""
    state: Annotated[
        String, described("The state that the lobby sent to the platform.", "Zm9yIHRoZSBsb2JieQ")
    ] = ""
