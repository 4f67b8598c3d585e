"""Dialect of the server, users and nicknames document: access ids, and refusals in its words.

A malformed request is 4xx. A well-formed one that fails is 200, with an `error` and `needRefresh`:
whether a new access token would help.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions.login import token_families
from lobby.api.bodies import Encoded
from lobby.api.dialect import Dialect, Row, retry_after, status_of
from lobby.api.server_status.credentials import token_id
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.idempotency_errors import IdReused, InProgress
from lobby.domain.permissions import NOBODY, READER, Actor

FAMILY = "lobby.family"
"""Key of the request's scope for the refresh token family of its token."""
WORTH_NOTHING = re.compile(r"q=0(\.0{0,3})?", re.IGNORECASE)
"""The parameter of a range of media types that the client does not take."""


class NotAcceptable(errors.LobbyError):
    """The answer is JSON; let the Accept header allow application/json."""

    code = "not_acceptable"


STATUS: dict[type[errors.LobbyError], int] = {
    NotAcceptable: 406,
    errors.TokenUnknown: 200,
    errors.TokenExpired: 200,
    errors.TokenMistaken: 200,
    errors.RefreshUnknown: 200,
    errors.BadCredentials: 200,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 200,
    errors.Conflict: 200,
    IdReused: 422,
    InProgress: 409,
    errors.Unacceptable: 200,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    Encoded: 415,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}
REFRESHABLE = (errors.TokenUnknown, errors.TokenExpired)


async def identify(request: Request, lobby: Lobby) -> Actor:
    """By the access id; without one, a reader where the settings allow anonymous access."""
    header = request.headers.get("authorization")
    if header is None:
        return READER if lobby.settings.anonymous_access else NOBODY
    actor, family = await token_families.identify(lobby, token_id(header))
    request.scope[FAMILY] = family
    return actor


def require_json(request: Request) -> None:
    """Raise NotAcceptable where the client takes no JSON."""
    ranges: dict[str, bool] = {}
    for part in request.headers.get("accept", "*/*").split(","):
        kind, _, parameters = part.partition(";")
        refused = any(WORTH_NOTHING.fullmatch(one.strip()) for one in parameters.split(";"))
        ranges[kind.strip().lower()] = not refused
    # The most exact one that matches says it (RFC 9110, 12.5.1).
    matching = [kind for kind in ("application/json", "application/*", "*/*") if kind in ranges]
    if not matching or not ranges[matching[0]]:
        raise NotAcceptable


def refuse(error: errors.LobbyError) -> Response:
    body = {"error": str(error), "needRefresh": isinstance(error, REFRESHABLE)}
    headers = {**retry_after(error), "Cache-Control": "no-store"}
    return JSONResponse(body, status_of(error, STATUS), headers=headers)


def done(row: Row) -> Response:
    return JSONResponse({})


server_status = Dialect(
    "server",
    identify,
    refuse,
    done=done,
    check=require_json,
    typed=True,
    about="A game server's status, its users, their nicknames and icons.",
)
