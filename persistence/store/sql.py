"""Documents and Journal in SQL, for SQLite and PostgreSQL alike; no I/O (sans-I/O).

Each function is a *plan* (see `plan`); it knows no driver.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from persistence.idempotency import Once
from persistence.ports import (
    SCHEMA_VERSION,
    Document,
    Entry,
    Index,
    Newer,
    Page,
    Stale,
    Taken,
)
from persistence.store import commands
from persistence.store.migrations import FIRST_VERSION, MIGRATIONS
from persistence.store.plan import Plan

IndexRows: TypeAlias = set[tuple[str, str, str]]

SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


def probe() -> Plan[None]:
    yield "SELECT 1", ()


def prepare(
    fresh: str,
    *,
    schema: str = SCHEMA,
    version: int = SCHEMA_VERSION,
    migrations: Mapping[int, Sequence[str]] = MIGRATIONS,
) -> Plan[str]:
    """Make what is missing, bring what is older to `version`, and return the epoch. All or nothing;
    whoever carries it out holds a lock. Raises Newer, and then nothing has changed."""
    facts, *others = [part for part in schema.split(";") if part.strip()]
    yield facts, ()
    rows = yield "SELECT name, value FROM facts WHERE name IN ('schema', 'epoch')", ()
    found = {str(name): str(value) for name, value in rows}
    # Stores that are older than this number have an epoch and no number.
    stands_at = int(found.get("schema", FIRST_VERSION if found else version))
    if stands_at > version:
        raise Newer(
            f"the store has tables of version {stands_at}, and this program knows version"
            f" {version}: it was written by a newer lobby. Start that one, or restore a backup."
        )
    for step in range(stands_at, version):
        for statement in migrations[step]:
            yield statement, ()
    for statement in others:
        yield statement, ()
    yield (
        "INSERT INTO facts (name, value) VALUES ('schema', $1)"
        " ON CONFLICT (name) DO UPDATE SET value = $1",
        (str(version),),
    )
    return (yield from ensure_epoch(fresh))


def ensure_epoch(fresh: str) -> Plan[str]:
    yield (
        "INSERT INTO facts (name, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING",
        (fresh,),
    )
    rows = yield "SELECT value FROM facts WHERE name = 'epoch'", ()
    return str(rows[0][0])


def renew_epoch(fresh: str) -> Plan[str]:
    yield "UPDATE facts SET value = $1 WHERE name = 'epoch'", (fresh,)
    return fresh


def next_number(series: str) -> Plan[int]:
    rows = yield (
        "INSERT INTO series (name, number) VALUES ($1, 1)"
        " ON CONFLICT (name) DO UPDATE SET number = series.number + 1 RETURNING number",
        (series,),
    )
    return int(rows[0][0])


def get(kind: str, key: str) -> Plan[Document | None]:
    rows = yield (
        "SELECT key, version, body FROM documents WHERE kind = $1 AND key = $2",
        (kind, key),
    )
    return _document(rows[0]) if rows else None


def many(kind: str, keys: Iterable[str], *, each: str) -> Plan[list[Document]]:
    """`each`: SQL that turns the JSON list {} into rows."""
    rows = yield (
        "SELECT key, version, body FROM documents"  # noqa: S608  # `each` is the dialect's
        f" WHERE kind = $1 AND key IN (SELECT {each.format('$2')})",
        (kind, json.dumps(list(keys))),
    )
    return [_document(row) for row in rows]


def claimed(kind: str, claim: str, value: str) -> Plan[Document | None]:
    rows = yield (
        "SELECT d.key, d.version, d.body FROM claims c"
        " JOIN documents d ON d.kind = c.kind AND d.key = c.key"
        " WHERE c.kind = $1 AND c.claim = $2 AND c.value = $3",
        (kind, claim, value),
    )
    return _document(rows[0]) if rows else None


def find(kind: str, label: str, value: str, after: str, limit: int) -> Plan[list[Document]]:
    rows = yield (
        "SELECT d.key, d.version, d.body FROM labels l"
        " JOIN documents d ON d.kind = l.kind AND d.key = l.key"
        " WHERE l.kind = $1 AND l.label = $2 AND l.value = $3 AND l.key > $4"
        " ORDER BY l.key LIMIT $5",
        (kind, label, value, after, limit),
    )
    return [_document(row) for row in rows]


def found_versions(
    kind: str, label: str, value: str, after: str, limit: int
) -> Plan[dict[str, int]]:
    rows = yield (
        "SELECT d.key, d.version FROM labels l"
        " JOIN documents d ON d.kind = l.kind AND d.key = l.key"
        " WHERE l.kind = $1 AND l.label = $2 AND l.value = $3 AND l.key > $4"
        " ORDER BY l.key LIMIT $5",
        (kind, label, value, after, limit),
    )
    return {str(key): int(version) for key, version in rows}


def ranked(kind: str, label: str, after: str, limit: int) -> Plan[list[Document]]:
    rows = yield (
        "SELECT d.key, d.version, d.body FROM labels l"
        " JOIN documents d ON d.kind = l.kind AND d.key = l.key"
        " WHERE l.kind = $1 AND l.label = $2 AND l.value > $3"
        " ORDER BY l.value, l.key LIMIT $4",
        (kind, label, after, limit),
    )
    return [_document(row) for row in rows]


def versions(kind: str, keys: Iterable[str], *, each: str) -> Plan[dict[str, int]]:
    """`each`: SQL that turns the JSON list {} into rows."""
    rows = yield (
        "SELECT key, version FROM documents"  # noqa: S608  # `each` is the dialect's
        f" WHERE kind = $1 AND key IN (SELECT {each.format('$2')})",
        (kind, json.dumps(list(keys))),
    )
    return {str(key): int(version) for key, version in rows}


def put(
    kind: str, key: str, body: str, expected: int, index: Index | None, once: Once | None
) -> Plan[int]:
    if once is not None:
        yield from commands.remember(once, expected + 1)
    if expected == 0:
        saved = yield (
            "INSERT INTO documents (kind, key, version, body) VALUES ($1, $2, 1, $3)"
            " ON CONFLICT DO NOTHING RETURNING version",
            (kind, key, body),
        )
    else:
        saved = yield (
            "UPDATE documents SET version = version + 1, body = $3"
            " WHERE kind = $1 AND key = $2 AND version = $4 RETURNING version",
            (kind, key, body, expected),
        )
    if not saved:
        raise Stale(f"{kind} {key} is not at version {expected}")
    if index is not None:
        yield from _write_index(kind, key, index)
    return expected + 1


def delete(kind: str, key: str, expected: int, once: Once | None) -> Plan[None]:
    if once is not None:
        yield from commands.remember(once, expected)
    gone = yield (
        "DELETE FROM documents WHERE kind = $1 AND key = $2 AND version = $3 RETURNING key",
        (kind, key, expected),
    )
    if not gone:
        raise Stale(f"{kind} {key} is not at version {expected}")


def append(stream: str, bodies: Sequence[str], keep: int, once: Once | None) -> Plan[int]:
    rows = yield (
        "INSERT INTO streams (stream, head) VALUES ($1, $2)"
        " ON CONFLICT (stream) DO UPDATE SET head = streams.head + $2 RETURNING head",
        (stream, len(bodies)),
    )
    head = int(rows[0][0])
    if once is not None:
        yield from commands.remember(once, head)
    for number, body in enumerate(bodies, start=head - len(bodies) + 1):
        yield (
            "INSERT INTO entries (stream, number, body) VALUES ($1, $2, $3)",
            (stream, number, body),
        )
    if head > keep:
        yield "DELETE FROM entries WHERE stream = $1 AND number <= $2", (stream, head - keep)
    return head


def read(stream: str, after: int, limit: int) -> Plan[Page]:
    rows = yield (
        "SELECT s.head, e.number, e.body FROM streams s"
        " LEFT JOIN entries e ON e.stream = s.stream AND e.number > $2"
        " WHERE s.stream = $1 ORDER BY e.number LIMIT $3",
        (stream, after, limit),
    )
    entries = [Entry(int(number), str(body)) for _, number, body in rows if number is not None]
    oldest = entries[0].cursor if entries else int(rows[0][0]) + 1 if rows else 0
    return Page(entries, trimmed=oldest > after + 1)


def head(stream: str) -> Plan[int]:
    rows = yield "SELECT head FROM streams WHERE stream = $1", (stream,)
    return int(rows[0][0]) if rows else 0


def heads(streams: Iterable[str], *, each: str) -> Plan[dict[str, int]]:
    rows = yield (
        f"SELECT stream, head FROM streams WHERE stream IN (SELECT {each.format('$1')})",  # noqa: S608  # `each` is the dialect's
        (json.dumps(list(streams)),),
    )
    return {str(stream): int(head) for stream, head in rows}


def streams(prefix: str, after: str, limit: int) -> Plan[list[str]]:
    rows = yield (
        "SELECT stream FROM streams WHERE substr(stream, 1, $1) = $2 AND stream > $3"
        " ORDER BY stream LIMIT $4",
        (len(prefix), prefix, after, limit),
    )
    return [str(row[0]) for row in rows]


def forget(stream: str) -> Plan[None]:
    yield "DELETE FROM streams WHERE stream = $1", (stream,)


def _write_index(kind: str, key: str, index: Index) -> Plan[None]:
    """Write the difference of labels and claims; most changes leave them as they are."""
    rows = yield (
        "SELECT 'labels', label, value FROM labels WHERE kind = $1 AND key = $2"
        " UNION ALL SELECT 'claims', claim, value FROM claims WHERE kind = $1 AND key = $2",
        (kind, key),
    )
    had: IndexRows = {(str(table), str(name), str(value)) for table, name, value in rows}
    wanted: IndexRows = {
        ("claims", claim, v) for claim, held in index.claims.items() for v in _values(held)
    }
    wanted |= {("labels", label, v) for label, values in index.labels.items() for v in values}
    # Sorted, so that two writers lock rows in the same order and cannot deadlock.
    for table, name, value in sorted(had - wanted):
        yield (
            f"DELETE FROM {table}"  # noqa: S608  # one of two tables
            f" WHERE kind = $1 AND {table[:-1]} = $2 AND value = $3 AND key = $4",
            (kind, name, value, key),
        )
    for table, name, value in sorted(wanted - had):
        added = yield (
            f"INSERT INTO {table} (kind, {table[:-1]}, value, key) VALUES ($1, $2, $3, $4)"  # noqa: S608  # one of two tables
            f" ON CONFLICT DO NOTHING RETURNING key",
            (kind, name, value, key),
        )
        if not added:
            raise Taken(name)


def _values(held: str | Iterable[str]) -> Iterable[str]:
    return (held,) if isinstance(held, str) else held


def _document(row: Sequence[Any]) -> Document:
    key, version, body = row
    return Document(str(key), int(version), str(body))
