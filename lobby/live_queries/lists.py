"""A live list: its rows, their orders, and which windows each row is an answer to."""

from __future__ import annotations

from collections.abc import Mapping

from lobby.live_queries.columns import Columns
from lobby.live_queries.masks import WindowMasks, bits
from lobby.live_queries.orders import SharedOrder
from lobby.live_queries.rows import QueryRow
from lobby.live_queries.schema import ListSchema
from lobby.live_queries.sort_keys import SortKey
from lobby.live_queries.window import QueryWindow

Before = tuple[QueryRow | None, SortKey | None, int]
"""A row as it was, its key, and the windows that it was an answer to."""
After = tuple[SortKey, int]
"""Its key by now, and the windows that it is an answer to."""
GONE: After = ((), 0)


class LiveList:
    """`answered`: the windows of each row, as a mask, in which bits of removed windows may still
    be set."""

    def __init__(self, schema: ListSchema) -> None:
        self.schema = schema
        self.rows: dict[str, QueryRow] = {}
        self.answered: dict[str, int] = {}
        self.orders: dict[str, SharedOrder] = {}
        self.masks = WindowMasks(schema)
        self.columns = Columns(schema, self.rows)
        self.windows: dict[int, QueryWindow] = {}

    def put(self, row: QueryRow) -> None:
        """A new row, or what it is by now."""
        id, windows = row.id, self.windows
        before = self.rows.get(id)
        left = self.answered.get(id, 0) & self.masks.alive
        came = self.masks.of(row)
        for sort, order in self.orders.items():
            old = order.key_of.get(id)
            new = order.put(id, self.schema.sort_key(sort, row))
            mine = order.windows
            tell(windows, (before, old, left & mine), (new, came & mine))
        self.rows[id] = row
        self.answered[id] = came
        self.columns.put(row)

    def forget_rows(self) -> dict[str, QueryRow]:
        """All of them, where there is no window; they are returned."""
        rows, self.rows = self.rows, {}
        self.answered, self.orders = {}, {}
        self.columns = Columns(self.schema, self.rows)
        return rows

    def remove(self, id: str) -> None:
        before = self.rows.pop(id)
        left = self.answered.pop(id) & self.masks.alive
        self.columns.remove(id)
        for order in self.orders.values():
            old = order.key_of.get(id)
            order.remove(id)
            tell(self.windows, (before, old, left & order.windows), GONE)


def tell(windows: Mapping[int, QueryWindow], before: Before, after: After) -> None:
    """Tell each of the windows how it is affected by a change of the row."""
    row, old, left = before
    new, came = after
    stayed = left & came
    if row is None or old is None:
        for bit in bits(came):
            windows[bit].enter(new)
        return
    for bit in bits(left ^ stayed):
        windows[bit].leave(row, old)
    for bit in bits(came ^ stayed):
        windows[bit].enter(new)
    if old == new:
        _tell_touched(windows, row, old, stayed)
    else:
        for bit in bits(stayed):
            windows[bit].move(row, old, new)


def _tell_touched(
    windows: Mapping[int, QueryWindow], row: QueryRow, key: SortKey, mask: int
) -> None:
    """Of these windows, those that show it are to show it anew."""
    for bit in bits(mask):
        window = windows[bit]
        if key <= window.reach:
            window.touch(row, key)
