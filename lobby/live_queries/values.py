"""Values as filters and sort keys see them: what may be compared, and what differs.

A value's *key* is what a condition is tested on and what results are remembered by. Equal keys are
the same JSON for every condition: `1` and `1.0` are one key, `True` has its own.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from unicodedata import combining, normalize

Key = Hashable

FIRST_ACCENT = 10
"""Combining classes from here on are accents and points, which people leave out; those before make
another letter: a nukta, the voicing of kana."""
DOTLESS = "\N{LATIN SMALL LETTER DOTLESS I}"
"""Whose capital is `I`, as that of `i` is elsewhere."""

MOST_MEMBERS_TESTED = 16
"""Members of a list that a condition looks at."""


class KeyMark:
    """The key of what has no key of its own."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ABSENT = KeyMark("absent")
TRUE = KeyMark("true")
FALSE = KeyMark("false")
OPAQUE = KeyMark("opaque")
"""There is something, but no value that a filter could name: an object, a list in a list."""


def key_of(value: Any) -> Key:
    """The key of a JSON value: of a list, the tuple of its first members' keys."""
    kind = type(value)
    if kind is str or kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return TRUE if value else FALSE
    if value is None:
        return ABSENT
    if kind is list:
        return tuple(map(_member, value[:MOST_MEMBERS_TESTED]))
    return OPAQUE


def _member(value: Any) -> Key:
    return OPAQUE if isinstance(value, list | dict) else key_of(value)


def fold(*texts: str | None) -> str:
    """Texts that are searched together, as they are compared: however they were typed, without
    case, accents and widths, so that `istanbul` finds `İstanbul`, and `strasse` `Straße`. NUL,
    which is in no text, parts them."""
    text = "\0".join(text for text in texts if text).casefold()
    if text.isascii():
        return text
    letters = normalize("NFKD", normalize("NFKD", text).casefold())
    plain = "".join(letter for letter in letters if not combining(letter) >= FIRST_ACCENT)
    return normalize("NFC", plain.replace(DOTLESS, "i") or text)
