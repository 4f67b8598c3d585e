"""Everything that is kept, so that a test can say that nothing has changed."""

from __future__ import annotations

from typing import Any

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


async def kept(lobby: Lobby) -> Kept:
    assert isinstance(lobby.store, SqliteStore)
    return await lobby.store._read(_everything())
