"""Refusals: what a client is told where nothing more particular is said."""

from __future__ import annotations

from lobby.domain.errors import LobbyError
from lobby.domain.list_errors import SortKeysFull, WindowsFull


def test_a_message_is_one_line_however_long_it_is_in_the_source() -> None:
    assert "\n" in (WindowsFull.__doc__ or "")
    for refused in (WindowsFull(), SortKeysFull(), LobbyError()):
        assert str(refused) == " ".join((type(refused).__doc__ or "").split())
