"""Labels in SQL: who has any of many values, by one read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from persistence.store.plan import Plan


def labelled(
    kind: str, label: str, values: Iterable[str], *, each: str
) -> Plan[dict[str, frozenset[str]]]:
    """`each`: SQL that turns the JSON list {} into rows."""
    rows = yield (
        "SELECT value, key FROM labels WHERE kind = $1 AND label = $2"  # noqa: S608  # as above
        f" AND value IN (SELECT {each.format('$3')})",
        (kind, label, json.dumps(list(values))),
    )
    found: dict[str, set[str]] = {}
    for value, key in rows:
        found.setdefault(str(value), set()).add(str(key))
    return {value: frozenset(keys) for value, keys in found.items()}
