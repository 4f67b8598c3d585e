"""What every row of a catalogue is made of: names, texts, addresses, secrets, with their bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
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

T = TypeVar("T")

REFERENCE = "env:"
"""Begins a secret that is not in the file, but in the environment variable named after it."""
SHORTEST_SECRET = 8


class Row(BaseModel):
    """One table of the file: no word more than said, no type bent, no number without end."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, validate_default=True
    )


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("should be a UUID") from None


def _printable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _some(value: T) -> T:
    """Said only when nothing is wrong with what is in it, unlike a bound on the length."""
    if not value:
        raise ValueError("should not be empty")
    return value


def _address(url: str) -> str:
    """An address that a browser or our own client may be sent to as it stands."""
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


def _from_environment(value: object, info: ValidationInfo) -> object:
    """Where the context has an environment, references are replaced by what it holds."""
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
    return SecretStr(value)


Some = AfterValidator(_some)
Rows = Annotated[tuple[T, ...], Strict(False)]
"""A list of the file, unchangeable here."""
Name = Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
"""What others refer to; it also stands in paths of URLs."""
Uuid = Annotated[str, AfterValidator(_uuid)]
Text = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_printable)]
Brief = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_printable)]
Short = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_printable)]
CustomData = dict[Brief, Text]
Address = Annotated[str, Field(max_length=2048), AfterValidator(_address)]
Secret = Annotated[SecretStr, BeforeValidator(_from_environment)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Seconds = Annotated[float, Field(gt=0, le=86_400 * 366)]

Platform = Literal[
    "Anon", "Basic", "XboxLive", "PSN", "NintendoNAID", "NintendoSwitch", "NintendoPPID",
    "Google", "GooglePlay", "Apple", "Epic", "Steam", "Amazon", "Twitch",
]  # fmt: skip
