"""Texts are found however they are typed."""
# ruff: noqa: RUF001  # that letters look alike is the point

from __future__ import annotations

import pytest

from lobby.live_queries.values import fold


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("istanbul", "İstanbul"),
        ("İSTANBUL", "istanbul"),
        ("irmak", "Irmak"),
        ("IRMAK", "ırmak"),
        ("strasse", "Straße"),
        ("STRAẞE", "strasse"),
        ("σοφοσ", "ΣΟΦΟΣ"),
        ("ΣΟΦΟΣ", "σοφος"),
        ("αι", "ᾳ"),
        ("game", "ＧＡＭＥ"),
        ("ＧＡＭＥ", "game"),
        ("fine", "ﬁne"),
        ("jorg", "Jörg"),
        ("jo\u0308rg", "J\N{LATIN SMALL LETTER O WITH DIAERESIS}rg"),
        ("ガ", "ｶﾞ"),
    ],
)
def test_the_same_letters_are_found(typed: str, shown: str) -> None:
    assert fold(typed) in fold(f"Game of {shown}", None, "somebody else")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("한", "하"), ("か", "が"), ("क़", "क"), ("o", "ø"), ("\u0308", "o"), ("ab", "a")],
)
def test_other_letters_are_not(typed: str, shown: str) -> None:
    assert fold(typed) not in fold(shown, shown)
