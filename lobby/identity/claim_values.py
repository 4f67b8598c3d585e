"""Values in tokens that other programs may have written: times, versions and names in range."""

from __future__ import annotations

import re

LATEST = 253_402_300_799
"""Of a time in a token, in Unix seconds: the end of the year 9999."""
MOST_VERSIONS = 2**53
"""Of an account's tokens."""
LONGEST_NAME = 128
"""Characters of the name of an account or of a login."""
VISIBLE = re.compile(r"[!-~]*")


def time_of(value: object) -> float:
    """Unix seconds; raises ValueError. Neither NaN, which is before and after nothing, nor a text
    that reads as a number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST:
        return value
    raise ValueError("no time")


def whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_VERSIONS:
        return value
    raise ValueError("no version")


def text(value: object) -> str:
    """A name; raises ValueError. Of visible ASCII, as all of ours are: no store keeps half a
    surrogate pair, and not every one NUL."""
    if isinstance(value, str) and len(value) <= LONGEST_NAME and VISIBLE.fullmatch(value):
        return value
    raise ValueError("no name")
