"""JSON Schema validation of players' values, in linear time against denial of service (ReDoS).

The library matches patterns with a backtracking engine and compares unique items pairwise; both
are replaced here. The schemas themselves are validated when the catalogue is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from lobby.catalogue.regex import matcher

LONGEST_REASON = 200
"""Characters of what a player is told about a value that does not fit its schema."""
TOO_DEEP = "is nested too deeply to be checked"


def first_error(value: Any, schema: Mapping[str, Any]) -> str | None:
    """The first violation and its location; None when the value is valid."""
    try:
        error = next(_Validator(dict(schema)).iter_errors(value), None)
    except RecursionError:
        return TOO_DEEP
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
    if wanted and isinstance(value, list) and len(set(map(_canonical, value))) < len(value):
        yield ValidationError("has items that are alike")


def _canonical(value: Any) -> str:
    """The same text for equal JSON values: 1 equals 1.0, and true does not."""
    return json.dumps(_normalized(value), sort_keys=True)


def _normalized(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _normalized(inner) for key, inner in value.items()}
        case list():
            return [_normalized(inner) for inner in value]
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
