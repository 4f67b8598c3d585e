"""The password of a session: whom it asks, whom it knows, and what a change of it does."""

from __future__ import annotations

import pytest

from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions.edits import SessionEdit
from lobby.domain.sessions.errors import PasswordChanged, PasswordNeeded, WrongPassword
from lobby.domain.sessions.passwords import MOST_KNOWN, NewPassword, Password, ShownPassword
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

SET = NewPassword("hash")


def asking(*known: str) -> Password:
    password = Password()
    password.change(SET, by="ann")
    for player in known:
        password.remember(player)
    return password


def test_without_one_nobody_is_asked() -> None:
    assert not Password().asked
    Password().require("bob", None)


def test_who_shows_it_is_remembered_until_it_changes() -> None:
    password = asking("bob")
    password.require("bob", None)
    password.change(SET, by="ann")
    with pytest.raises(PasswordNeeded):
        password.require("bob", None)


@pytest.mark.parametrize(
    ("shown", "no"),
    [
        (None, PasswordNeeded),
        (ShownPassword(1, right=False), WrongPassword),
        (ShownPassword(2, right=True), PasswordChanged),
        (ShownPassword(0, right=False), PasswordChanged),
    ],
)
def test_it_says_what_is_wrong(shown: ShownPassword | None, no: type[LobbyError]) -> None:
    with pytest.raises(no) as refused:
        asking().require("bob", shown)
    assert type(refused.value) is no


def test_who_sets_it_is_not_asked_and_nobody_is_once_it_is_cleared() -> None:
    password = asking("bob")
    password.require("ann", None)
    password.change(NewPassword(None), by="ann")
    assert (password.asked, password.known, password.number) == (False, [], 2)
    password.change(NewPassword(None), by="ann")
    assert password.number == 2, "there was nothing to clear"


def test_so_many_are_remembered_then_who_showed_it_longest_ago_is_asked_again() -> None:
    guests = [f"guest {n}" for n in range(MOST_KNOWN + 1)]
    password = asking(*guests)
    assert len(password.known) == MOST_KNOWN
    assert password.known[0] == guests[1]
    password.remember(guests[1])
    assert password.known[0] == guests[1], "who is known does not have to be noted"


def test_an_update_without_it_leaves_it_as_it_is() -> None:
    session = Session.launch(SPAN, Template("any", 1, 3), Guest("ann"), now=1.0)
    leader = Permit(Actor("ann"), role=Role.ADMIN)
    session.update(leader, SessionEdit(password=SET))
    session.update(leader, SessionEdit(name="Table"))
    assert (session.password.hash, session.password.number) == ("hash", 1)


def test_the_hash_is_not_printed_with_the_session() -> None:
    assert "hash" not in repr(asking()).replace("hash=", "")
