"""How the player services document knows its callers and says no.

`auth_success` is false only where a new token would help: clients renew theirs then, and ask again.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions import logins
from lobby.api.dialect import Dialect, Row, bearer, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.login_errors import AgreementsNeeded, BadToken, Fault
from lobby.domain.permissions import Actor
from protocol.codec import encode, problem
from protocol.player_services import errors as words

COOKIE = "access_token"
NOTIFICATIONS = "/notification/"
"""Begins the paths whose document has words of its own for who may not ask."""


class Insufficient(errors.Forbidden):
    """The caller's role does not permit this."""

    code = "insufficient_role"


class Undocumented(errors.LobbyError):
    """What the document has no status for, said with one that it has; the code stays."""

    def __init__(self, error: errors.LobbyError) -> None:
        super().__init__(str(error), retry_after=error.retry_after)
        self.code = code_of(error)


STATUS: dict[type[errors.LobbyError], int] = {
    Undocumented: 403,
    errors.Unauthenticated: 403,
    errors.Forbidden: 403,
    errors.SessionNotJoinable: 403,
    errors.NotFound: 404,
    errors.NotSeated: 404,
    errors.Conflict: 409,
    errors.Unacceptable: 400,
    errors.Malformed: 422,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}

CODES: dict[type[errors.LobbyError], str] = {
    errors.Unauthenticated: "auth_not_jwt",
    errors.TokenExpired: "auth_token_expired",
    errors.TokenRevoked: "auth_token_unknown",
    errors.Forbidden: "insufficient_permissions",
    errors.NotYours: "insufficient_permissions",
    errors.AccountNotFound: "player_not_found",
    errors.HostNotFound: "player_not_found",
    errors.OtherNotFound: "player_not_found",
    errors.NotSeated: "player_not_in_session",
}
"""Where this document has a word of its own."""

FAULTS: dict[Fault, str] = {
    "absent": "auth_not_jwt",
    "form": "auth_malformed_access",
    "kind": "auth_invalid_version",
    "key": "auth_invalid_key_id",
    "signature": "auth_token_sig_invalid",
    "claim": "auth_token_invalid_claim",
}


class TokenFormat(errors.Unauthenticated):
    """The Authorization header should be Bearer and a token."""

    code = "auth_token_format"


async def identify(request: Request, lobby: Lobby) -> Actor:
    """By the header or, where there is none, by the cookie."""
    if "authorization" not in request.headers:
        return await logins.identify_player(lobby, _cookie(request, lobby))
    token = bearer(request)
    if not token:
        raise TokenFormat
    return await logins.identify_player(lobby, token)


def _cookie(request: Request, lobby: Lobby) -> str | None:
    """Browsers send cookies for any page that asks them to: other people's pages do not count."""
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", ""), urlsplit(lobby.settings.url).netloc}
    foreign = origin is not None and urlsplit(origin).netloc not in ours
    if foreign and origin not in lobby.settings.allowed_origins:
        return None
    return request.cookies.get(COOKIE)


def code_of(error: errors.LobbyError) -> str:
    if isinstance(error, BadToken):
        return FAULTS[error.fault]
    return CODES.get(type(error), error.code)


def reword(error: errors.LobbyError, row: Row, lobby: Lobby) -> errors.LobbyError:
    """As this row's part of the document has it."""
    if row.path_template.startswith(NOTIFICATIONS) and type(error) in (
        errors.Forbidden,
        errors.NotYours,
    ):
        return Insufficient()
    status = status_of(error, STATUS)
    if lobby.catalogue.server.strict_contract_errors and not _documented(row, status):
        return Undocumented(error)
    return error


def _documented(row: Row, status: int) -> bool:
    """Of the statuses that it seldom has, 409 is where one may try again."""
    if status == 409:
        return "Retry-After" in row.headers.get(409, {})
    return status != 400 or row.path_template.startswith(NOTIFICATIONS)


def refuse(error: errors.LobbyError) -> Response:
    status = status_of(error, STATUS)
    if status == 422 and isinstance(error, errors.Malformed):
        detail = error.problems or [problem(error.code, str(error), "body")]
        return JSONResponse({"detail": detail}, status)
    return Response(encode(_said(error)), status, retry_after(error), "application/json")


def _said(error: errors.LobbyError) -> words.HzApiErrorModel:
    renewing = isinstance(error, errors.Unauthenticated)
    said = {"auth_success": not renewing, "error_code": code_of(error), "desc": str(error)}
    if isinstance(error, AgreementsNeeded):
        needed = {f"needs_{agreement}": True for agreement in error.needed}
        return words.AgreementMessage.model_validate(said | needed)
    return words.HzApiErrorModel.model_validate(said)


player_services = Dialect("player_services", identify, refuse, reword=reword)
