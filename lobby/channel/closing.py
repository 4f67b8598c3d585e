"""Why a socket is closed.

A client may apply the rule to codes that it does not know: 4000 to 4499 come back and watch
again, 4500 to 4999 do not.
"""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    TOKEN_EXPIRED = 4003
    TOO_MANY = 4008
    BAD_TOKEN = 4500
    REVOKED = 4503
    TOO_MANY_SOCKETS = 4504
    NO_HELLO = 4505
    RESTARTING = 1012
    OVERLOAD = 1013


REASONS = {
    Close.TOKEN_EXPIRED: "the token has expired: log in again and come back",
    Close.TOO_MANY: "too many commands or errors: slow down",
    Close.BAD_TOKEN: "the token is not valid: log in again",
    Close.REVOKED: "the token was revoked",
    Close.TOO_MANY_SOCKETS: "this account has too many connections",
    Close.NO_HELLO: "no hello in time",
    Close.RESTARTING: "restarting: come back",
    Close.OVERLOAD: "overloaded: come back later",
}
