"""Whether a value is valid for a field of a body or a query, by the schema of its model."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from jsonschema import FormatChecker
from pydantic import BaseModel

from tests.support.checked_clients import Validator

TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@lru_cache
def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def names(model: type[BaseModel]) -> list[str]:
    """Wire names of its fields; empty if it is not an object."""
    return list(schema_of(model).get("properties", ()))


def fits(model: type[BaseModel], name: str, value: object) -> bool:
    """Whether the value is valid for the field."""
    schema = schema_of(model)
    field = {**schema["properties"][name], "$defs": schema.get("$defs", {})}
    return bool(Validator(field, format_checker=FormatChecker()).is_valid(value))


def fits_text(model: type[BaseModel], name: str, text: str) -> bool:
    """The same for a query, where numbers and booleans are text."""
    meanings: list[object] = [text]
    if text.isascii() and text.lstrip("-").isdigit():
        meanings.append(int(text))
    if text.lower() in TRUTHS:
        meanings.append(TRUTHS[text.lower()])
    return any(fits(model, name, meaning) for meaning in meanings)


def example(model: type[BaseModel], candidates: Iterable[object]) -> dict[str, Any]:
    """An object with all fields, each with the first candidate that is valid for it."""
    chosen = list(candidates)
    return {
        name: next(value for value in chosen if fits(model, name, value)) for name in names(model)
    }
