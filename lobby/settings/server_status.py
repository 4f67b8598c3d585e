"""Settings of the document of server, users and nicknames."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, field_validator

UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Categories: controls, format characters (the bidirectional ones too), private use, surrogates."""
SEEN = frozenset("\n\u200c\u200d")
"""Line ends, and joiners, which scripts and emoji need."""
PNG = b"\x89PNG\r\n\x1a\n"


class StatusSettings(BaseModel):
    """What that document leaves to whoever runs the server."""

    api_prefix: str = "/api"
    anonymous_access: bool = False
    """Whether reads there need no token."""
    max_nicknames: int = Field(default=5, ge=0, le=100)
    """Nicknames of one account."""
    max_tokens: int = Field(default=5, ge=1, le=1_000)
    """Logins of one account at a time; the oldest ends."""
    access_seconds: float = Field(default=900, gt=0)
    """How long an access token lasts."""
    refresh_seconds: float = Field(default=2_592_000, gt=0)
    """How long a refresh token lasts: a login that is not renewed for so long is over."""
    proof_seconds: float = Field(default=900, gt=0)
    """How long after showing it a password may be changed without showing it again."""
    dates: Literal["plain", "utc"] = "plain"
    """How dates are written there: without a zone, or with the `Z` that browsers need."""
    motd: str = "Welcome to the lobby"
    """The message of the day; section signs begin formatting codes."""
    address: str = ""
    favicon: str = ""
    """A PNG file, 64 by 64 pixels."""
    max_players: int = Field(default=0, ge=0)
    """Shown as the most that fit; 0: as many as `connections`."""
    version_name: str = ""
    console: bool = False
    """What administrators are told when they ask whether a console may be used."""
    minecraft_address: str = ""
    """Of a Minecraft server whose status is shown instead of our own, `host` or `host:port`."""

    @field_validator("api_prefix")
    @classmethod
    def _apart(cls, value: str) -> str:
        if not re.fullmatch(r"(/[a-z0-9_.-]+)+", value):
            raise ValueError("a path such as /api: without it, its /users would be another's")
        return value

    @field_validator("motd")
    @classmethod
    def _shown(cls, value: str) -> str:
        if any(unicodedata.category(c) in UNSEEN and c not in SEEN for c in value):
            raise ValueError("holds characters that cannot be shown")
        return value

    @field_validator("favicon")
    @classmethod
    def _picture(cls, value: str) -> str:
        if value and not (Path(value).is_file() and Path(value).read_bytes()[:8] == PNG):
            raise ValueError("names no PNG file")
        return value
