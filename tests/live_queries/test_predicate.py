"""The plain predicate is what the specification says of the JSON that a client sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from lobby.live_queries import ANYBODY, Facts, QueryRow, Viewer, matches
from tests.live_queries import strategies as some
from tests.live_queries.strategies import UUIDS
from tests.support.queries import answers, asked

ME, HOST, OTHER, _ = UUIDS
PLAIN: dict[str, Any] = {
    "id": "1",
    "template": "duel",
    "created": 1.0,
    "entry": "open",
    "joinable": True,
    "nonames": False,
    "password": False,
    "full": False,
    "free": 1,
    "host": HOST,
    "host_name": "Jörg",
    "seats": {
        "0": {"status": "taken", "player": HOST},
        "1": {"status": "reserved"},
        "2": {"status": "free"},
    },
    "attributes": {
        "one": 1,
        "yes": True,
        "text": "1",
        "half": 0.5,
        "list": ["a", 1, None],
        "none": [],
        "long": [0] * 16 + [7],
        "map": {"k": 1},
    },
}


@settings(max_examples=500, deadline=None)
@given(some.filters(), some.sessions(), some.facts(), some.viewers())
def test_a_row_matches_where_the_specification_says_so(
    filter: dict[str, Any], state: dict[str, Any], facts: Facts, viewer: Viewer
) -> None:
    query = asked(filter=filter)
    row = QueryRow("1", state, facts)
    assert matches(query, row, query.viewer(viewer)) == answers(filter, (state, facts), viewer)


@settings(max_examples=100, deadline=None)
@given(some.people_filters(), some.people())
def test_a_person_matches_where_the_specification_says_so(
    filter: dict[str, Any], state: dict[str, Any]
) -> None:
    row = QueryRow(ME, state)
    assert matches(asked("people", filter=filter), row, ANYBODY) == answers(
        filter, (state, row.facts), ANYBODY
    )


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ({"one": 1}, True),
        ({"one": 1.0}, True),
        ({"one": True}, False),
        ({"one": "1"}, False),
        ({"one": {"not": True}}, True),
        ({"yes": True}, True),
        ({"yes": 1}, False),
        ({"yes": {"min": 0, "max": 2}}, False),
        ({"text": "1"}, True),
        ({"text": 1}, False),
        ({"text": {"min": 0}}, False),
        ({"half": {"min": 0.5, "max": 0.5}}, True),
        ({"half": {"max": 0.4}}, False),
        ({"list": "a"}, True),
        ({"list": True}, False),
        ({"list": {"min": 1}}, True),
        ({"list": {"not": ["b", "a"]}}, False),
        ({"list": None}, False),
        ({"none": {"not": 1}}, True),
        ({"none": None}, False),
        ({"long": 0}, True),
        ({"long": 7}, False),
        ({"map": None}, False),
        ({"map": {"not": 1}}, True),
        ({"absent": None}, True),
        ({"absent": {"not": [1, "x"]}}, True),
        ({"absent": {"min": 0}}, False),
        ({"one": 1, "yes": False}, False),
    ],
)
def test_types_are_not_bent_and_lists_match_by_member(wanted: dict[str, Any], holds: bool) -> None:
    assert matches(asked(filter={"attributes": wanted}), QueryRow("1", PLAIN), ANYBODY) == holds


@pytest.mark.parametrize(
    ("filter", "holds"),
    [
        ({"name": "JÖR"}, True),
        ({"name": "jorg"}, True),
        ({"region": {"not": "eu"}}, True),
        ({"browser": {"k": None}}, True),
        ({"browser": {"k": "v"}}, False),
        ({"played": False}, True),
        ({"seats": 3, "free": {"min": 1}}, True),
        ({"with": HOST}, True),
        ({"with": OTHER}, False),
        ({"host": [OTHER, HOST.upper()]}, True),
    ],
)
def test_fields_of_a_session(filter: dict[str, Any], holds: bool) -> None:
    assert matches(asked(filter=filter), QueryRow("1", PLAIN), ANYBODY) == holds


@pytest.mark.parametrize(
    ("viewer", "facts", "state", "welcome"),
    [
        (Viewer(ME), Facts(), {}, True),
        (Viewer(ME), Facts(), {"password": True}, True),
        (Viewer(ME, named=False), Facts(), {}, False),
        (Viewer(ME, named=False), Facts(kept=frozenset([ME])), {}, True),
        (Viewer(ME), Facts(), {"free": 0}, False),
        (Viewer(ME), Facts(kept=frozenset([ME])), {"free": 0, "entry": "closed"}, True),
        (Viewer(ME), Facts(excluded=frozenset([ME])), {}, False),
        (Viewer(HOST), Facts(), {}, False),
        (Viewer(ME), Facts(), {"entry": "friends"}, False),
        (Viewer(ME, named_by=frozenset([HOST])), Facts(), {"entry": "friends"}, True),
        (Viewer(ME, friends=frozenset([HOST])), Facts(), {"entry": "friends"}, False),
        (Viewer(ME, banned_by=frozenset([HOST])), Facts(kept=frozenset([ME])), {}, False),
        (
            Viewer(ME, banned_by=frozenset([HOST])),
            Facts(insiders=frozenset([ME]), kept=frozenset([ME])),
            {},
            False,
        ),
    ],
)
def test_welcome_is_whether_joining_would_succeed(
    viewer: Viewer, facts: Facts, state: dict[str, Any], welcome: bool
) -> None:
    row = QueryRow("1", PLAIN | state, facts)
    assert matches(asked(filter={"welcome": True}), row, viewer) == welcome


def test_a_ban_hides_but_from_insiders_and_not_where_somebody_leads_in_name() -> None:
    query, banned = asked(filter={}), Viewer(ME, banned_by=frozenset([HOST]))
    assert not matches(query, QueryRow("1", PLAIN), banned)
    assert matches(query, QueryRow("1", PLAIN), Viewer(OTHER))
    assert matches(query, QueryRow("1", PLAIN, Facts(insiders=frozenset([ME]))), banned)
    assert matches(query, QueryRow("1", PLAIN, Facts(bans_count=False)), banned)


@pytest.mark.parametrize("typed", ["Jörg", "JÖRG", "jo\u0308rg", "JO\u0308R"])
def test_a_name_is_found_however_its_letters_were_composed(typed: str) -> None:
    assert matches(asked(filter={"name": typed}), QueryRow("1", PLAIN), ANYBODY)
