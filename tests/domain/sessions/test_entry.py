"""Levels of entry, and how requests in parts change them."""

from __future__ import annotations

from itertools import product

import pytest

from lobby.domain.sessions.entry import Entry, Joinability


def test_the_narrower_of_two_levels_counts() -> None:
    for one, other in product(Entry, Entry):
        narrow = one.narrowed(other)
        assert narrow is other.narrowed(one)
        assert list(Entry).index(narrow) == max(map(list(Entry).index, (one, other)))


def test_the_older_word_means_open_or_invited() -> None:
    assert (Entry.of(True), Entry.of(False)) == (Entry.OPEN, Entry.INVITED)
    assert [level.joinable for level in Entry] == [True, True, False, False]


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        (Joinability(open=True, friends=False), Entry.INVITED, Entry.OPEN),
        (Joinability(open=True, friends=True), Entry.CLOSED, Entry.OPEN),
        (Joinability(open=False, friends=True), Entry.OPEN, Entry.FRIENDS),
        (Joinability(open=False, friends=False), Entry.OPEN, Entry.INVITED),
        (Joinability(open=False), Entry.OPEN, Entry.INVITED),
        (Joinability(open=False), Entry.FRIENDS, Entry.FRIENDS),
        (Joinability(friends=True), Entry.OPEN, Entry.OPEN),
        (Joinability(friends=True), Entry.INVITED, Entry.FRIENDS),
        (Joinability(friends=False), Entry.FRIENDS, Entry.INVITED),
        (Joinability(platform=False), Entry.CLOSED, Entry.CLOSED),
    ],
)
def test_open_wins_over_friends_and_neither_is_by_invitation(
    said: Joinability, before: Entry, after: Entry
) -> None:
    assert said.applied(before) is after
