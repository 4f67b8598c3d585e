"""How the hosts and sessions document knows its callers and says no."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions import logins
from lobby.api.dialect import Dialect, bearer, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import Actor

STATUS: dict[type[errors.LobbyError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 401,
    errors.GuestNotWelcome: 404,
    errors.NotFound: 404,
    errors.SessionFull: 404,
    errors.SessionNotJoinable: 404,
    errors.Conflict: 400,
    errors.AlreadyHosting: 409,
    errors.Malformed: 422,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}

NO_SESSION = "this host has no session for you to join"

WORDS: dict[type[errors.LobbyError], str] = {
    errors.OtherNotFound: "not found other",
    errors.AccountNotFound: "not found this",
    errors.SessionNotFound: NO_SESSION,
    errors.GuestNotWelcome: NO_SESSION,
}
"""What this document words itself; a host that turns somebody away looks like one that is out."""


async def identify(request: Request, lobby: Lobby) -> Actor:
    return await logins.identify(lobby, bearer(request))


def refuse(error: errors.LobbyError) -> Response:
    status = status_of(error, STATUS)
    if status == 422 and isinstance(error, errors.Malformed):
        return JSONResponse({"detail": error.problems}, status)
    message = next((WORDS[kind] for kind in type(error).__mro__ if kind in WORDS), str(error))
    return JSONResponse({"message": message}, status, headers=retry_after(error))


hosts = Dialect("hosts", identify, refuse)
