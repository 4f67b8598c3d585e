"""Questions to a live list: what is refused, with its path; and their JSON Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from protocol.codec import problems_of
from protocol.queries import (
    LARGEST_FILTER,
    MOST_CONDITIONS,
    PeopleQuery,
    SessionQuery,
    SessionSearch,
    UncheckedFilter,
    read_query,
)

WHO = "3F2B8C1E-7d1e-4b7c-9c1d-2f6a8b3c4d5e"

GOOD: list[dict[str, Any]] = [
    {},
    {"filter": {}, "sort": "free", "limit": 1},
    {"filter": {"template": "duel", "region": ["eu", "us"], "entry": {"not": "closed"}}},
    {"filter": {"entry": {"not": ["closed", "invited"]}, "template": {"not": "x"}}},
    {"filter": dict.fromkeys(("full", "password", "nonames", "joinable", "played"), False)},
    {"filter": {"free": {"min": 1}, "seats": 4}},
    {"filter": {"free": 1.0, "seats": {"min": 2, "max": 2.5}}},
    {"filter": {"name": "x" * 64}},
    {"filter": {"host": "friends", "with": WHO}},
    {"filter": {"host": [WHO] * 100, "welcome": True}},
    {"filter": {"attributes": {"k" * 64: 1, "l": [True, "a", 2.5], "m": None}}},
    {"filter": {"attributes": {"k": {"min": -1}, "l": {"not": [1, "1"]}, "m": {"not": False}}}},
    {"filter": {"browser": {"map": "desert", "mode": None}}},
    {"filter": {"attributes": {f"k{n}": n for n in range(MOST_CONDITIONS)}}},
    {"sort": "-attributes.a key, with: anything"},
    {"sort": "attributes." + "k" * 64, "limit": 1_000},
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"filter": {"bogus": 1}}, "filter.bogus"),
    ({"bogus": 1}, "bogus"),
    ({"filter": []}, "filter"),
    ({"filter": "template"}, "filter"),
    ({"filter": {"with_": WHO}}, "filter.with_"),
    ({"filter": {"template": None}}, "filter.template"),
    ({"filter": {"template": ""}}, "filter.template"),
    ({"filter": {"template": "x" * 65}}, "filter.template"),
    ({"filter": {"template": []}}, "filter.template"),
    ({"filter": {"template": 1}}, "filter.template"),
    ({"filter": {"template": ["a", 1]}}, "filter.template.1"),
    ({"filter": {"template": ["a"] * 65}}, "filter.template"),
    ({"filter": {"template": {}}}, "filter.template.not"),
    ({"filter": {"template": {"not": []}}}, "filter.template.not"),
    ({"filter": {"template": {"not": None}}}, "filter.template.not"),
    ({"filter": {"template": {"not": {"not": "a"}}}}, "filter.template.not"),
    ({"filter": {"template": {"not": "a", "min": 1}}}, "filter.template.min"),
    ({"filter": {"template": "a\0"}}, "filter.template"),
    ({"filter": {"entry": "ajar"}}, "filter.entry"),
    ({"filter": {"entry": {"not": "ajar"}}}, "filter.entry.not"),
    ({"filter": {"full": 1}}, "filter.full"),
    ({"filter": {"full": "true"}}, "filter.full"),
    ({"filter": {"played": None}}, "filter.played"),
    ({"filter": {"joinable": [True]}}, "filter.joinable"),
    ({"filter": {"free": "1"}}, "filter.free"),
    ({"filter": {"free": True}}, "filter.free"),
    ({"filter": {"free": [1]}}, "filter.free"),
    ({"filter": {"free": {}}}, "filter.free"),
    ({"filter": {"free": {"min": None}}}, "filter.free.min"),
    ({"filter": {"free": {"min": "1"}}}, "filter.free.min"),
    ({"filter": {"free": {"min": 2, "max": 1}}}, "filter.free"),
    ({"filter": {"free": {"not": 1}}}, "filter.free.not"),
    ({"filter": {"seats": 2**53 + 1}}, "filter.seats"),
    ({"filter": {"seats": float("inf")}}, "filter.seats"),
    ({"filter": {"name": ""}}, "filter.name"),
    ({"filter": {"name": ["a"]}}, "filter.name"),
    ({"filter": {"host": "nobody"}}, "filter.host"),
    ({"filter": {"host": []}}, "filter.host"),
    ({"filter": {"host": ["friends"]}}, "filter.host.0"),
    ({"filter": {"with": [WHO] * 101}}, "filter"),
    ({"filter": {"with": {"not": WHO}}}, "filter.with"),
    ({"filter": {"welcome": False}}, "filter.welcome"),
    ({"filter": {"welcome": 1}}, "filter.welcome"),
    ({"filter": {"attributes": None}}, "filter.attributes"),
    ({"filter": {"attributes": {"": 1}}}, "filter.attributes.."),
    ({"filter": {"attributes": {"k": []}}}, "filter.attributes.k"),
    ({"filter": {"attributes": {"k": [None]}}}, "filter.attributes.k.0"),
    ({"filter": {"attributes": {"k": [[1]]}}}, "filter.attributes.k.0"),
    ({"filter": {"attributes": {"k": {"min": 1, "not": 2}}}}, "filter.attributes.k.min"),
    ({"filter": {"attributes": {"k": {"gte": 1}}}}, "filter.attributes.k"),
    ({"filter": {"attributes": {"k": "x" * 65}}}, "filter.attributes.k"),
    ({"filter": {"browser": {"k": {"max": False}}}}, "filter.browser.k.max"),
    ({"filter": {"attributes": {f"k{n}": n for n in range(MOST_CONDITIONS + 1)}}}, "filter"),
    ({"filter": {"full": True, "browser": {f"k{n}": 1 for n in range(MOST_CONDITIONS)}}}, "filter"),
    ({"filter": {"name": "x" * LARGEST_FILTER}}, "filter"),
    ({"sort": "age"}, "sort"),
    ({"sort": "--free"}, "sort"),
    ({"sort": "attributes."}, "sort"),
    ({"sort": "attributes." + "k" * 65}, "sort"),
    ({"sort": ["free"]}, "sort"),
    ({"limit": 0}, "limit"),
    ({"limit": 1_001}, "limit"),
    ({"limit": True}, "limit"),
    ({"limit": "5"}, "limit"),
    ({"limit": 5.5}, "limit"),
]


@pytest.mark.parametrize("asked", GOOD, ids=json.dumps)
def test_a_question_is_understood_and_its_schema_allows_it(asked: dict[str, Any]) -> None:
    read = read_query("sessions", **asked)
    assert read == SessionQuery.model_validate_json(json.dumps(asked))
    Draft202012Validator(SessionQuery.model_json_schema()).validate(asked)


@pytest.mark.parametrize(("asked", "path"), BAD, ids=lambda value: json.dumps(value)[:60])
def test_what_is_not_understood_is_refused_with_its_path(asked: Any, path: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SessionQuery.model_validate(asked)
    problems = problems_of(refused.value)
    assert len(problems) <= 2, "a fault is told once"
    assert ".".join(map(str, problems[0]["loc"])).startswith(path)
    assert problems[0]["msg"]


def test_the_other_lists_fields_are_refused() -> None:
    assert read_query("people", filter={"name": "a", "status": ["away"]}, sort="-since")
    for bad in ({"filter": {"template": "a"}}, {"sort": "created"}, {"filter": {"status": "gone"}}):
        with pytest.raises(ValidationError):
            read_query("people", **bad)
    with pytest.raises(ValidationError):
        read_query("sessions", filter={"status": "away"})


def test_conditions_keep_their_types() -> None:
    query = SessionQuery.model_validate_json('{"filter": {"attributes": {"k": [1, true, "1"]}}}')
    assert query.filter
    values = query.filter.attributes["k"]
    assert repr(values) == "[1, True, '1']"


@pytest.mark.parametrize("model", [SessionQuery, PeopleQuery, SessionSearch])
def test_schemas_are_closed_and_valid(model: Any) -> None:
    schema = model.model_json_schema()
    Draft202012Validator.check_schema(schema)
    models = [schema, *schema["$defs"].values()]
    assert all(one["additionalProperties"] is False for one in models)


def test_the_schema_of_a_filter_before_its_topic_is_known_names_both() -> None:
    schema = TypeAdapter(UncheckedFilter).json_schema()
    assert [one["$ref"] for one in schema["anyOf"]] == [
        "#/$defs/SessionFilter",
        "#/$defs/PeopleFilter",
    ]
