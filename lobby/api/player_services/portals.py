"""Coming in through a platform's own page, by way of a browser; and going again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import Field
from starlette.responses import Response

from lobby.actions import logouts, oauth
from lobby.actions.proofs import Credential
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import BROKEN, NO, STD, answer, done, gives
from lobby.api.player_services.login import AGREEMENTS, ANYBODY, REFUSED, beside, result
from lobby.domain.portals import KeyNotFound, Onward
from protocol.codec import Words, encode
from protocol.player_services import errors as refusals
from protocol.player_services import login as entering
from protocol.player_services import portals as words
from protocol.player_services.terms import NONE, Message, String

COOKIE, SAFE_COOKIE = "lobby-oauth", "__Host-lobby-oauth"
"""The second where browsers reach us by TLS; on plain HTTP they would not keep it."""
WHY_NONE = "tokens are signed with a secret that stays on the server: ask it, and trust no key"


class CodeRequest(Message):
    """`code` as the browser brought it."""

    code: String
    grant_type: Literal["authorization_code"] = "authorization_code"
    include_refresh: bool = False
    accept_eula: bool = False
    accept_tos: bool = False
    accept_privacy_policy: bool = False


class LogoutRequest(Message):
    refresh_token: String


class PublicKeys(Message):
    """There are none, and `reason` says why."""

    keys: list[dict[str, str]] = NONE
    reason: str


class KeyPath(Words):
    id: String = Field(max_length=256)


async def get_portal_token_details(call: Call, body: words.PortalTokenDetailsRequest) -> Response:
    """Who a platform's token is for."""
    token = body.portal_access_token
    who = await oauth.details(call.lobby, body.grant_type, token, address=call.address)
    said = {"platform": who.platform, "portal_user_id": who.user, "display_name": who.name}
    return Response(encode(said), media_type="application/json")


async def oauth_login(call: Call, path: words.PortalPath, query: words.DepartureQuery) -> Response:
    """Send a browser to a platform's login page."""
    onward = await oauth.begin(
        call.lobby,
        path.platform,
        redirect_uri=query.redirect_uri,
        state=query.state,
        address=call.address,
    )
    return sent(call, onward)


async def oauth_response(call: Call, path: words.PortalPath, query: words.ReturnQuery) -> Response:
    """Take a browser back from a platform, and send it on to the game with a code."""
    onward = await oauth.end(
        call.lobby,
        path.platform,
        brought=brought(call),
        cookie=call.request.cookies.get(cookie_name(call)),
        address=call.address,
    )
    return sent(call, onward)


async def exchange_code(call: Call, body: CodeRequest) -> Response:
    """Exchange the code that a browser brought back for tokens, once."""
    accepted = frozenset(name for name in AGREEMENTS if getattr(body, f"accept_{name}"))
    shown = Credential(
        grant=body.grant_type, secret=body.code, accepted=accepted, beside=beside(call.request)
    )
    arrival = await oauth.exchange(call.lobby, shown, address=call.address)
    return answer(result(call, arrival, renewing=body.include_refresh))


async def log_out(call: Call, body: LogoutRequest) -> Response:
    """Give a refresh token back."""
    await logouts.log_out(call.lobby, body.refresh_token, address=call.address)
    return done()


async def public_keys(call: Call) -> Response:
    """The keys that our tokens could be verified with elsewhere."""
    return answer(PublicKeys(reason=WHY_NONE))


async def public_key(call: Call, path: KeyPath) -> Response:
    """One of these keys."""
    raise KeyNotFound


def brought(call: Call) -> Mapping[str, str]:
    """What is said exactly once: a second time it may be somebody else who says it."""
    said = call.request.query_params
    return {name: said[name] for name in ("code", "state", "iss") if len(said.getlist(name)) == 1}


def cookie_name(call: Call) -> str:
    return SAFE_COOKIE if oauth.url(call.lobby).startswith("https:") else COOKIE


def sent(call: Call, onward: Onward) -> Response:
    """On to there."""
    begun = "&" if "?" in onward.uri else "?"
    said = f"{begun}{urlencode(onward.said, quote_via=quote, safe='')}" if onward.said else ""
    response = Response(status_code=307, headers={"Location": f"{onward.uri}{said}"})
    if onward.cookie is not None:
        response.set_cookie(
            cookie_name(call),
            onward.cookie,
            max_age=int(oauth.AWAY_SECONDS) if onward.cookie else 0,
            secure=cookie_name(call) == SAFE_COOKIE,
            httponly=True,
            samesite="lax",
        )
    return response


ONWARD = {307: None, 422: refusals.HTTPValidationError, 429: NO, **BROKEN}
WHERE = {
    307: {
        "Location": "Where the browser goes next, with a code or a reason where that is the game."
    }
}

rows = [
    Row(
        "POST",
        "/users/v1/portaltoken/details",
        get_portal_token_details,
        ANYBODY,
        {200: dict[str, str], **REFUSED},
        takes=words.PortalTokenDetailsRequest,
    ),
    Row(
        "GET",
        "/users/v1/oauth/login/{platform}",
        oauth_login,
        ANYBODY,
        ONWARD,
        path=words.PortalPath,
        query=words.DepartureQuery,
        headers=WHERE,
    ),
    Row(
        "GET",
        "/users/v1/oauth/response/{platform}",
        oauth_response,
        ANYBODY,
        ONWARD,
        path=words.PortalPath,
        query=words.ReturnQuery,
        headers=WHERE,
    ),
    Row(
        "POST",
        "/users/v1/oauth/token",
        exchange_code,
        ANYBODY,
        {200: entering.LoginResult, **REFUSED, 403: refusals.AgreementMessage},
        takes=CodeRequest,
    ),
    Row(
        "POST",
        "/users/v1/logout",
        log_out,
        ANYBODY,
        {204: None, **STD, 413: NO},
        takes=LogoutRequest,
    ),
    Row("GET", "/users/v1/publickeys", public_keys, ANYBODY, {200: PublicKeys, **BROKEN}),
    Row(
        "GET",
        "/users/v1/publickeys/{id}",
        public_key,
        ANYBODY,
        gives(dict[str, str], 404),
        path=KeyPath,
    ),
]
