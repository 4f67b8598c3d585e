"""Dialect of the users and slots document: bearer tokens, and refusals as plain text."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from lobby.actions.login import tokens
from lobby.api.bodies import Encoded
from lobby.api.dialect import Dialect, Row, retry_after, status_of
from lobby.api.forms import NoForm
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.idempotency_errors import IdReused, InProgress
from lobby.domain.login_errors import WeakPassword
from lobby.domain.permissions import Actor
from lobby.identity.bearer import bearer

STATUS: dict[type[errors.LobbyError], int] = {
    errors.Unauthenticated: 401,
    errors.AccountNotFound: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    IdReused: 422,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    Encoded: 415,
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
    IdReused: "id reused",
    InProgress: "in progress",
    errors.Unacceptable: "invalid fields [username]",
    WeakPassword: "invalid fields [password]",
    NoForm: "missing form",
    errors.TooLarge: "too large",
    Encoded: "unsupported content encoding",
    errors.TooMany: "too many tries",
    errors.Unavailable: "try again shortly",
    errors.Broken: "internal error",
}


async def identify(request: Request, lobby: Lobby) -> Actor:
    """By the bearer token of the Authorization header."""
    return await tokens.identify(lobby, bearer(request.headers.get("authorization")))


EXACT = (errors.TooManyRequests, errors.ListFull)
"""Refusals that name their limit, which no word of the document does."""


def refuse(error: errors.LobbyError) -> Response:
    if isinstance(error, EXACT):
        return PlainTextResponse(str(error), status_of(error, STATUS), headers=retry_after(error))
    words = next((WORDS[kind] for kind in type(error).__mro__ if kind in WORDS), str(error))
    return PlainTextResponse(words, status_of(error, STATUS), headers=retry_after(error))


def done(row: Row) -> Response:
    return PlainTextResponse("OK")


users = Dialect(
    "users", identify, refuse, done=done, about="Accounts with a password, and seats as slots."
)
