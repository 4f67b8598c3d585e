"""Platforms, input devices and crossplay preferences."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated

from protocol.described import described
from protocol.player_services.types import Maybe, Message


class Platform(StrEnum):
    """Platforms where players have accounts."""

    ANON = "Anon"
    BASIC = "Basic"
    XBOX_LIVE = "XboxLive"
    PSN = "PSN"
    NINTENDO_NAID = "NintendoNAID"
    NINTENDO_SWITCH = "NintendoSwitch"
    NINTENDO_PPID = "NintendoPPID"
    GOOGLE = "Google"
    GOOGLE_PLAY = "GooglePlay"
    APPLE = "Apple"
    EPIC = "Epic"
    STEAM = "Steam"
    AMAZON = "Amazon"
    TWITCH = "Twitch"


class PlatformID(IntEnum):
    """The older number of a platform; `Platform` takes precedence where both are given."""

    ANON = 2
    AMAZON = 4
    STEAM = 5
    PSN = 9
    XBOX_LIVE = 10
    BASIC = 11
    GOOGLE = 13
    TWITCH = 16
    NINTENDO_SWITCH = 22
    APPLE = 24
    NINTENDO = 26
    EPIC = 28


class Portal(IntEnum):
    """Numbers of platforms, as logins tell them."""

    ANON = 2
    AMAZON = 4
    STEAM = 5
    PSN = 9
    XBOXLIVE = 10
    BASIC = 11
    GOOGLE = 13
    TWITCH = 16
    NINTENDO_SWITCH = 22
    APPLE = 24
    NINTENDO = 26
    EPIC = 28
    NINTENDO_PPID = 33


class Input(StrEnum):
    """Input device of a client."""

    KBM = "keyboardandmouse"
    GAMEPAD = "gamepad"
    TOUCH = "touch"


class ClientSettings(Message):
    """Platform and input device of a client."""

    platform_id: Annotated[
        Maybe[PlatformID],
        described("Number of the platform, for older clients; `platform` takes precedence."),
    ] = None
    platform: Annotated[
        Maybe[Platform],
        described("The platform that the client runs on; the one of the login takes precedence."),
    ] = None
    input: Annotated[Input, described("The input device that the player uses.")]


class CrossplayPlatform(StrEnum):
    """Platforms that a player is ready to play with."""

    ANY = "desired_platforms_any"
    XBOX = "desired_platforms_xboxlike"
    PLAYSTATION = "desired_platforms_playstationlike"


class CrossplayInput(StrEnum):
    """Input devices that a player is ready to play with."""

    ANY = "desired_inputs_any"
    KBM = "desired_inputs_keyboardandmouse"
    GAMEPAD = "desired_inputs_gamepad"
    TOUCH = "desired_inputs_touch"


class CrossplayPreferences(Message):
    """Platforms and input devices that a player is ready to play with."""

    permitted_platform: Annotated[
        CrossplayPlatform, described("With which platforms the player is ready to play.")
    ]
    permitted_input: Annotated[
        CrossplayInput, described("With which input devices the player is ready to play.")
    ]
