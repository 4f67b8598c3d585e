"""Scripts of a text, by UTS 39: whether it mixes writing systems that nobody writes together."""

from __future__ import annotations

from fontTools.unicodedata import script_extension

COMMON = frozenset({"Zyyy", "Zinh"})
"""Common and Inherited: digits, punctuation, emoji, marks; they go with every script."""
WRITING_SYSTEMS = {
    "Hani": {"Jpan", "Hanb", "Kore"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Bopo": {"Hanb"},
    "Hang": {"Kore"},
}
"""What augments a character's script extensions: Japanese, Han with Bopomofo, Korean."""
WITH_LATIN = frozenset({"Jpan", "Hanb", "Kore"})
"""Beside these, Latin letters are no mix (the restriction level Highly Restrictive)."""


def mixed(text: str) -> bool:
    """Whether the text's resolved script set is empty."""
    sets = {found for found in map(_augmented, text) if found is not None}
    if not sets or frozenset.intersection(*sets):
        return False
    others = [found for found in sets if "Latn" not in found]
    return not frozenset.intersection(WITH_LATIN, *others)


def _augmented(letter: str) -> frozenset[str] | None:
    """The augmented script set of a character; None: every script."""
    scripts = frozenset(script_extension(letter))
    if scripts & COMMON:
        return None
    return scripts.union(*(WRITING_SYSTEMS.get(script, ()) for script in scripts))
