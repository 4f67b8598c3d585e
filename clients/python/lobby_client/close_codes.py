"""How a connection ended, and whether to come back: 4500 to 4999 mean no, everything else yes."""

from __future__ import annotations

from lobby_client.states import Closing

BROKEN = 1006
EXPIRED = 4003
_REJECTED = (4500, 4503)
"""Identities that the lobby will not have: of an anonymous one there is another."""
_UNREADABLE = (1003, 1007, 1009)
"""What we said cannot be read or is too large: not to be said again."""
CLOSED_HERE = Closing(1000, "closed here", "us")


def is_final(why: Closing) -> bool:
    return why.by == "server" and 4500 <= why.code <= 4999


def is_of_identity(why: Closing) -> bool:
    return why.by == "server" and why.code in _REJECTED


def unsayable(why: Closing) -> str | None:
    """Why what was sent is not to be said again; None: it may be."""
    if why.by != "server" or why.code not in _UNREADABLE:
        return None
    return why.reason or f"closed with {why.code}"
