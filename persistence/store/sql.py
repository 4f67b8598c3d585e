"""Documents and Journal in SQL that SQLite and PostgreSQL both read.

Each function is a *plan*: it yields statements, is sent their rows and returns the result, so
that the same words serve a blocking driver and an awaiting one. It knows no driver, and does not
begin or end transactions: a plan that raises wants nothing of itself kept.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from persistence.ports import Document, Entry, Index, Page, Stale, Taken

T = TypeVar("T")
Statement: TypeAlias = tuple[str, Sequence[object]]
Rows: TypeAlias = Sequence[Sequence[Any]]
Plan: TypeAlias = Generator[Statement, Rows, T]
Marks: TypeAlias = set[tuple[str, str, str]]

SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


def answer() -> Plan[None]:
    yield "SELECT 1", ()


def name_epoch(fresh: str) -> Plan[str]:
    yield (
        "INSERT INTO facts (name, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING",
        (fresh,),
    )
    rows = yield "SELECT value FROM facts WHERE name = 'epoch'", ()
    return str(rows[0][0])


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
    """`each`: how this database unfolds the JSON list {} into rows."""
    rows = yield (
        "SELECT key, version FROM documents"
        f" WHERE kind = $1 AND key IN (SELECT {each.format('$2')})",
        (kind, json.dumps(list(keys))),
    )
    return {str(key): int(version) for key, version in rows}


def put(kind: str, key: str, body: str, expected: int, index: Index | None) -> Plan[int]:
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
        yield from _mark(kind, key, index)
    return expected + 1


def delete(kind: str, key: str, expected: int) -> Plan[None]:
    gone = yield (
        "DELETE FROM documents WHERE kind = $1 AND key = $2 AND version = $3 RETURNING key",
        (kind, key, expected),
    )
    if not gone:
        raise Stale(f"{kind} {key} is not at version {expected}")


def append(stream: str, bodies: Sequence[str], keep: int) -> Plan[int]:
    rows = yield (
        "INSERT INTO streams (stream, head) VALUES ($1, $2)"
        " ON CONFLICT (stream) DO UPDATE SET head = streams.head + $2 RETURNING head",
        (stream, len(bodies)),
    )
    head = int(rows[0][0])
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
        f"SELECT stream, head FROM streams WHERE stream IN (SELECT {each.format('$1')})",
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


def _mark(kind: str, key: str, index: Index) -> Plan[None]:
    """Write only what differs: most changes leave labels and claims alone."""
    rows = yield (
        "SELECT 'labels', label, value FROM labels WHERE kind = $1 AND key = $2"
        " UNION ALL SELECT 'claims', claim, value FROM claims WHERE kind = $1 AND key = $2",
        (kind, key),
    )
    had: Marks = {(str(table), str(name), str(value)) for table, name, value in rows}
    wanted: Marks = {
        ("claims", claim, v) for claim, held in index.claims.items() for v in _all(held)
    }
    wanted |= {("labels", label, v) for label, values in index.labels.items() for v in values}
    # Sorted, so that two writers never wait for each other's claims in a ring.
    for table, name, value in sorted(had - wanted):
        yield (
            f"DELETE FROM {table}"
            f" WHERE kind = $1 AND {table[:-1]} = $2 AND value = $3 AND key = $4",
            (kind, name, value, key),
        )
    for table, name, value in sorted(wanted - had):
        added = yield (
            f"INSERT INTO {table} (kind, {table[:-1]}, value, key) VALUES ($1, $2, $3, $4)"
            f" ON CONFLICT DO NOTHING RETURNING key",
            (kind, name, value, key),
        )
        if not added:
            raise Taken(name)


def _all(held: str | Iterable[str]) -> Iterable[str]:
    return (held,) if isinstance(held, str) else held


def _document(row: Sequence[Any]) -> Document:
    key, version, body = row
    return Document(str(key), int(version), str(body))
