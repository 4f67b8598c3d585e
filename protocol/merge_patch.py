"""JSON Merge Patch (RFC 7396): the difference between two states."""

from __future__ import annotations

from typing import Any


class Missing:
    """Marks a key that is not there; null is a value."""


MISSING = Missing()


def merge_patch(old: Any, new: Any) -> Any:
    """The merge patch that turns `old` into `new`. In nested maps null means removed, so neither
    may hold a null there that matters."""
    if new is MISSING:
        return None
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {
        key: merge_patch(old.get(key, MISSING), new.get(key, MISSING))
        for key in old.keys() | new.keys()
        if not same_json(old.get(key, MISSING), new.get(key, MISSING))
    }


def same_json(old: Any, new: Any) -> bool:
    """Whether both are the same JSON. In Python `1 == True`; in JSON they differ."""
    if old is new:
        return True
    if type(old) is not type(new) or old != new:
        return False
    if isinstance(old, dict):
        return all(same_json(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return all(map(same_json, old, new))
    return True
