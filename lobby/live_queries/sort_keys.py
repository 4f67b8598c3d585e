"""Sort keys: tuples whose ascending order is the order of a list, whatever is sorted by.

Numbers, then text (case-folded, by code point); descending, text, then numbers, each reversed.
Whatever is neither is last in both. Ties: the older first, then by id, so the order is total.
"""

from __future__ import annotations

from typing import Any

SortKey = tuple[Any, ...]
"""Rank of the type, value, age, id."""

BEFORE_ALL: SortKey = ()
AFTER_ALL: SortKey = (9,)
LARGEST_CODE = 0x10FFFF
"""The last code point of Unicode."""


class _Reversed(dict[int, int]):
    """Turns the order of code points round."""

    def __missing__(self, code: int) -> int:
        self[code] = LARGEST_CODE - code
        return self[code]


def sort_key(value: Any, age: float, id: str, *, descending: bool) -> SortKey:
    """`age`: when the entry came, in Unix seconds."""
    kind = type(value)
    if kind is int or kind is float:
        return (1, -value, age, id) if descending else (0, value, age, id)
    if kind is str:
        text = value.casefold()
        return (0, backwards(text), age, id) if descending else (1, text, age, id)
    return (2, 0, age, id)


def backwards(text: str) -> str:
    """A text that sorts before another's exactly where `text` sorts behind the other. What is the
    beginning of another comes behind it."""
    return text.translate(_Reversed()) + chr(LARGEST_CODE)


def id_of(key: SortKey) -> str:
    found: str = key[3]
    return found
