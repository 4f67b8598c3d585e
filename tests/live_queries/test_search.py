"""Pages: nothing twice, nothing left out that did not move."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.live_queries import ANYBODY, BadCursor, SearchPage, Viewer
from tests.live_queries import strategies as some
from tests.live_queries.strategies import UUIDS
from tests.support.queries import QueryWorld, answers, asked, in_order, plain, run_through


def page(world: QueryWorld, terms: Any, viewer: Viewer, after: str | None, size: int) -> SearchPage:
    query = asked(**terms)
    return run_through(world.engine.search(query, viewer, limit=size, after=after))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(some.sessions(), max_size=12),
    some.questions(),
    some.viewers(),
    st.integers(1, 4),
)
def test_pages_together_are_the_whole_answer_in_order(
    states: list[Any], terms: Any, viewer: Viewer, size: int
) -> None:
    world = QueryWorld()
    for number, state in enumerate(states):
        world.put(str(number), state | {"id": str(number)})
    found: list[Any] = []
    after = None
    while True:
        one = page(world, terms, viewer, after, size)
        found += one.rows
        after = one.next
        if after is None:
            break
        assert len(one.rows) == size
    matching = [row[0] for row in world.rows.values() if answers(terms["filter"], row, viewer)]
    assert one.total == len(matching)
    expected = in_order(matching, terms["sort"], age="created", id="id")
    assert [*map(plain, found)] == [*map(plain, expected)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(some.sessions(), min_size=3, max_size=12),
    some.SORTS,
    st.lists(st.tuples(st.integers(0, 11), some.sessions()), max_size=8),
)
def test_between_pages_nothing_comes_twice_and_nothing_is_left_out_that_did_not_move(
    states: list[Any], sort: str, changes: list[tuple[int, Any]]
) -> None:
    world = QueryWorld()
    for number, state in enumerate(states):
        world.put(str(number), state | {"id": str(number)})
    waiting, moved, seen = iter(changes), set[str](), list[str]()
    after: str | None = None
    while True:
        one = page(world, {"sort": sort}, ANYBODY, after, 2)
        seen += [state["id"] for state in one.rows]
        if (after := one.next) is None:
            break
        if change := next(waiting, None):
            id = str(change[0])
            moved.add(id)
            world.put(id, change[1] | {"id": id})
    still = [id for id in seen if id not in moved]
    assert len(still) == len(set(still))
    assert {str(n) for n in range(len(states))} - moved <= set(still)


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "W10", "WzEsMiwzLDRd", "ä", "W" * 5000])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        page(QueryWorld(), {}, ANYBODY, cursor, 1)


def test_a_cursor_belongs_to_its_question_and_to_whom_it_is_personal() -> None:
    world = QueryWorld()
    facts = {"template": "duel", "attributes": {}, "seats": {}, "entry": "open", "free": 1}
    for id in ("1", "2", "3"):
        world.put(id, {"id": id, "created": 1.0, "nonames": True, **facts})
    terms = {"filter": {"welcome": True}}
    first = page(world, terms, Viewer(UUIDS[0]), None, 2)
    assert first.next
    assert [s["id"] for s in page(world, terms, Viewer(UUIDS[0]), first.next, 9).rows] == ["3"]
    for other, viewer in (({}, Viewer(UUIDS[0])), (terms, Viewer(UUIDS[1]))):
        with pytest.raises(BadCursor):
            page(world, other, viewer, first.next, 2)
