"""Where players come from, what they play with, and with whom they want to."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from protocol.player_services.terms import Maybe, Message


class Platform(StrEnum):
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
    """The older name of a platform; `Platform` wins where both are said."""

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
    KBM = "keyboardandmouse"
    GAMEPAD = "gamepad"
    TOUCH = "touch"


class ClientSettings(Message):
    platform_id: Maybe[PlatformID] = None
    platform: Maybe[Platform] = None
    input: Input


class CrossplayPlatform(StrEnum):
    ANY = "desired_platforms_any"
    XBOX = "desired_platforms_xboxlike"
    PLAYSTATION = "desired_platforms_playstationlike"


class CrossplayInput(StrEnum):
    ANY = "desired_inputs_any"
    KBM = "desired_inputs_keyboardandmouse"
    GAMEPAD = "desired_inputs_gamepad"
    TOUCH = "desired_inputs_touch"


class CrossplayPreferences(Message):
    permitted_platform: CrossplayPlatform
    permitted_input: CrossplayInput
