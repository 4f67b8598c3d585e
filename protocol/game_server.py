"""Wire models of a game server's status, in the API of server status, users and nicknames."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from protocol.described import described

PNG = "data:image/png;base64,iVBORw0KGgo="


class GameVersionName(BaseModel):
    """The server's version in words."""

    name: Annotated[str, described("Version of the server, for people.", "1.21.4")]


class GameVersionProtocol(BaseModel):
    """The server's version as a number."""

    protocol: Annotated[int, described("Number of the protocol version.", 769)]


class GameVersion(GameVersionProtocol, GameVersionName):
    """The server's version."""


class PlayersOnline(BaseModel):
    """How many players are online."""

    online: Annotated[int, described("How many players are online now.", 12)]


class PlayerSample(BaseModel):
    """A player who is online."""

    nickname: Annotated[str, described("Name that the player has in the game.", "Ada99")]
    login: Annotated[
        str | None, described("Login of the player; null where no user has that nickname.", "ada")
    ]


class ServerPlayersCount(PlayersOnline):
    """How many players are online, and may be."""

    max: Annotated[int, described("How many players the server has room for.", 100)]


class ServerPlayers(ServerPlayersCount):
    """How many players are online, and some of them."""

    sample: Annotated[list[PlayerSample], described("Some of the players who are online.")]


class ServerMotdRaw(BaseModel):
    """The message of the day with formatting codes."""

    raw: Annotated[
        str, described("The message of the day with its formatting codes.", "§aWelcome!")
    ]


class ServerMotdClean(BaseModel):
    """The message of the day as plain text."""

    clean: Annotated[
        str, described("The message of the day as plain text, without formatting.", "Welcome!")
    ]


class ServerMotdHtml(BaseModel):
    """The message of the day as HTML."""

    html: Annotated[str, described("The message of the day as HTML.", "<p>Welcome!</p>")]


class ServerMotd(ServerMotdRaw, ServerMotdClean, ServerMotdHtml):
    """The message of the day in each form."""


class ServerAddress(BaseModel):
    """Where the game server is reached."""

    address: Annotated[
        str | None,
        described(
            "Where the game server is reached, as host and port; null where none is named.",
            "play.example.net:25565",
        ),
    ]


class ServerFavicon(BaseModel):
    """The server's icon."""

    favicon: Annotated[
        str | None,
        described(
            "The server's icon as a data URL; null where it has none.",
            PNG,
        ),
    ]


class GameServerStatus(ServerAddress, ServerFavicon):
    """The server's status."""

    version: Annotated[GameVersion, described("The server's version.")]
    players: Annotated[ServerPlayers, described("Who is online.")]
    motd: Annotated[ServerMotd, described("The message of the day.")]
