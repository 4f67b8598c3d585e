"""The listing of a session in the session browser: who shows, edits and hides it."""

from __future__ import annotations

import pytest

from lobby.domain.errors import Forbidden
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions import listings
from lobby.domain.sessions.errors import BrowserNotAllowed, BrowserNotFound
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

LEADING, FOLLOWING = (Permit(Actor(name), role=Role.ADMIN) for name in ("ann", "bob"))
ABOVE = Permit(Actor("boss"), outright=True)


def test_a_session_is_listed_where_the_game_lists_its_type() -> None:
    made = Session.launch(SPAN, Template("game", 2, 2), Guest("ann"), now=10.0)
    made.seat(Guest("bob"), now=11.0)
    with pytest.raises(Forbidden):
        listings.hide(made, FOLLOWING)
    with pytest.raises(Forbidden):
        listings.edit(made, FOLLOWING, {})
    with pytest.raises(BrowserNotFound):
        listings.edit(made, LEADING, {})
    with pytest.raises(BrowserNotAllowed):
        listings.show(made, ABOVE, {"map": "x"}, allowed=False)
    listings.show(made, LEADING, {"map": "x"}, allowed=True)
    listings.show(made, LEADING, {"map": "y"}, allowed=False)
    listings.edit(made, LEADING, None)
    assert made.listing == {"map": "y"}
    listings.hide(made, LEADING)
    assert made.listing is None
