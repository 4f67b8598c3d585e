"""A snapshot of all rows of the store, to assert that nothing has changed: but for the trails of
accounts, which tell just that somebody was refused."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from lobby.context import Lobby
from persistence.store.plan import Plan
from persistence.store.sql_store import PROBE
from persistence.store.sqlite import SqliteStore

Kept = dict[str, list[tuple[Any, ...]]]

TABLES = ("documents", "labels", "claims", "streams", "entries", "series")


def _everything() -> Plan[Kept]:
    found: Kept = {}
    for table in TABLES:
        rows = yield f"SELECT * FROM {table}", ()  # noqa: S608  # a table of ours
        found[table] = sorted(tuple(row) for row in rows if not _apart(tuple(row)))
    return found


def _apart(row: tuple[Any, ...]) -> bool:
    return PROBE in row or str(row[0]).startswith("trail:")


def _changes() -> Plan[int]:
    """Rows changed so far by this connection, which is the only one."""
    rows = yield "SELECT total_changes()", ()
    return int(rows[0][0])


_READ: WeakKeyDictionary[SqliteStore, tuple[int, Kept]] = WeakKeyDictionary()
"""Cache: the last snapshot, valid for its number of changes."""


async def kept(lobby: Lobby) -> Kept:
    store = lobby.store
    assert isinstance(store, SqliteStore)
    changes = await store._read(_changes())
    known = _READ.get(store)
    if known is None or known[0] != changes:
        known = _READ[store] = (changes, await store._read(_everything()))
    return known[1]
