"""Which kinds of URLs settings take."""

from __future__ import annotations


def of_a_known_kind(value: str, kinds: tuple[str, ...]) -> str:
    """The URL, if it begins with one of the kinds; raises ValueError."""
    if not value.startswith(kinds):
        raise ValueError(f"should begin with one of: {', '.join(kinds)}")
    return value
