"""Small worlds whose sessions differ by a number."""

from __future__ import annotations

from typing import Any

from tests.support.queries import QueryWorld

CROWD = 9


def session(n: int, **fields: Any) -> dict[str, Any]:
    state = {"id": str(n), "created": float(n), "seats": {}, "attributes": {"rank": n}, "free": 1}
    return state | fields


def filled(rows: int = 12) -> QueryWorld:
    world = QueryWorld()
    for n in range(rows):
        world.put(str(n), session(n))
    return world
