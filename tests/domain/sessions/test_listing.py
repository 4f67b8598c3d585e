"""What a list says of a session: who comes in, and how many could."""

from __future__ import annotations

import pytest

from lobby.domain.sessions import listing
from lobby.domain.sessions.entry import Entry, HostTerms
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template


def session(template: str = "hosted", **fields: object) -> Session:
    made = Session.launch(SPAN, Template(template, 1, 3), Guest("host"), now=1.0)
    vars(made).update(fields)
    return made


def terms(
    *, only_friends: bool = False, allow_nonames: bool = True, host: str = "host", version: int = 1
) -> HostTerms:
    return HostTerms(host, version, only_friends, allow_nonames)


@pytest.mark.parametrize(
    ("entry", "only_friends", "shown"),
    [
        (Entry.OPEN, False, Entry.OPEN),
        (Entry.OPEN, True, Entry.FRIENDS),
        (Entry.FRIENDS, False, Entry.FRIENDS),
        (Entry.INVITED, True, Entry.INVITED),
        (Entry.CLOSED, True, Entry.CLOSED),
    ],
)
def test_a_hosts_settings_narrow_the_entry(entry: Entry, only_friends: bool, shown: Entry) -> None:
    made = session(entry=entry, terms=terms(only_friends=only_friends))
    assert listing.entry(made) is shown


def test_elsewhere_the_entry_is_as_the_leader_says() -> None:
    made = session("plaza")
    assert (listing.entry(made), listing.nonames(made)) == (Entry.OPEN, True)


def test_a_leader_whose_settings_are_not_known_yet_is_shown_as_a_new_host() -> None:
    for unknown in (session(), session("lounge", terms=terms(host="who led before"))):
        assert (listing.entry(unknown), listing.nonames(unknown)) == (Entry.FRIENDS, False)


def test_where_nobody_leads_there_is_nobody_to_narrow_it() -> None:
    made = session("lounge", leader=None, terms=terms(only_friends=True))
    assert (listing.entry(made), listing.nonames(made)) == (Entry.OPEN, True)


def test_seats_that_are_held_are_not_free() -> None:
    made = session()
    made.seats.invite(Guest("ann"), until=9.0)
    assert listing.free(made) == 1
    made.seats.invite(Guest("bob"), until=9.0)
    assert listing.free(made) == 0


def test_older_terms_never_replace_newer_ones_and_only_the_leaders_count() -> None:
    made = session(terms=terms(version=5))
    for late in (terms(version=4, only_friends=True), terms(host="eve", version=9)):
        listing.note_terms(made, late)
    assert made.terms == terms(version=5)
    listing.note_terms(made, terms(version=6, only_friends=True))
    assert listing.entry(made) is Entry.FRIENDS
