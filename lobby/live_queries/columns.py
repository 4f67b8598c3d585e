"""Columns: the keys of single fields of all rows, side by side, for one new window at a time.

A window alone is found faster field by field than row by row: each condition looks only at what is
left by those before it. A column is made when it is first asked for, and kept while there is room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lobby.live_queries.conditions import Column, Condition, cost
from lobby.live_queries.predicate import fits
from lobby.live_queries.query import Query
from lobby.live_queries.rows import QueryRow, Viewer
from lobby.live_queries.schema import FieldName, ListSchema
from lobby.live_queries.sort_keys import SortKey, id_of

MOST_COLUMNS = 32
"""Fields of which the keys are kept; more than one filter names."""
SLICE_OF_COLUMN = 500
"""Keys that are worked out in one step: a fraction of a millisecond."""


class Columns:
    """`rows`: by id, kept by the list."""

    def __init__(self, schema: ListSchema, rows: Mapping[str, QueryRow]) -> None:
        self._schema, self._rows = schema, rows
        self._columns: dict[FieldName, Column] = {}

    def put(self, row: QueryRow) -> None:
        for name, column in self._columns.items():
            self._note(name, column, row)

    def _note(self, name: FieldName, column: Column, row: QueryRow) -> None:
        key = column[row.id] = self._schema.key(name, row)
        if type(key) is tuple:
            column.lists = True

    def remove(self, id: str) -> None:
        for column in self._columns.values():
            column.pop(id, None)

    def need(self, names: Iterable[FieldName]) -> Iterator[None]:
        """Have these, at the end; those that were not asked for longest make room. Rows may come,
        change and go between two steps."""
        for name in names:
            column = self._columns.pop(name, None)
            missing = column is None
            self._columns[name] = column = Column() if column is None else column
            if missing:
                yield from self._fill(name, column)
        while len(self._columns) > MOST_COLUMNS:
            del self._columns[next(iter(self._columns))]

    def _fill(self, name: FieldName, column: Column) -> Iterator[None]:
        try:
            for number, id in enumerate([*self._rows], start=1):
                if (row := self._rows.get(id)) and id not in column:
                    self._note(name, column, row)
                if number % SLICE_OF_COLUMN == 0:
                    yield
        except BaseException:
            del self._columns[name]
            raise

    def answers(self, query: Query, viewer: Viewer, keys: list[SortKey]) -> list[SortKey]:
        """Those of these rows, by their sort keys, that are answers. What the query asks for is
        needed first."""
        for name, condition in sorted(query.conditions.items(), key=_cost):
            keys = condition.choose(keys, self._columns[name])
        if query.people or query.asks_welcome or viewer.banned_by:
            rows = self._rows
            keys = [key for key in keys if fits(query, rows[id_of(key)], viewer)]
        return keys


def _cost(item: tuple[FieldName, Condition]) -> int:
    return cost(item[1])
