"""The comparison itself: what means the same is the same, and whatever differs is found."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.api.player_services import schema_file
from tests.api.player_services.schema_comparison import (
    differences,
    operation_differences,
    operations,
    permissions,
)

KNOWN: dict[str, Any] = {
    "components": {
        "schemas": {
            "Kind": {"type": "string", "enum": ["a", "b"], "x-enum-varnames": ["A", "B"]},
            "Tree": {
                "type": "object",
                "properties": {
                    "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
                },
            },
        }
    }
}
KIND = {"$ref": "#/components/schemas/Kind"}

SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a reference and what it refers to": (KIND, {"type": "string", "enum": ["b", "a"]}),
    "a wrapped reference": ({**KIND, "default": "a"}, {"allOf": [KIND], "default": "a"}),
    "words for people": ({"type": "string", "title": "T"}, {"type": "string", "description": "d"}),
    "null as a choice": (
        {"anyOf": [KIND, {"type": "null"}]},
        {"allOf": [KIND], "nullable": True},
    ),
    "null as a type": ({"type": ["integer", "null"]}, {"type": "integer", "nullable": True}),
    "an exclusive bound": (
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
    ),
    "one allowed value": ({"const": "a"}, {"enum": ["a"]}),
    "nothing said at length": (
        {"type": "string"},
        {"type": "string", "minLength": 0, "nullable": False},
    ),
    "an order of what is required": (
        {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
        {"properties": {"b": {}, "a": {}}, "required": ["b", "a"]},
    ),
    "a word that refers to itself": (
        {"$ref": "#/components/schemas/Tree"},
        KNOWN["components"]["schemas"]["Tree"],
    ),
    "a field called title": (
        {"properties": {"title": {"type": "string"}}},
        {"properties": {"title": {"type": "string", "title": "Title"}}},
    ),
}

OTHER: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a type": ({"type": "string"}, {"type": "integer"}, ': type is "string", not "integer"'),
    "a bound": ({"maxLength": 3}, {"maxLength": 4}, ": maxLength is 3, not 4"),
    "a bound of ours alone": ({"pattern": "a"}, {}, ': pattern is "a", not absent'),
    "a format of theirs alone": ({}, {"format": "uuid"}, ': format is absent, not "uuid"'),
    "a value": (KIND, {"type": "string", "enum": ["a"]}, ': enum is ["a", "b"], not ["a"]'),
    "a default": ({"default": {}}, {"default": None}, ": default is {}, not null"),
    "no default": ({}, {"default": False}, ": default is absent, not false"),
    "true for one": ({"default": True}, {"default": 1}, ": default is true, not 1"),
    "null": ({"type": ["string", "null"]}, {"type": "string"}, ": nullable is true, not absent"),
    "an exclusive bound": (
        {"minimum": 0},
        {"minimum": 0, "exclusiveMinimum": True},
        ": exclusiveMinimum is absent, not 0",
    ),
    "a field": ({"properties": {"a": {}}}, {"properties": {}}, ".a: not theirs"),
    "a missing field": ({}, {"properties": {"a": {}}}, ".a: not ours"),
    "a need": ({"required": ["a"]}, {}, ".a: required by us alone"),
    "no need": ({}, {"required": ["a"]}, ".a: not required by us"),
    "closedness": (
        {"additionalProperties": False},
        {},
        ": additionalProperties is false, not absent",
    ),
    "a map's values": (
        {"additionalProperties": {"type": "string"}},
        {"additionalProperties": {"type": "integer"}},
        '.additionalProperties: type is "string", not "integer"',
    ),
    "one of the choices": (
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"anyOf": [{"type": "string"}, {"type": "number"}]},
        '.anyOf[1]: type is "integer", not "number"',
    ),
    "something far down in what refers to itself": (
        {"$ref": "#/components/schemas/Tree"},
        {"type": "object", "properties": {"below": {"type": "array", "items": {"type": "object"}}}},
        ".below.items.below: not theirs",
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), SAME.values(), ids=SAME)
def test_what_means_the_same_is_the_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert differences(ours, KNOWN, theirs, KNOWN) == []
    assert differences(theirs, KNOWN, ours, KNOWN) == []


@pytest.mark.parametrize(("ours", "theirs", "found"), OTHER.values(), ids=OTHER)
def test_what_differs_is_found(ours: dict[str, Any], theirs: dict[str, Any], found: str) -> None:
    assert found in differences(ours, KNOWN, theirs, KNOWN)


# Operations

THING: dict[str, Any] = {
    "parameters": [
        {"in": "query", "name": "page", "schema": {"type": "integer"}},
        {"in": "header", "name": "If-None-Match", "schema": {"type": "string"}},
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": KIND}}},
    "responses": {
        "200": {
            "headers": {"ETag": {"$ref": "#/components/headers/Tag"}},
            "content": {"application/json": {"schema": KIND}},
        }
    },
}
THINGS: dict[str, Any] = {
    "paths": {"/things": {"post": THING}},
    "components": {**KNOWN["components"], "headers": {"Tag": {"schema": {"type": "string"}}}},
}


def changed(*steps: Any, to: Any) -> dict[str, Any]:
    things = deepcopy(THINGS)
    place: Any = things["paths"]["/things"]["post"]
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to
    return things


JSON = ("content", "application/json", "schema")
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a parameter's schema": (
        changed("parameters", 0, "schema", to={"type": "string"}),
        'parameters.query.page: type is "string", not "integer"',
    ),
    "a parameter's need": (
        changed("parameters", 0, "required", to=True),
        "parameters.query.page: required is True",
    ),
    "a parameter's name": (
        changed("parameters", 0, "name", to="pages"),
        "parameters.query.page: not ours",
    ),
    "no header parameter": (
        changed("parameters", to=THING["parameters"][:1]),
        "parameters.header.if-none-match: not ours",
    ),
    "a body's schema": (
        changed("requestBody", *JSON, to={"type": "string"}),
        'body.application/json: enum is absent, not ["a", "b"]',
    ),
    "no body": (changed("requestBody", to=None), "body: required is False"),
    "a body of another kind": (
        changed("requestBody", "content", to={"text/plain": {}}),
        "body.application/json: not ours",
    ),
    "a status": (changed("responses", "201", to={}), "responses.201: not theirs"),
    "an answer's schema": (
        changed("responses", "200", *JSON, to={"type": "string"}),
        'responses.200.application/json: enum is absent, not ["a", "b"]',
    ),
    "no answer's header": (
        changed("responses", "200", "headers", to={}),
        "responses.200.headers.etag: not ours",
    ),
    "an answer's header": (
        changed("responses", "200", "headers", "ETag", to={"schema": {"type": "integer"}}),
        'responses.200.headers.etag: type is "integer", not "string"',
    ),
}


@pytest.mark.parametrize(("ours", "found"), CHANGES.values(), ids=CHANGES)
def test_what_differs_in_an_operation_is_found(ours: dict[str, Any], found: str) -> None:
    assert found in operation_differences(ours, THINGS, "POST", "/things")


def test_the_names_of_headers_have_no_case() -> None:
    ours = changed("parameters", 1, "name", to="if-none-match")
    ours["paths"]["/things"]["post"]["responses"]["200"]["headers"] = {
        "etag": {"schema": {"type": "string"}}
    }
    assert operation_differences(ours, THINGS, "POST", "/things") == []


@schema_file.needed
def test_the_schema_file_does_not_differ_from_itself() -> None:
    names = operations(schema_file.CONTRACT)
    assert len(names) == 87
    for name in names:
        method, _, path = name.partition(" ")
        assert operation_differences(schema_file.CONTRACT, schema_file.CONTRACT, method, path) == []


def test_permissions_are_the_quoted_strings_of_a_description() -> None:
    said = "Any of: `a:read:any`, `a:*` or 'a-b:write_all:self'. See `a` and `Role.admin`, a:b."
    assert permissions({"description": said}) == {"a:read:any", "a:*", "a-b:write_all:self"}
    assert permissions({}) == set()
