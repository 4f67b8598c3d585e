"""JSON codec: text to validated models and back, and the field types that all wire models share.

Pure: does no I/O and writes no log.
"""

from __future__ import annotations

import json
import math
import unicodedata
from codecs import BOM_UTF8
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import to_json

T = TypeVar("T")
Problem = dict[str, Any]

LARGEST_JSON = 64 * 1024
"""Bytes of a JSON text."""
LARGEST_LISTED = 2 * 1024
"""Bytes, as JSON, of what a client lists: everybody who watches a list is sent it."""
LARGEST_INTEGER = 2**53
"""Beyond it, JSON numbers are not exact everywhere."""
DEEPEST_JSON = 16
"""Levels of nesting in a JSON text."""
MOST_MEMBERS = 16 * 1024
"""Members of a JSON text, counted by its colons before it is parsed: 64 KiB never have so many."""
MOST_VALUES = 32 * 1024
"""Values of a JSON text, counted by its commas before it is parsed: 64 KiB never have so many."""
MOST_CONTAINERS = 12 * 1024
"""Lists and objects of a JSON text, counted by their brackets before it is parsed: 64 KiB of pairs
of numbers have fewer."""
MOST_PARTS_OF_LETTER = 4
"""Code points that composing (NFC) makes one of, at most (Unicode Annex 15)."""
MOST_PROBLEMS = 100
"""Problems of one text that are told; whoever has more is told so alone, as each takes its time."""


class Undecodable(Exception):
    """The text does not validate as any expected message. `problems`: `[{loc, msg, type}]`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Oversize(Undecodable):
    """The text is longer than the limit; it was not parsed."""


class StrictModel(BaseModel):
    """Base of what clients send: unknown fields are refused, types are not coerced, numbers are
    finite."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _hidden_without_nul(text: SecretStr) -> SecretStr:
    without_nul(text.get_secret_value())
    return text


def cannot_compose_to(text: str, longest: int) -> bool:
    """Whether composed letters (NFC) leave more characters than `longest`, whatever the text holds:
    said of a long text at once, which it takes long to compose."""
    return len(text) > MOST_PARTS_OF_LETTER * longest


def opaque(text: str) -> str:
    """The form in which passwords are compared: the mapping of OpaqueString (RFC 8265). Spaces of
    any kind are one; letters are composed (NFC); case and width count."""
    plain = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    return unicodedata.normalize("NFC", plain)


def _bounded(value: Any, depth: int = 0) -> Any:
    """The JSON value, if it is portable (exact numbers, no NUL) and not nested too deeply."""
    if depth > DEEPEST_JSON:
        raise ValueError(f"must not be nested deeper than {DEEPEST_JSON} levels")
    match value:
        case str():
            without_nul(value)
        case int() | float():
            _require_exact(value)
        case dict():
            for inner in (*value.keys(), *value.values()):
                _bounded(inner, depth + 1)
        case list():
            for inner in value:
                _bounded(inner, depth + 1)
    return value


def _require_exact(number: float) -> None:
    """Every JSON reader must be able to hold the number exactly."""
    if not math.isfinite(number) or (isinstance(number, int) and abs(number) > LARGEST_INTEGER):
        raise ValueError("must not contain NaN, Infinity or integers beyond 2^53")


def listable(value: Any) -> Any:
    """The JSON value, if it is small enough to be listed."""
    if len(encode(value)) > LARGEST_LISTED:
        raise ValueError(
            f"must not be longer than {LARGEST_LISTED} bytes as JSON: everybody is sent it; data "
            "of the game belongs in `state`"
        )
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


Text = Annotated[str, AfterValidator(without_nul)]
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
ShortText = Annotated[str, StringConstraints(max_length=256), AfterValidator(without_nul)]
SessionPassword = Annotated[
    SecretStr, Field(min_length=1, max_length=128), AfterValidator(_hidden_without_nul)
]
"""As it is typed; what is printed of it are stars."""
LIBRARY = "Value error, "
"""What the validating library puts before the reason that a check of ours gives."""
UUID = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
"""Pattern of a uuid, in any case."""
Uuid = Annotated[
    str,
    StringConstraints(pattern=f"^{UUID}$"),
    AfterValidator(str.lower),
    Field(json_schema_extra={"format": "uuid"}, examples=["3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"]),
]
"""Accepted in any case, kept in lower case."""
JsonObject = Annotated[dict[str, Any], AfterValidator(_bounded), AfterValidator(_without_nulls)]
"""A JSON object of the game's own. Null means absent, as in every state and patch."""
ListedObject = Annotated[JsonObject, AfterValidator(listable)]
"""The same, of what is listed: small."""
Json = Annotated[Any, AfterValidator(_bounded)]
"""Any JSON value of the game's own, kept unchanged."""


def encode(value: Any) -> bytes:
    return to_json(value)


def encode_member(name: str, value: Any) -> bytes:
    """One member of a JSON object, so that a large object can be encoded in parts."""
    return encode(name) + b":" + encode(value)


def peek_id(text: bytes) -> str | None:
    """The `id` of a message that does not validate, so that its refusal can name it."""
    value = _leniently_read(text.removeprefix(BOM_UTF8))
    id = value.get("id") if isinstance(value, dict) else None
    return id if isinstance(id, str) and len(id) <= 64 and _is_text(id) else None


def _leniently_read(text: bytes) -> Any:
    """What a JSON text says, also one with half a surrogate pair (an emoji that was cut in two), a
    bare line break or an integer of any length; None where it is no JSON."""
    try:
        return json.loads(text, strict=False, parse_int=len)
    except (ValueError, RecursionError):
        return None


def _is_text(text: str) -> bool:
    """Whether it can be sent: halves of surrogate pairs cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def decode(text: bytes, into: TypeAdapter[T], *, largest: int = LARGEST_JSON) -> T:
    """The validated model; raises Undecodable with every problem."""
    if len(text) > largest:
        raise Oversize([problem("too_long", f"at most {largest} bytes are read")])
    _require_few_values(text)
    try:
        return into.validate_json(text)
    except ValidationError as error:
        raise Undecodable(problems_of(error)) from None


def _require_few_values(text: bytes) -> None:
    """Parsing takes far longer than counting. What stands in texts counts, too."""
    if len(text) > LARGEST_JSON and text.count(b":") > MOST_MEMBERS:
        raise Undecodable([problem("too_many_members", f"at most {MOST_MEMBERS} members are read")])
    if text.count(b",") >= MOST_VALUES:
        raise Undecodable([problem("too_many_values", f"at most {MOST_VALUES} values are read")])
    if text.count(b"[") + text.count(b"{") > MOST_CONTAINERS:
        told = f"at most {MOST_CONTAINERS} lists and objects are read"
        raise Undecodable([problem("too_many_values", told)])


def problems_of(error: ValidationError) -> list[Problem]:
    """Validation errors without the input, which may be a secret, and without links to the
    library's documentation; of too many, only that there are so many."""
    if error.error_count() > MOST_PROBLEMS:
        return [problem("too_many_problems", f"has more than {MOST_PROBLEMS} faults")]
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [problem(e["type"], e["msg"].removeprefix(LIBRARY), *e["loc"]) for e in found]


def problem(type: str, msg: str, *loc: str | int) -> Problem:
    return {"loc": [*loc], "msg": msg, "type": type}
