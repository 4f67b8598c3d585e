"""Close codes of the WebSocket, and the reason sent with each.

A client can rely on the range of a code that it does not know: 4000 to 4499, reconnect and watch
again; 4500 to 4999, do not.
"""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    """A close code: why the server ends a socket."""

    TOKEN_EXPIRED = 4003
    NO_HELLO = 4005
    TOO_MANY = 4008
    TRY_LATER = 4029
    BAD_TOKEN = 4500
    REPLACED = 4501
    REVOKED = 4503
    FOREIGN_ORIGIN = 4507
    RESTARTING = 1012
    OVERLOAD = 1013


REASONS = {
    Close.TOKEN_EXPIRED: "the token has expired: log in again and come back",
    Close.NO_HELLO: "no hello in time: come back",
    Close.TOO_MANY: "too many commands or errors: slow down",
    Close.TRY_LATER: "too many for now: come back after retry_after",
    Close.BAD_TOKEN: "the token is not valid: log in again",
    Close.REPLACED: "replaced by a newer connection of this account",
    Close.REVOKED: "the token was revoked",
    Close.FOREIGN_ORIGIN: "pages of this origin may not open the channel",
    Close.RESTARTING: "restarting: come back",
    Close.OVERLOAD: "overloaded: come back later",
}
