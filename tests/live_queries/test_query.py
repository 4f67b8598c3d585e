"""The same question has one name, whoever asks it and however it is written; others have others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lobby.live_queries import ANYBODY, QueryRow, Viewer, matches
from lobby.live_queries.query import KEY_DIGITS
from protocol.codec import problems_of
from protocol.queries import SessionFilter
from tests.live_queries.strategies import UUIDS, facts, sessions
from tests.support.queries import QueryWorld, asked, run_through

ME, HOST, *_ = UUIDS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"sort": "-created", "limit": 50}),
        ({}, {"filter": {}}),
        ({}, {"filter": {"attributes": {}}}),
        ({"filter": {"template": "a"}}, {"filter": {"template": ["a", "a"]}}),
        ({"filter": {"template": ["a", "b"]}}, {"filter": {"template": ["b", "a"]}}),
        ({"filter": {"free": 1}}, {"filter": {"free": 1.0}}),
        ({"filter": {"free": {"min": 0}}}, {"filter": {"free": {"min": -0.0}}}),
        ({"filter": {"name": "STRASSE"}}, {"filter": {"name": "straße"}}),
        ({"filter": {"host": HOST}}, {"filter": {"host": [HOST.upper()]}}),
        (
            {"filter": {"template": "a", "region": "eu"}},
            {"filter": {"region": "eu", "template": "a"}},
        ),
    ],
)
def test_one_question_however_it_is_written(one: Any, other: Any) -> None:
    assert asked(**one) == asked(**other)
    assert hash(asked(**one)) == hash(asked(**other))
    assert asked(**one).topic_for("") == asked(**other).topic_for("")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"attributes": {"k": 1}}, {"attributes": {"k": True}}),
        ({"attributes": {"k": 1}}, {"attributes": {"k": "1"}}),
        ({"attributes": {"k": True}}, {"attributes": {"k": "true"}}),
        ({"attributes": {"k": None}}, {"attributes": {"k": "null"}}),
        ({"attributes": {"k": 1}}, {"browser": {"k": 1}}),
        ({"attributes": {"k": 1}}, {"attributes": {"k": {"not": 1}}}),
        ({"free": {"min": 1}}, {"free": {"max": 1}}),
        ({"host": HOST}, {"with": HOST}),
        ({"host": HOST}, {"host": "friends"}),
        ({"welcome": True}, {}),
    ],
)
def test_other_questions_have_other_names(one: Any, other: Any) -> None:
    assert asked(filter=one) != asked(filter=other)
    assert asked(filter=one).key_for(ME) != asked(filter=other).key_for(ME)


def test_the_limit_and_the_order_belong_to_the_question_but_pages_may_be_of_any_size() -> None:
    assert asked(limit=5) != asked(limit=6)
    assert asked(limit=5).page_key_for("") == asked(limit=6).page_key_for("")
    assert asked(sort="free").key_for("") != asked(sort="-free").key_for("")
    assert asked("people").topic_for("").startswith("people:")


def test_a_personal_question_is_another_for_each_viewer() -> None:
    mine, everybodys = asked(filter={"with": "friends"}), asked(filter={"with": HOST})
    assert mine.personal
    assert mine.key_for(ME) != mine.key_for(HOST)
    assert not everybodys.personal
    assert everybodys.key_for(ME) == everybodys.key_for(HOST)
    assert len(mine.key_for(ME)) == 32


def test_of_a_viewer_only_what_is_asked_makes_a_difference() -> None:
    friends, hosts = frozenset([HOST]), frozenset([ME])
    whole = Viewer(ME, named=False, friends=friends, named_by=hosts)
    assert asked().viewer(whole) == ANYBODY
    assert asked(filter={"with": "friends"}).viewer(whole) == Viewer(ME, friends=friends)
    assert asked(filter={"welcome": True}).viewer(whole) == Viewer(ME, named=False, named_by=hosts)
    banned = Viewer(ME, friends=friends, banned_by=hosts)
    assert asked().viewer(banned) == Viewer(ME, banned_by=hosts, apart=True)


def test_attributes_that_are_sorted_by() -> None:
    assert asked(sort="-attributes.a.b").attribute_sort == "attributes.a.b"
    assert asked(sort="-free").attribute_sort is None


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from([0, -1, 1.5, 2**70, "", "a", "friends", "open", "x" * 65, *UUIDS]),
        st.text(max_size=4),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        inner.map(lambda one: [one] * 101),
        st.dictionaries(st.sampled_from(["min", "max", "not", "k", "or", ""]), inner, max_size=3),
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from([*SessionFilter.model_fields, "with", "$or", "status", "", "a.b"])


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(FIELDS, JSON, max_size=3),
    st.lists(st.tuples(sessions(), facts()), min_size=1, max_size=3),
)
def test_any_json_is_a_question_or_is_refused_with_its_path(filter: Any, rows: Any) -> None:
    try:
        query = asked(filter=filter)
    except ValidationError as refused:
        for problem in problems_of(refused):
            assert problem["loc"][0] == "filter", problem
            assert problem["msg"]
        return
    assert len(query.key_for("")) == KEY_DIGITS
    world = QueryWorld()
    (window,) = run_through(world.engine.learn([(query, ANYBODY)]))
    for n, (state, said) in enumerate(rows):
        world.engine.put(str(n), state | {"id": str(n)}, said)
    found = [
        n
        for n, (state, said) in enumerate(rows)
        if matches(query, QueryRow("", state, said), ANYBODY)
    ]
    assert window.total == len(found)
