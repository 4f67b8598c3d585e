"""The ids of commands in SQL: one row each, written in the transaction of the command's effect."""

from __future__ import annotations

from persistence.idempotency import MOST_REMEMBERED, REMEMBERED_SECONDS, Once, Remembered, Repeated
from persistence.store.plan import Plan


def remember(once: Once, number: int) -> Plan[None]:
    """An id that is too old to count gives way. Who comes second at once waits here for the first
    one's commit."""
    added = yield (
        "INSERT INTO commands (identity, id, digest, outcome, number, at, place)"
        " VALUES ($1, $2, $3, $4, $5, $6,"
        " (SELECT COALESCE(MAX(place), 0) + 1 FROM commands WHERE identity = $1))"
        " ON CONFLICT (identity, id) DO UPDATE SET digest = excluded.digest,"
        " outcome = excluded.outcome, number = excluded.number, at = excluded.at,"
        " place = excluded.place WHERE commands.at <= $7 RETURNING place",
        (once.identity, once.id, once.digest, once.outcome, number, once.at, _oldest(once.at)),
    )
    if not added:
        rows = yield (
            "SELECT digest, outcome, number FROM commands WHERE identity = $1 AND id = $2",
            (once.identity, once.id),
        )
        raise Repeated(Remembered(str(rows[0][0]), str(rows[0][1]), int(rows[0][2])))
    last = int(added[0][0]) - MOST_REMEMBERED
    if last > 0:
        yield (
            "DELETE FROM commands WHERE identity = $1 AND place <= $2",
            (once.identity, last),
        )


def remembered(identity: str, id: str, now: float) -> Plan[Remembered | None]:
    rows = yield (
        "SELECT digest, outcome, number FROM commands WHERE identity = $1 AND id = $2 AND at > $3",
        (identity, id, _oldest(now)),
    )
    return Remembered(str(rows[0][0]), str(rows[0][1]), int(rows[0][2])) if rows else None


def settle(identity: str, id: str, outcome: str) -> Plan[None]:
    yield (
        "UPDATE commands SET outcome = $3 WHERE identity = $1 AND id = $2",
        (identity, id, outcome),
    )


def forget(now: float, most: int) -> Plan[int]:
    gone = yield (
        "DELETE FROM commands WHERE (identity, id) IN"
        " (SELECT identity, id FROM commands WHERE at <= $1 LIMIT $2) RETURNING id",
        (_oldest(now), most),
    )
    return len(gone)


def _oldest(now: float) -> float:
    return now - REMEMBERED_SECONDS
