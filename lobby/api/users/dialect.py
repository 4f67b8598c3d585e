"""How the users and slots document knows its callers and says no: in a few words of plain text."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from lobby.actions import logins
from lobby.api.dialect import Dialect, bearer, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import Actor

STATUS: dict[type[errors.LobbyError], int] = {
    errors.Unauthenticated: 401,
    errors.AccountNotFound: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.Unacceptable: 400,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}

WORDS: dict[type[errors.LobbyError], str] = {
    errors.Unauthenticated: "bad token",
    errors.AccountNotFound: "bad token",
    errors.BadCredentials: "bad credentials",
    errors.Forbidden: "forbidden",
    errors.GuestNotWelcome: "not welcome",
    errors.NotYours: "not yours",
    errors.NotFound: "not found",
    errors.Conflict: "slot conflict",
    errors.LoginTaken: "username conflict",
    errors.Unacceptable: "invalid fields [username]",
    errors.TooLarge: "too large",
    errors.TooMany: "too many tries",
    errors.Unavailable: "try again shortly",
    errors.Broken: "internal error",
}


async def identify(request: Request, lobby: Lobby) -> Actor:
    return await logins.identify(lobby, bearer(request))


def refuse(error: errors.LobbyError) -> Response:
    words = next((WORDS[kind] for kind in type(error).__mro__ if kind in WORDS), str(error))
    return PlainTextResponse(words, status_of(error, STATUS), headers=retry_after(error))


users = Dialect("users", identify, refuse)
