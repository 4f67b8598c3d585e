"""How the server, users and nicknames document knows its callers and says no.

A request that is no request is 4xx. One that is well-formed and wrong in meaning is 200, with an
`error` and whether a new access token would help.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions import families
from lobby.api.dialect import Dialect, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import NOBODY, READER, Actor

FAMILY = "lobby.family"
"""Where the request keeps the family that its token is of."""


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
    errors.Unacceptable: 200,
    errors.Malformed: 400,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}
REFRESHABLE = (errors.TokenUnknown, errors.TokenExpired)


async def identify(request: Request, lobby: Lobby) -> Actor:
    """By the access id; without one, somebody who may read where anybody may."""
    header = request.headers.get("authorization")
    if header is None:
        return READER if lobby.settings.anonymous_access else NOBODY
    scheme, _, id = header.partition(" ")
    if scheme.lower() != "bearer" or not id.strip():
        raise errors.Malformed(message="Authorization: Bearer and an access id")
    actor, family = await families.identify(lobby, id.strip())
    request.scope[FAMILY] = family
    return actor


def require_json(request: Request) -> None:
    """Raise NotAcceptable where the client takes no JSON."""
    ranges = [part.partition(";") for part in request.headers.get("accept", "*/*").split(",")]
    for kind, _, parameters in ranges:
        refused = parameters.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000")
        if kind.strip().lower() in ("application/json", "application/*", "*/*") and not refused:
            return
    raise NotAcceptable


def refuse(error: errors.LobbyError) -> Response:
    body = {"error": str(error), "needRefresh": isinstance(error, REFRESHABLE)}
    headers = {**retry_after(error), "Cache-Control": "no-store"}
    return JSONResponse(body, status_of(error, STATUS), headers=headers)


server_status = Dialect("server", identify, refuse, check=require_json)
