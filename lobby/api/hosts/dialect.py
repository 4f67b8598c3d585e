"""Dialect of the hosts and sessions document: bearer tokens, and refusals as JSON messages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions.login import tokens
from lobby.api.bodies import Encoded
from lobby.api.dialect import Dialect, Row, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.idempotency_errors import IdReused, InProgress
from lobby.domain.permissions import Actor
from lobby.identity.bearer import bearer
from protocol.codec import problem

STATUS: dict[type[errors.LobbyError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 401,
    errors.GuestNotWelcome: 404,
    errors.NotFound: 404,
    errors.SessionFull: 404,
    errors.SessionNotJoinable: 404,
    errors.Conflict: 400,
    errors.AlreadyHosting: 409,
    errors.ListFull: 409,
    InProgress: 409,
    IdReused: 422,
    errors.Malformed: 422,
    errors.TooLarge: 413,
    Encoded: 415,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}

THIS, OTHER = "not found this", "not found other"
WORDS: dict[type[errors.LobbyError], str] = {
    errors.OtherNotFound: OTHER,
    errors.AccountNotFound: THIS,
    errors.NotFound: OTHER,
    errors.GuestNotWelcome: OTHER,
    errors.SessionFull: OTHER,
    errors.SessionNotJoinable: OTHER,
}
"""Messages of this document's own; those of 404 are an enum. To a guest, a ban is not told apart
from a host without a session."""


async def identify(request: Request, lobby: Lobby) -> Actor:
    """By the bearer token of the Authorization header."""
    return await tokens.identify(lobby, bearer(request.headers.get("authorization")))


def refuse(error: errors.LobbyError) -> Response:
    status = status_of(error, STATUS)
    if status == 422 and isinstance(error, errors.Malformed):
        return JSONResponse({"detail": error.problems}, status)
    if isinstance(error, IdReused):
        detail = [problem(error.code, str(error), "header", "Idempotency-Key")]
        return JSONResponse({"detail": detail}, status)
    message = next((WORDS[kind] for kind in type(error).__mro__ if kind in WORDS), str(error))
    return JSONResponse({"message": message}, status, headers=retry_after(error))


def done(row: Row) -> Response:
    return JSONResponse(None)


hosts = Dialect(
    "hosts",
    identify,
    refuse,
    done=done,
    typed=True,
    about="Hosts, whom they let in, their sessions.",
)
