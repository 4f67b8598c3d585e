"""Players' values held to a schema of the catalogue, in time that grows with their length alone.

The library matches patterns with an engine that a text can stop, and compares every pair of items
that should be unique: here both are done otherwise. Schemas were checked when they were read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from lobby.catalogue.patterns import matcher

LONGEST_REASON = 200
DEEP = "is nested too deeply to be checked"


def wrong(value: Any, schema: Mapping[str, Any]) -> str | None:
    """What of the value does not fit, and where; None when all of it does."""
    try:
        error = next(_Validator(dict(schema)).iter_errors(value), None)
    except RecursionError:
        return DEEP
    if error is None:
        return None
    place = "".join(f"/{part}" for part in error.absolute_path)
    return f"{place or 'it'}: {error.message}"[:LONGEST_REASON]


Found = Iterator[ValidationError]


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Found:
    if isinstance(value, str) and not matcher(pattern)(value):
        yield ValidationError(f"does not match {pattern}")


def _pattern_properties(validator: Any, patterns: dict[str, Any], value: Any, schema: Any) -> Found:
    if not isinstance(value, dict):
        return
    for pattern, inner in patterns.items():
        for name in filter(matcher(pattern), value):
            yield from validator.descend(value[name], inner, path=name, schema_path=pattern)


def _additional_properties(validator: Any, inner: Any, value: Any, schema: Any) -> Found:
    if not isinstance(value, dict):
        return
    patterns = [matcher(pattern) for pattern in schema.get("patternProperties", ())]
    for name, its in value.items():
        if name in schema.get("properties", {}) or any(matches(name) for matches in patterns):
            continue
        if inner is False:
            yield ValidationError("is more than there may be", path=[name])
        else:
            yield from validator.descend(its, inner, path=name)


def _unique_items(validator: Any, wanted: bool, value: Any, schema: Any) -> Found:
    if wanted and isinstance(value, list) and len(set(map(_mark, value))) < len(value):
        yield ValidationError("has items that are alike")


def _mark(value: Any) -> str:
    """Alike for equal values, in JSON's sense: 1 is 1.0, and true is not."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
    return value


_Validator = extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
    },
)
