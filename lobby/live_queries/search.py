"""Pages of a search: keyset pagination by sort value, age and id.

A page begins behind the last entry of the page before, wherever that is by now: nothing comes
twice, and nothing is left out that did not move.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Generator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic_core import from_json

from lobby.live_queries.predicate import matches
from lobby.live_queries.query import Query
from lobby.live_queries.rows import QueryRow, State, Viewer
from lobby.live_queries.sort_keys import AFTER_ALL, BEFORE_ALL, SortKey, sort_key
from protocol.codec import encode

SLICE_OF_SEARCHED = 500
"""Rows that are looked at in one turn."""


class BadCursor(ValueError):
    """The cursor is broken, or of another question."""


class SearchPage(NamedTuple):
    """`total`: how many match. `next`: where the next page begins; None: this is the last."""

    total: int
    rows: list[State]
    next: str | None


def search(
    rows: Sequence[QueryRow], query: Query, viewer: Viewer, *, limit: int, after: str | None
) -> Generator[None, None, SearchPage]:
    """The first `limit` answers behind the cursor, in slices."""
    begin = _read(query, viewer, after) if after is not None else BEFORE_ALL
    schema, found = query.schema, list[tuple[SortKey, QueryRow]]()
    total, last = 0, AFTER_ALL
    for number, row in enumerate(rows, start=1):
        if matches(query, row, viewer):
            total += 1
            key = schema.sort_key(query.sort, row)
            if begin < key <= last:
                found.append((key, row))
        if number % SLICE_OF_SEARCHED == 0:
            if len(found) > 2 * limit:
                last = _keep(found, limit)
            yield
    _keep(found, limit)
    page = [row for _, row in found[:limit]]
    cursor = _write(query, viewer, page[-1]) if len(found) > limit else None
    return SearchPage(total, [row.state for row in page], cursor)


def _keep(found: list[tuple[SortKey, QueryRow]], limit: int) -> SortKey:
    """Of what was found, the first in order, and one more, by which is known that there is more;
    returns the last key that counts from now on."""
    found.sort(key=itemgetter(0))
    del found[limit + 1 :]
    return found[-1][0] if len(found) > limit else AFTER_ALL


def _write(query: Query, viewer: Viewer, last: QueryRow) -> str:
    schema = query.schema
    value = schema.sort_value(query.sort, last)
    value = value if isinstance(value, str | int | float) else None
    where = [query.page_key_for(viewer.uuid), value, schema.age(last), last.id]
    return urlsafe_b64encode(encode(where)).decode().rstrip("=")


def _read(query: Query, viewer: Viewer, cursor: str) -> SortKey:
    try:
        where: Any = from_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadCursor("is no cursor") from None
    match where:
        case [
            key,
            bool() | int() | float() | str() | None as value,
            int() | float() as age,
            str() as id,
        ]:
            if key != query.page_key_for(viewer.uuid):
                raise BadCursor("belongs to another question")
            return sort_key(value, age, id, descending=query.sort.startswith("-"))
    raise BadCursor("is no cursor")
