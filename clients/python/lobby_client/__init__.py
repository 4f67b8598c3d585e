"""The client of the lobby's live channel. Login and everything else over HTTP is in
`lobby_client.http`."""

from __future__ import annotations

from lobby_client.client import Lobby
from lobby_client.credentials import SecretFile
from lobby_client.documents import Live
from lobby_client.errors import (
    Closed,
    FellBehind,
    LobbyError,
    NotReady,
    QueueFull,
    Refused,
    TimedOut,
    Unauthorized,
    UnknownOutcome,
)
from lobby_client.journals import Journal
from lobby_client.states import Change, Closing, Identity, SecretStore, Signal, State, Token

__all__ = [
    "Change",
    "Closed",
    "Closing",
    "FellBehind",
    "Identity",
    "Journal",
    "Live",
    "Lobby",
    "LobbyError",
    "NotReady",
    "QueueFull",
    "Refused",
    "SecretFile",
    "SecretStore",
    "Signal",
    "State",
    "TimedOut",
    "Token",
    "Unauthorized",
    "UnknownOutcome",
]
