"""Refusals of lists: too long to be sent whole, or too many questions to them at a time."""

from __future__ import annotations

from lobby.domain.errors import Conflict, ListFull, LobbyError, Unavailable

RETRY_SECONDS = 5.0
"""When a question that is one too many for this process may be asked again."""


class ListTooLarge(Conflict):
    """The list is too long to be sent whole; watch it with a `limit`."""

    code = "list_too_large"


class SortKeysFull(ListFull):
    """Sessions are sorted by as many different attributes as this process sorts them by; choose one
    of those, or `created`, `free` or `name`."""


class FilterKeysFull(ListFull):
    """The questions to this process name as many different keys of `attributes` and `browser` as
    they may; ask for keys that others ask for too, or again once some have gone."""


class WindowsFull(Unavailable):
    """This process answers as many different questions as it may; ask again shortly, or one that
    others ask too."""

    def __init__(self) -> None:
        LobbyError.__init__(self, retry_after=RETRY_SECONDS)
        self.part = "this process"
