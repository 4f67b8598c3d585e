"""Regular expressions and JSON Schemas of the catalogue, which players' input is matched against.

They are matched in linear time, by an engine without backtracking, so that no input can stall the
process (ReDoS); it has no look-around and no back-references.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

DEEPEST_SCHEMA = 32
"""Levels of nesting in a JSON Schema."""
LONGEST_PATTERN = 256
"""Characters of a regular expression."""
LONGEST_SCHEMA = 64 * 1024
"""Characters of a JSON Schema."""


@lru_cache(maxsize=512)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Tests whether a text contains the pattern. Raises ValueError for an invalid pattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"a pattern should have {LONGEST_PATTERN} characters or fewer")
    try:
        texts: TypeAdapter[str] = TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])
    except SchemaError as error:
        reason = str(error).strip().splitlines()[-1]
        reason = reason.strip().removeprefix("error: ").removeprefix("SchemaError: ")
        raise ValueError(f"no pattern that can be matched in linear time: {reason}") from None

    def matches(text: str) -> bool:
        try:
            texts.validate_python(text, strict=True)
        except ValidationError:
            return False
        return True

    return matches


def require_linear(pattern: str) -> str:
    matcher(pattern)
    return pattern


def parse_schema(value: Any) -> Any:
    """A schema, written as a table or as JSON text, that is valid, local and linear to match."""
    if isinstance(value, str):
        if len(value) > LONGEST_SCHEMA:
            raise ValueError(f"should have {LONGEST_SCHEMA} characters or fewer")
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("should be a JSON Schema: a table, or an object as text")
    words = list(_keywords(value, ""))
    for place, word, inner in words:
        _require_local(place, word, inner)
    _require_linear_combination({word for _, word, _ in words})
    _require_schema(value)
    return value


def _keywords(value: Any, place: str, depth: int = 0) -> Iterator[tuple[str, str, Any]]:
    if depth > DEEPEST_SCHEMA:
        raise ValueError(f"must not be nested deeper than {DEEPEST_SCHEMA} levels")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}/{key}", key, inner
            yield from _keywords(inner, f"{place}/{key}", depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _keywords(inner, f"{place}/{index}", depth + 1)


def _require_local(place: str, word: str, value: Any) -> None:
    """No `$ref` to another document, which would be fetched; patterns have to be linear."""
    if word in {"$ref", "$dynamicRef"} and isinstance(value, str) and not value.startswith("#"):
        raise ValueError(f"{place} should refer to the schema itself: begin with #")
    patterns = [value] if word == "pattern" and isinstance(value, str) else []
    patterns += list(value) if word == "patternProperties" and isinstance(value, dict) else []
    for pattern in patterns:
        try:
            require_linear(pattern)
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None


def _require_linear_combination(words: set[str]) -> None:
    """For this combination the library uses its backtracking engine."""
    if {"unevaluatedProperties", "patternProperties"} <= words:
        raise ValueError("patternProperties do not go with unevaluatedProperties")


def _require_schema(value: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator, SchemaError  # few catalogues have one

    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        place = "".join(f"/{part}" for part in error.absolute_path)
        raise ValueError(f"no JSON Schema: {place or 'it'}: {error.message[:200]}") from None
