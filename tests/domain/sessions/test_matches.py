"""A match: begun once, by whoever names it rightly."""

from __future__ import annotations

import pytest

from lobby.domain.sessions.errors import MatchExists, MatchMismatch
from lobby.domain.sessions.matches import Match


def made() -> Match:
    """By matchmaking, not begun."""
    return Match("one", created=1.0, custom_data={"a": "b"}, tickets=["t"], started=False)


@pytest.mark.parametrize("id", ["", "one", "ONE"])
def test_one_that_was_made_is_begun_under_its_own_id(id: str) -> None:
    match = made()
    match.begin(id)
    assert match == Match("one", 1.0, {"a": "b"}, ["t"], started=True)


def test_one_that_was_made_is_not_begun_under_another_id() -> None:
    match = made()
    with pytest.raises(MatchMismatch):
        match.begin("two")
    assert match == made()


def test_none_is_begun_twice() -> None:
    match = made()
    match.begin("one")
    for id in ("", "one", "two"):
        with pytest.raises(MatchExists):
            match.begin(id)


def test_what_is_said_of_it_is_replaced_whole_or_stays() -> None:
    match = made()
    match.update("")
    assert match.custom_data == {"a": "b"}
    match.update("one", custom_data={"c": "d"})
    assert match.custom_data == {"c": "d"}
    match.update("one", custom_data={})
    assert match.custom_data == {}


def test_another_match_is_not_changed() -> None:
    match = made()
    with pytest.raises(MatchMismatch):
        match.update("two", custom_data={})
    assert match == made()
