"""What every message of this document is made of: its strings, numbers, times, and what may be left
out. Knows no message.
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

T = TypeVar("T")

LONGEST_KEY = 256
UUID_FORM = re.compile(r"[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}")
TIME_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]", re.ASCII)
SEMVER = re.compile(
    r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?"
    r"(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?",
    re.ASCII,
)


class Message(BaseModel):
    """Unknown fields are passed over; what is known is taken as the document types it, unbent."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False, frozen=True)


class _LeftOut:
    """None here is a field that is not there: no JSON says it as null, in or out."""

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
    _LeftOut(),
    Field(exclude_if=lambda value: value is None, json_schema_extra=_without_default),
]


def _countable(number: int) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise ValueError("must not be beyond 2^53")
    return number


def _one_form(text: str) -> str:
    if not UUID_FORM.fullmatch(text):
        raise ValueError("must be a UUID")
    return str(UUID(text))


def _versioned(text: str) -> str:
    if not SEMVER.fullmatch(text):
        raise ValueError("must be a semantic version")
    return text


def _short_keys(values: dict[str, str]) -> dict[str, str]:
    for key in values:
        if len(without_nul(key)) > LONGEST_KEY:
            raise ValueError(f"must not have keys longer than {LONGEST_KEY} characters")
    return values


def _no_number(said: Any) -> Any:
    """Seconds, as a number or a text, are no time of this document."""
    if isinstance(said, datetime) or (isinstance(said, str) and TIME_FORM.match(said)):
        return said
    raise ValueError("must be a date and a time")


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be within the years 1 to 9999") from None


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


String = Annotated[str, AfterValidator(without_nul)]
"""As long as the body may be."""
Integer = Annotated[int, AfterValidator(_countable)]
Natural = Annotated[int, Field(ge=0), AfterValidator(_countable)]
Positive = Annotated[int, Field(ge=1), AfterValidator(_countable)]
Id = Annotated[String, StringConstraints(min_length=1, max_length=128)]
Url = Annotated[String, StringConstraints(min_length=1, max_length=4096)]
Uuid = Annotated[str, AfterValidator(_one_form), Field(json_schema_extra={"format": "uuid"})]
"""Any case in, with hyphens or without; lower case inside and out."""
Version = Annotated[String, Field(json_schema_extra={"format": "semver"})]
NewVersion = Annotated[Version, AfterValidator(_versioned)]
"""Looked at where it comes in, so that nothing kept from before can spoil an answer."""
CustomData = Annotated[
    dict[str, Annotated[String, StringConstraints(min_length=1, max_length=4096)]],
    AfterValidator(_short_keys),
]
Time = Annotated[
    datetime,
    BeforeValidator(_no_number),
    Field(strict=False),
    AfterValidator(_in_utc),
    PlainSerializer(_written, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""In UTC; without an offset it is UTC already. Out with milliseconds and a Z."""
Deprecated = Field(json_schema_extra={"deprecated": True})
EMPTY: Any = Field(default={})
"""The default of a map; each message gets its own."""
NONE: Any = Field(default=[])
"""The default of a list; each message gets its own."""
