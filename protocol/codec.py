"""Text to models and back, and the types that every document's words are made of.

Nothing here waits, connects or logs.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import from_json, to_json

T = TypeVar("T")
Problem = dict[str, Any]

LARGEST_TEXT = 64 * 1024
LARGEST_INTEGER = 2**53
DEEPEST = 16


class Undecodable(Exception):
    """The text is none of the expected messages. `problems`: `[{loc, msg, type}]`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Oversize(Undecodable):
    """The text is longer than anything we read."""


class Words(BaseModel):
    """What a client sends: no field more than said, no type bent, no number without end."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _modest(value: Any, depth: int = 0) -> Any:
    """Nothing that another program's JSON could not hold, and no deeper than anybody needs."""
    if depth > DEEPEST:
        raise ValueError(f"must not be nested deeper than {DEEPEST} levels")
    match value:
        case str():
            without_nul(value)
        case int() | float():
            _countable(value)
        case dict():
            for inner in (*value.keys(), *value.values()):
                _modest(inner, depth + 1)
        case list():
            for inner in value:
                _modest(inner, depth + 1)
    return value


def _countable(number: float) -> None:
    if not math.isfinite(number) or (isinstance(number, int) and abs(number) > LARGEST_INTEGER):
        raise ValueError("must not contain NaN, Infinity or integers beyond 2^53")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


Text = Annotated[str, StringConstraints(max_length=256), AfterValidator(without_nul)]
Uuid = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
    ),
    AfterValidator(str.lower),
]
"""Any case in, lower case inside."""
Anything = Annotated[dict[str, Any], AfterValidator(_modest), AfterValidator(_without_nulls)]
"""A JSON object of the game's own. Null means absent, as in every state and patch."""


Json = Annotated[Any, AfterValidator(_modest)]
"""Any JSON value of the game's own, as it was said."""


def encode(value: Any) -> bytes:
    return to_json(value)


def id_in(text: bytes) -> str | None:
    """The `id` of a message that is otherwise not understood, so that its refusal can name it."""
    try:
        said = from_json(text)
    except ValueError:
        return None
    id = said.get("id") if isinstance(said, dict) else None
    return id if isinstance(id, str) and len(id) <= 64 else None


def decode(text: bytes, into: TypeAdapter[T], *, largest: int = LARGEST_TEXT) -> T:
    """The model that the JSON text says, or Undecodable with every problem named."""
    if len(text) > largest:
        raise Oversize([problem("too_long", f"at most {largest} bytes are read")])
    try:
        return into.validate_json(text)
    except ValidationError as error:
        raise Undecodable(problems_of(error)) from None


def problems_of(error: ValidationError) -> list[Problem]:
    """Without the input, which may be a secret, and without links to a library's pages."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [problem(e["type"], e["msg"], *e["loc"]) for e in found]


def problem(type: str, msg: str, *loc: str | int) -> Problem:
    return {"loc": [*loc], "msg": msg, "type": type}
