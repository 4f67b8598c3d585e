"""Field types of the catalogue: names, texts, addresses, secrets, with their bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    Strict,
    ValidationInfo,
)

from lobby.domain.entropy import ADVICE, is_guessable
from lobby.domain.sessions.powers import Power
from lobby.identity.passwords import is_common

T = TypeVar("T")

REFERENCE = "env:"
"""Prefix of a reference to a secret: the name of an environment variable follows."""
CODE = "{code}"
"""In an address of the game: where the code or the id goes."""
NOT_GAMES = {
    "javascript", "data", "vbscript", "file", "blob", "about", "http", "ftp", "ws", "wss",
    "mailto", "tel", "sms", "filesystem", "view-source", "chrome",
}  # fmt: skip
"""Schemes that a browser or a system acts on by itself, and the one that anybody reads."""
LINKED = r"[A-Za-z][A-Za-z0-9+.-]*://?(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
"""An address of a game, its code filled in: the characters of RFC 3986."""
EVERY_POWER = "all"
"""In the place of all that a leader may do."""
SHORTEST_SECRET = 8
"""Characters of a secret that is shared with a service."""


class CatalogueRow(BaseModel):
    """A table of the file: unknown keys are refused, types are not coerced, numbers are finite."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, validate_default=True
    )


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("should be a UUID") from None


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _require_some(value: T) -> T:
    """Not empty. Reported only when the items are valid, unlike a bound on the length."""
    if not value:
        raise ValueError("should not be empty")
    return value


def _http_address(url: str) -> str:
    """An absolute HTTP address without user, password or fragment, for a browser or our client."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"\s|[^\x21-\x7e]", url):
        raise ValueError("should be an address like https://example.com/path")
    if parts.username is not None or parts.fragment:
        raise ValueError("must have neither user, password nor fragment")
    return url


def _deep_link(url: str) -> str:
    """An address of the game itself, which a link on a page may lead to."""
    scheme = url.partition(":")[0].lower()
    if scheme in NOT_GAMES:
        raise ValueError(f"{scheme}: is not a game's")
    filled = url.replace(CODE, "~", 1)
    if set("{}") & set(filled):
        raise ValueError(f"{CODE}, once, is all that is filled in")
    if filled == url or not re.fullmatch(LINKED, filled):
        raise ValueError(f"should be an address like mygame://join/{CODE}")
    if scheme == "https" and not re.match(r"https://[^/?#@{]+[/?#]", url, re.IGNORECASE):
        raise ValueError(f"{CODE} belongs behind the host, and no user before it")
    return url


def _from_environment(value: object, info: ValidationInfo) -> object:
    """References are resolved if the context has an environment, and kept otherwise."""
    environment: Mapping[str, str] | None = (info.context or {}).get("environment")
    if not isinstance(value, str):
        return value
    if value.startswith(REFERENCE):
        name = value.removeprefix(REFERENCE)
        if not name:
            raise ValueError(f"{REFERENCE} is followed by the name of a variable")
        if environment is None:
            return SecretStr(value)
        if name not in environment:
            raise ValueError(f"{name} is not set in the environment")
        value = environment[name]
    if len(value) < SHORTEST_SECRET:
        raise ValueError(f"should have {SHORTEST_SECRET} characters or more")
    if is_guessable(value) or is_common(value):
        raise ValueError(ADVICE)
    return SecretStr(value)


def _powers(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) > 1 and EVERY_POWER in words:
        raise ValueError(f'"{EVERY_POWER}" stands alone')
    if twice := sorted({word for word in words if words.count(word) > 1}):
        raise ValueError(f"{', '.join(twice)}: is there twice")
    return words


def powers_of(words: Iterable[str]) -> tuple[Power, ...] | None:
    """What a leader may do; None is everything."""
    return None if EVERY_POWER in (said := tuple(words)) else tuple(map(Power, said))


NotEmpty = AfterValidator(_require_some)
Rows = Annotated[tuple[T, ...], Strict(False)]
"""A list of the file, as an immutable tuple."""
Name = Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
"""An identifier, which other rows and paths of URLs refer to."""
Uuid = Annotated[str, AfterValidator(_uuid)]
Text = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_without_nul)]
Brief = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_without_nul)]
Short = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_without_nul)]
CustomData = dict[Brief, Text]
Address = Annotated[str, Field(max_length=2048), AfterValidator(_http_address)]
DeepLink = Annotated[str, Field(max_length=512), AfterValidator(_deep_link)]
Secret = Annotated[SecretStr, BeforeValidator(_from_environment)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Seconds = Annotated[float, Field(gt=0, le=86_400 * 366)]

LeaderMay = Annotated[
    Rows[
        Literal[
            "all", "invite", "kick", "move", "update", "entry", "list", "close", "promote",
            "queue", "teams", "play",
        ]
    ],
    AfterValidator(_powers),
]  # fmt: skip
"""What the leader of a session may do."""

Platform = Literal[
    "Anon", "Basic", "XboxLive", "PSN", "NintendoNAID", "NintendoSwitch", "NintendoPPID",
    "Google", "GooglePlay", "Apple", "Epic", "Steam", "Amazon", "Twitch",
]  # fmt: skip
