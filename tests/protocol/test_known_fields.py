"""What a client of other lobbies writes first is refused with its path, and with what to write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from lobby.domain.errors import Malformed
from protocol.channel import COMMAND
from protocol.codec import MOST_PROBLEMS, Undecodable, decode
from protocol.searches import SessionSearch

BOTH_ENDS = "{min, max}"
MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"filter": {"free": {"$gt": 1}}}, "filter.free.$gt", BOTH_ENDS),
    ({"filter": {"free": {"gte": 1}}}, "filter.free.gte", BOTH_ENDS),
    ({"filter": {"free": ">=1"}}, "filter.free", "a number"),
    ({"filter": {"attributes": {"rank": {"$lte": 1}}}}, "filter.attributes.rank.$lte", BOTH_ENDS),
    ({"filter": {"attributes": {"mode": {"$in": ["a"]}}}}, "filter.attributes.mode.$in", "a list"),
    ({"filter": {"attributes": {"mode": {"$ne": "a"}}}}, "filter.attributes.mode.$ne", "{not: "),
    ({"filter": {"attributes": {"m": {"exists": False}}}}, "filter.attributes.m.exists", "null"),
    ({"filter": {"attributes": {"m": []}}}, "filter.attributes.m", "leave it out"),
    ({"filter": {"attributes": {"m": "x" * 65}}}, "filter.attributes.m", "64 characters"),
    ({"filter": {"attributes.mode": "a"}}, "filter.attributes.mode", '{"attributes": {"mode": …}}'),
    ({"filter": {"$or": [{"free": 1}]}}, "filter.$or", "all fields of a filter must hold"),
    ({"filter": {"and": [{"free": 1}]}}, "filter.and", "all fields of a filter must hold"),
    ({"filter": {"region": {"not": "eu", "or": 1}}}, "filter.region.or", "nothing beside it"),
    ({"filter": {"mode": "duel"}}, "filter.mode", "in attributes"),
    ({"filter": {"string_filter": {"mode": "duel"}}}, "filter.string_filter", "template, region"),
    ({"filter": {"Free": 1}}, "filter.Free", "free"),
    ({"filter": {"host": "me"}}, "filter.host", '"friends"'),
    ({"filter": {"host": ["friends"]}}, "filter.host.0", "a uuid"),
    ({"filter": "+label.mode:duel +label.skill:>=100"}, "filter", "an object"),
    ({"filter": [{"key": "mode", "value": "duel"}]}, "filter", "an object"),
    ({"sort": "free desc"}, "sort", "- in front"),
    ({"sort": "-seats"}, "sort", "attributes.KEY"),
]
OF_WATCH: list[tuple[dict[str, Any], str, str]] = [
    ({"sort": {"free": -1}}, "sort", "one field"),
    ({"limit": 10, "offset": 20}, "offset", "/sessions/search"),
    ({"where": {}}, "where", "filter"),
    ({"topic": "people", "filter": {"uuid": "x"}}, "filter.uuid", "name, status, region"),
]


def refusal(model: TypeAdapter[Any], said: dict[str, Any]) -> str:
    with pytest.raises(Undecodable) as refused:
        decode(json.dumps(said).encode(), model)
    return str(Malformed(refused.value.problems))


@pytest.mark.parametrize(("asked", "path", "instead"), MISTAKES + OF_WATCH, ids=str)
def test_a_question_in_another_language_is_told_what_to_write(
    asked: dict[str, Any], path: str, instead: str
) -> None:
    said = refusal(COMMAND, {"type": "watch", "id": "1", "topic": "sessions", **asked})
    assert said.startswith(f"watch.{path}: ")
    assert instead in said


@pytest.mark.parametrize(("asked", "path", "instead"), MISTAKES, ids=str)
def test_a_search_over_http_is_told_the_same(
    asked: dict[str, Any], path: str, instead: str
) -> None:
    said = refusal(TypeAdapter(SessionSearch), asked)
    assert said.startswith(f"{path}: ")
    assert instead in said


def test_the_next_page_is_named_by_the_one_before() -> None:
    said = refusal(TypeAdapter(SessionSearch), {"offset": 20})
    assert said.startswith("offset: ")
    assert "`next`" in said


def test_among_many_topics_the_path_names_which() -> None:
    topics = [{"topic": "friends"}, {"topic": "sessions", "page": 2}]
    said = refusal(COMMAND, {"type": "watch", "id": "1", "topics": topics})
    assert said.startswith("watch.topics.1.page: ")


def test_of_very_many_unknown_fields_only_that_there_are_so_many_is_told() -> None:
    fields = {f"x{n}": 1 for n in range(2 * MOST_PROBLEMS)}
    said = refusal(COMMAND, {"type": "watch", "id": "1", "topic": "sessions", **fields})
    assert said == f"has more than {MOST_PROBLEMS} faults"
