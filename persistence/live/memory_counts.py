"""How many are online in a shard of the roster in memory, by status and by region."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


def counted(value: str) -> list[str]:
    """Under which names a value on the roster counts; none for somebody who is not on it."""
    if not value:
        return []
    names, person = ["online"], json.loads(value)
    if isinstance(person, dict):
        for kind in ("status", "region"):
            if isinstance(person.get(kind), str):
                names.append(f"{kind}:{person[kind]}")
    return names


def told_counts(counts: Counter[str]) -> dict[str, Any]:
    """As changes of a shard tell them."""
    told: dict[str, Any] = {"online": counts["online"], "statuses": {}, "regions": {}}
    kinds = {"status": told["statuses"], "region": told["regions"]}
    for name, many in counts.items():
        kind, colon, value = name.partition(":")
        if colon:
            kinds[kind][value] = many
    return told
