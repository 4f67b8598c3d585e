"""What is found field by field is what the plain predicate finds row by row."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.live_queries import ANYBODY, SESSIONS, QueryRow, Viewer, matches
from lobby.live_queries.columns import MOST_COLUMNS, SLICE_OF_COLUMN, Columns
from lobby.live_queries.query import Query
from tests.live_queries import strategies as some
from tests.support.queries import asked


def found(columns: Columns, query: Query, rows: dict[str, QueryRow], viewer: Viewer) -> list[str]:
    for _ in columns.need(query.conditions):
        pass
    keys = sorted(SESSIONS.sort_key(query.sort, row) for row in rows.values())
    return [key[3] for key in columns.answers(query, viewer, keys)]


def expected(query: Query, rows: dict[str, QueryRow], viewer: Viewer) -> list[str]:
    there = [row for row in rows.values() if matches(query, row, viewer)]
    return [key[3] for key in sorted(SESSIONS.sort_key(query.sort, row) for row in there)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(some.sessions(), some.facts()), max_size=12),
    st.lists(st.tuples(some.questions(), some.viewers()), min_size=1, max_size=3),
)
def test_any_question_to_any_rows(listed: Any, questions: Any) -> None:
    rows: dict[str, QueryRow] = {}
    columns = Columns(SESSIONS, rows)
    for n, (state, facts) in enumerate(listed):
        rows[str(n)] = QueryRow(str(n), state, facts)
        columns.put(rows[str(n)])
    for terms, viewer in questions:
        query = asked(**terms)
        assert found(columns, query, rows, viewer) == expected(query, rows, viewer)


def row(n: int, **attributes: Any) -> QueryRow:
    state = {"id": str(n), "created": float(n), "seats": {}, "attributes": attributes}
    return QueryRow(str(n), state)


def test_rows_may_change_while_a_column_is_made() -> None:
    rows = {str(n): row(n, rank=n) for n in range(2 * SLICE_OF_COLUMN)}
    columns = Columns(SESSIONS, rows)
    query = asked(filter={"attributes": {"rank": {"max": 5}}}, sort="created")
    steps = columns.need(query.conditions)
    next(steps)
    last = str(len(rows) - 1)
    for changed in (row(1, rank=9), row(int(last), rank=[7, 4])):
        rows[changed.id] = changed
        columns.put(changed)
    for id in ("2", str(SLICE_OF_COLUMN + 7)):
        del rows[id]
        columns.remove(id)
    for _ in steps:
        pass
    assert found(columns, query, rows, ANYBODY) == ["0", "3", "4", "5", last]


def test_a_column_that_is_not_finished_is_made_again() -> None:
    rows = {str(n): row(n, rank=n) for n in range(2 * SLICE_OF_COLUMN)}
    columns = Columns(SESSIONS, rows)
    query = asked(filter={"attributes": {"rank": {"max": 5}}}, sort="created")
    steps = iter(columns.need(query.conditions))
    next(steps)
    del steps
    assert found(columns, query, rows, ANYBODY) == expected(query, rows, ANYBODY)


def test_so_many_columns_are_kept() -> None:
    rows = {str(n): row(n, k3=n) for n in range(3)}
    columns = Columns(SESSIONS, rows)
    for n in [*range(MOST_COLUMNS + 5), 3]:
        query = asked(filter={"attributes": {f"k{n}": {"not": 1}}}, sort="created")
        assert found(columns, query, rows, ANYBODY) == expected(query, rows, ANYBODY)
        assert len(columns._columns) <= MOST_COLUMNS
