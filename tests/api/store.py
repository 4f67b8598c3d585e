"""Everything that is kept, so that a test can say that nothing has changed."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from lobby.context import Lobby
from persistence.store.sql import Plan
from persistence.store.sqlite import SqliteStore

Kept = dict[str, list[tuple[Any, ...]]]

TABLES = ("documents", "labels", "claims", "streams", "entries", "series")


def _everything() -> Plan[Kept]:
    found: Kept = {}
    for table in TABLES:
        rows = yield f"SELECT * FROM {table}", ()
        found[table] = sorted(tuple(row) for row in rows)
    return found


def _changes() -> Plan[int]:
    """How many rows this connection, which is the only one, has ever touched."""
    rows = yield "SELECT total_changes()", ()
    return int(rows[0][0])


_READ: WeakKeyDictionary[SqliteStore, tuple[int, Kept]] = WeakKeyDictionary()
"""What was read last, and after how many changes: it need not be read again before the next."""


async def kept(lobby: Lobby) -> Kept:
    store = lobby.store
    assert isinstance(store, SqliteStore)
    changes = await store._read(_changes())
    known = _READ.get(store)
    if known is None or known[0] != changes:
        known = _READ[store] = (changes, await store._read(_everything()))
    return known[1]
