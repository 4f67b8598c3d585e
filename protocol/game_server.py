"""Wire models of a game server's status, in the API of server status, users and nicknames."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from protocol.described import described

PNG = "data:image/png;base64,iVBORw0KGgo="


class VersionName(BaseModel):
    """The server's version in words."""

    name: Annotated[str, described("Version of the server, for people.", "1.21.4")]


class VersionProtocol(BaseModel):
    """The server's version as a number."""

    protocol: Annotated[int, described("Number of the protocol version.", 769)]


class Version(VersionProtocol, VersionName):
    """The server's version."""


class Online(BaseModel):
    """How many players are online."""

    online: Annotated[int, described("How many players are online now.", 12)]


class Sample(BaseModel):
    """A player who is online."""

    nickname: Annotated[str, described("Name that the player has in the game.", "Ada99")]
    login: Annotated[
        str | None, described("Login of the player; null where no user has that nickname.", "ada")
    ]


class PlayersCount(Online):
    """How many players are online, and may be."""

    max: Annotated[int, described("How many players the server has room for.", 100)]


class Players(PlayersCount):
    """How many players are online, and some of them."""

    sample: Annotated[list[Sample], described("Some of the players who are online.")]


class MotdRaw(BaseModel):
    """The message of the day with formatting codes."""

    raw: Annotated[
        str, described("The message of the day with its formatting codes.", "§aWelcome!")
    ]


class MotdClean(BaseModel):
    """The message of the day as plain text."""

    clean: Annotated[
        str, described("The message of the day as plain text, without formatting.", "Welcome!")
    ]


class MotdHtml(BaseModel):
    """The message of the day as HTML."""

    html: Annotated[str, described("The message of the day as HTML.", "<p>Welcome!</p>")]


class Motd(MotdRaw, MotdClean, MotdHtml):
    """The message of the day in each form."""


class Address(BaseModel):
    """Where the game server is reached."""

    address: Annotated[
        str | None,
        described(
            "Where the game server is reached, as host and port; null where none is named.",
            "play.example.net:25565",
        ),
    ]


class Favicon(BaseModel):
    """The server's icon."""

    favicon: Annotated[
        str | None,
        described(
            "The server's icon as a data URL; null where it has none.",
            PNG,
        ),
    ]


class Server(Address, Favicon):
    """The server's status."""

    version: Annotated[Version, described("The server's version.")]
    players: Annotated[Players, described("Who is online.")]
    motd: Annotated[Motd, described("The message of the day.")]
