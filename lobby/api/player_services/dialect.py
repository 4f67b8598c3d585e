"""Dialect of the player services document: bearer token or cookie, and refusals in its words.

`auth_success` is false only where a new token would help: clients then refresh theirs and retry.
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions.login import tokens
from lobby.api.bodies import Encoded
from lobby.api.dialect import Dialect, Row, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.idempotency_errors import IdReused, InProgress
from lobby.domain.login_errors import AgreementsNeeded, BadToken, Fault
from lobby.domain.permissions import Actor
from lobby.identity.bearer import bearer
from lobby.origins import is_allowed
from protocol.codec import encode, problem
from protocol.player_services import errors as words

COOKIE = "access_token"
OWN_SITES = ("same-origin", "none")
"""Whose requests a browser may send a cookie with: our page's, and those that the user typed."""
NOTIFICATIONS = "/notification/"
"""Paths with this prefix have codes of their own for missing permission."""


class Insufficient(errors.Forbidden):
    """The caller's role does not permit this."""

    code = "insufficient_role"


class Undocumented(errors.LobbyError):
    """An error that the document has no status for: 403, with the error's own code."""

    def __init__(self, error: errors.LobbyError) -> None:
        super().__init__(str(error), retry_after=error.retry_after, about=error.about)
        self.code = code_of(error)


STATUS: dict[type[errors.LobbyError], int] = {
    Undocumented: 403,
    errors.Unauthenticated: 403,
    errors.Forbidden: 403,
    errors.SessionNotJoinable: 403,
    errors.NotFound: 404,
    errors.NotSeated: 404,
    errors.Conflict: 409,
    IdReused: 422,
    errors.Unacceptable: 400,
    errors.Malformed: 422,
    errors.TooLarge: 413,
    Encoded: 415,
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
"""Codes of this document's own; other errors keep theirs."""

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
    """By the bearer token of the Authorization header or, without one, by the cookie."""
    if "authorization" not in request.headers:
        return await tokens.identify_player(lobby, _cookie(request, lobby))
    token = bearer(request.headers.get("authorization"))
    if not token:
        raise TokenFormat
    return await tokens.identify_player(lobby, token)


def _cookie(request: Request, lobby: Lobby) -> str | None:
    """The cookie's token, unless another site's page sends it (cross-site request forgery)."""
    origin = request.headers.get("origin")
    if origin is None:
        trusted = request.headers.get("sec-fetch-site", "none") in OWN_SITES
    else:
        trusted = is_allowed(lobby.settings, origin, request.headers.get("host"))
    token = request.cookies.get(COOKIE)
    if token is not None and not trusted:
        lobby.audit.refused(errors.Forbidden(), what="origin refused", target=origin or "")
        return None
    return token


def code_of(error: errors.LobbyError) -> str:
    """The error's code in this document."""
    if isinstance(error, BadToken):
        return FAULTS[error.fault]
    return CODES.get(type(error), error.code)


def reword(error: errors.LobbyError, row: Row, lobby: Lobby) -> errors.LobbyError:
    """Map errors for rows that have codes or statuses of their own."""
    if row.path_template.startswith(NOTIFICATIONS) and type(error) in (
        errors.Forbidden,
        errors.NotYours,
    ):
        return Insufficient()
    if isinstance(error, InProgress):
        return error
    status = status_of(error, STATUS)
    if lobby.catalogue.server.strict_contract_errors and not _documented(row, status):
        return Undocumented(error)
    return error


def _documented(row: Row, status: int) -> bool:
    """Whether the document names this status for the row: 409 only where one may retry."""
    if status == 409:
        return "Retry-After" in row.headers.get(409, {})
    return status != 400 or row.path_template.startswith(NOTIFICATIONS)


def refuse(error: errors.LobbyError) -> Response:
    status = status_of(error, STATUS)
    if status == 422 and isinstance(error, errors.Malformed):
        detail = error.problems or [problem(error.code, str(error), "body")]
        return JSONResponse({"detail": detail}, status)
    if isinstance(error, IdReused):
        detail = [problem(error.code, str(error), "header", "Idempotency-Key")]
        return JSONResponse({"detail": detail}, status)
    headers = {**retry_after(error), **_about(error)}
    return Response(encode(_said(error)), status, headers, "application/json")


def _about(error: errors.LobbyError) -> dict[str, str]:
    """The header with what the refusal says to programs, as JSON in ASCII."""
    return {} if error.about is None else {"Lobby-About": json.dumps(error.about)}


def _said(error: errors.LobbyError) -> words.HzApiErrorModel:
    renewing = isinstance(error, errors.Unauthenticated)
    said = {"auth_success": not renewing, "error_code": code_of(error), "desc": str(error)}
    if isinstance(error, AgreementsNeeded):
        needed = {f"needs_{agreement}": True for agreement in error.needed}
        return words.AgreementMessage.model_validate(said | needed)
    return words.HzApiErrorModel.model_validate(said)


def done(row: Row) -> Response:
    return Response(status_code=204) if 204 in row.gives else JSONResponse({})


player_services = Dialect(
    "player_services",
    identify,
    refuse,
    reword=reword,
    done=done,
    declares_key=False,
    about="Players: login, sessions, matchmaking, ranks, notifications, entitlements, settings.",
)
