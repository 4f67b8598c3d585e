"""Patterns and schemas that a designer writes and players' words are held to.

Patterns are matched by an engine whose time grows with the text alone, so that no player can choose
a text that stops the process: look-around and back-references are what it does not have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

DEEPEST = 32
LONGEST_PATTERN = 256
LONGEST_SCHEMA = 64 * 1024


@lru_cache(maxsize=512)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text has the pattern anywhere in it. ValueError when it is no pattern."""
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


def linear(pattern: str) -> str:
    matcher(pattern)
    return pattern


def json_schema(value: Any) -> Any:
    """A schema written as a table or as text, once it is known to be one that needs nobody else."""
    if isinstance(value, str):
        if len(value) > LONGEST_SCHEMA:
            raise ValueError(f"should have {LONGEST_SCHEMA} characters or fewer")
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("should be a JSON Schema: a table, or an object as text")
    words = list(_words(value, ""))
    for place, word, said in words:
        _require_own(place, word, said)
    _require_together({word for _, word, _ in words})
    _require_schema(value)
    return value


def _words(value: Any, place: str, depth: int = 0) -> Iterator[tuple[str, str, Any]]:
    if depth > DEEPEST:
        raise ValueError(f"must not be nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}/{key}", key, inner
            yield from _words(inner, f"{place}/{key}", depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _words(inner, f"{place}/{index}", depth + 1)


def _require_own(place: str, word: str, said: Any) -> None:
    """A schema elsewhere would be fetched; a pattern is as dangerous as any."""
    if word in {"$ref", "$dynamicRef"} and isinstance(said, str) and not said.startswith("#"):
        raise ValueError(f"{place} should refer to the schema itself: begin with #")
    patterns = [said] if word == "pattern" and isinstance(said, str) else []
    patterns += list(said) if word == "patternProperties" and isinstance(said, dict) else []
    for pattern in patterns:
        try:
            linear(pattern)
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None


def _require_together(words: set[str]) -> None:
    """What is left over beside patterns is found by an engine that a text can stop."""
    if {"unevaluatedProperties", "patternProperties"} <= words:
        raise ValueError("patternProperties do not go with unevaluatedProperties")


def _require_schema(value: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator, SchemaError  # few catalogues have one

    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        place = "".join(f"/{part}" for part in error.absolute_path)
        raise ValueError(f"no JSON Schema: {place or 'it'}: {error.message[:200]}") from None
