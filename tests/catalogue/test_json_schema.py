"""Values are held to schemas in linear time, and mean what JSON Schema means."""

from __future__ import annotations

from time import thread_time
from typing import Any

import pytest

from lobby.catalogue.json_schema import first_error
from lobby.catalogue.regex import parse_schema
from tests.support.slowness import within

FITTING: list[tuple[dict[str, Any], Any]] = [
    ({"type": "object"}, {}),
    ({"type": "string", "pattern": "a+"}, "baab"),
    ({"pattern": "^a$"}, 1),
    ({"patternProperties": {"^x_": {"type": "integer"}}}, {"x_a": 1, "y": "z"}),
    ({"patternProperties": {"^x_": True}, "additionalProperties": False}, {"x_a": 1}),
    ({"properties": {"a": True}, "additionalProperties": {"type": "string"}}, {"a": 1, "b": "c"}),
    ({"additionalProperties": False}, [1]),
    ({"uniqueItems": True}, [1, True, "1", [1], {"a": 1}, 2.5]),
    ({"uniqueItems": False}, [1, 1]),
    ({"$defs": {"n": {"type": "number"}}, "items": {"$ref": "#/$defs/n"}}, [1, 2.5]),
]
WRONG: list[tuple[dict[str, Any], Any, str]] = [
    ({"type": "object"}, [], "it: [] is not of type 'object'"),
    ({"properties": {"a": {"pattern": "^a+$"}}}, {"a": "b"}, "/a: does not match ^a+$"),
    ({"patternProperties": {"^x_": {"type": "integer"}}}, {"x_a": "1"}, "/x_a: "),
    ({"patternProperties": {"^x": True}, "additionalProperties": False}, {"y": 1}, "/y: is more"),
    ({"uniqueItems": True}, [{"a": [1]}, {"a": [1.0]}], "it: has items that are alike"),
    ({"items": {"maximum": 3}}, [1, 4], "/1: 4 is greater"),
]


@pytest.mark.parametrize(("schema", "value"), FITTING)
def test_what_fits_is_taken(schema: dict[str, Any], value: Any) -> None:
    assert first_error(value, parse_schema(schema)) is None


@pytest.mark.parametrize(("schema", "value", "reason"), WRONG)
def test_what_does_not_fit_is_told_with_its_place(
    schema: dict[str, Any], value: Any, reason: str
) -> None:
    found = first_error(value, parse_schema(schema))
    assert found is not None
    assert found.startswith(reason)


SLOW: list[tuple[dict[str, Any], Any]] = [
    ({"pattern": "^(a+)+$"}, "a" * 5_000 + "b"),
    ({"patternProperties": {"^(a+)+$": True}, "additionalProperties": False}, {"a" * 250 + "b": 1}),
    ({"uniqueItems": True}, [[n] for n in range(10_000)] + [{}]),
]


@pytest.mark.parametrize(("schema", "value"), SLOW, ids=["pattern", "names", "items"])
def test_no_value_takes_long(schema: dict[str, Any], value: Any) -> None:
    with within(2, thread_time):
        first_error(value, parse_schema(schema))


def test_a_schema_that_has_no_end_fits_nothing() -> None:
    assert first_error({}, parse_schema({"$ref": "#"})) == "is nested too deeply to be checked"


def test_patterns_of_names_do_not_go_with_what_is_left_over() -> None:
    with pytest.raises(ValueError, match="unevaluatedProperties"):
        parse_schema({"patternProperties": {"a": True}, "unevaluatedProperties": False})
