"""Field types of the player services API: strings, numbers, times, optional fields. Knows no
message.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from protocol.codec import LARGEST_INTEGER, without_nul
from protocol.described import described

T = TypeVar("T")

LONGEST_KEY = 256
"""Characters of a key of custom data."""
UUID_FORM = re.compile(r"[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}")
TIME_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]", re.ASCII)
SEMVER = re.compile(
    r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?"
    r"(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?",
    re.ASCII,
)


class Message(BaseModel):
    """Base of all messages: unknown fields are ignored, types are not coerced."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False, frozen=True)


class _AbsentNotNull:
    """Optional field: None means absent. JSON null is refused on input and never written."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        nullable = handler(source)
        if nullable["type"] != "nullable":
            raise TypeError("only what may be None can be left out")
        return core_schema.json_or_python_schema(nullable["schema"], nullable)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


Maybe = Annotated[
    T | None,
    _AbsentNotNull(),
    Field(exclude_if=lambda value: value is None, json_schema_extra=_without_default),
]


OrNull = Annotated[T | None, Field(json_schema_extra=_without_default)]
"""Optional field of a request where null says something; absent says nothing."""


def _countable(number: int) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise ValueError("must not be beyond 2^53")
    return number


def _normal_uuid(text: str) -> str:
    if not UUID_FORM.fullmatch(text):
        raise ValueError("must be a UUID")
    return str(UUID(text))


def _require_semver(text: str) -> str:
    if not SEMVER.fullmatch(text):
        raise ValueError("must be a semantic version")
    return text


def _short_keys(values: dict[str, str]) -> dict[str, str]:
    for key in values:
        if len(without_nul(key)) > LONGEST_KEY:
            raise ValueError(f"must not have keys longer than {LONGEST_KEY} characters")
    return values


def _require_datetime(value: Any) -> Any:
    """Only a date and time: pydantic would accept seconds as a number or a text."""
    if isinstance(value, datetime) or (isinstance(value, str) and TIME_FORM.match(value)):
        return value
    raise ValueError("must be a date and a time")


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be within the years 1 to 9999") from None


def _isoformat(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


String = Annotated[str, AfterValidator(without_nul)]
"""A text without NUL; only the size of the body limits its length."""
Integer = Annotated[int, AfterValidator(_countable)]
Natural = Annotated[int, Field(ge=0), AfterValidator(_countable)]
Positive = Annotated[int, Field(ge=1), AfterValidator(_countable)]
Id = Annotated[String, StringConstraints(min_length=1, max_length=128)]
Url = Annotated[String, StringConstraints(min_length=1, max_length=4096)]
Uuid = Annotated[
    str,
    AfterValidator(_normal_uuid),
    Field(json_schema_extra={"format": "uuid"}, examples=["3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"]),
]
"""Accepted in any case, with hyphens or without; kept and written in lower case."""
Version = Annotated[String, Field(json_schema_extra={"format": "semver"})]
NewVersion = Annotated[Version, AfterValidator(_require_semver)]
"""Validated on input alone, so that a stored value can never fail a response."""
CustomData = Annotated[
    dict[str, Annotated[String, StringConstraints(min_length=1, max_length=4096)]],
    AfterValidator(_short_keys),
    described(
        "The game's own texts by key, at most 256 characters a key and 4,096 a value.",
        {"mood": "casual"},
    ),
]
Time = Annotated[
    datetime,
    BeforeValidator(_require_datetime),
    Field(strict=False),
    AfterValidator(_in_utc),
    PlainSerializer(_isoformat, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-01-31T12:00:00.000Z"]}
    ),
]
"""UTC, also without an offset. Written with milliseconds and a Z."""
Deprecated = Field(json_schema_extra={"deprecated": True})
EMPTY_MAP: Any = Field(default={})
"""The default of a map; each message gets its own."""
EMPTY_LIST: Any = Field(default=[])
"""The default of a list; each message gets its own."""
