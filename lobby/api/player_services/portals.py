"""OAuth login through a platform's page in a browser, code exchange, logout and public keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from pydantic import Field
from starlette.responses import Response

from lobby.actions.accounts import sign_out
from lobby.actions.login.credentials import Credential
from lobby.actions.platform_login import oauth
from lobby.api.dialect import Call, Row
from lobby.api.player_services.login import ANYBODY, REFUSED, accepted, basic_credentials, result
from lobby.api.player_services.responses import (
    BROKEN,
    ERROR,
    STD,
    answer,
    gives,
    no_content,
)
from lobby.domain.platform_login import BrowserRedirect, KeyNotFound
from protocol.codec import StrictModel, encode
from protocol.described import described
from protocol.player_services import errors as refusals
from protocol.player_services import login as login_words
from protocol.player_services import portals as words
from protocol.player_services.agreements import Agreeing
from protocol.player_services.types import EMPTY_LIST, Message, String

COOKIE, SAFE_COOKIE = "lobby-oauth", "__Host-lobby-oauth"
"""The second one over TLS; on plain HTTP browsers reject the `__Host-` prefix."""
NO_KEYS = "tokens are signed with a secret that stays on the server: ask it, and trust no key"


class CodeRequest(Agreeing):
    """The body of a code exchange. `code`: as the browser got it."""

    code: Annotated[
        String,
        described(
            "The one-time code that the browser was sent back with; valid for a minute.",
            "4pQ8cT0wYzN1",
        ),
    ]
    grant_type: Annotated[
        Literal["authorization_code"], described("The OAuth grant: always `authorization_code`.")
    ] = "authorization_code"
    include_refresh: Annotated[
        bool, described("Whether the answer is to hold a refresh token.")
    ] = False


class LogoutRequest(Message):
    """End a login."""

    refresh_token: Annotated[
        String,
        described(
            "The refresh token that ends, with all that was renewed from it.",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.cmVmcmVzaA",
        ),
    ]


class PublicKeys(Message):
    """There are none, and `reason` says why."""

    keys: Annotated[
        list[dict[str, str]], described("Public keys (RFC 7517); always empty.", [])
    ] = EMPTY_LIST
    reason: Annotated[
        str,
        described(
            "Why there are none, for people.",
            "tokens are signed with a secret that stays on the server",
        ),
    ]


class KeyPath(StrictModel):
    id: Annotated[String, described("Id of the key.", "2026-11")] = Field(max_length=256)


async def get_portal_token_details(call: Call, body: words.PortalTokenDetailsRequest) -> Response:
    """The player whom a platform's token identifies."""
    token = body.portal_access_token
    who = await oauth.token_details(call.lobby, body.grant_type, token, address=call.address)
    said = {"platform": who.platform, "portal_user_id": who.user, "display_name": who.name}
    return Response(encode(said), media_type="application/json")


async def oauth_login(call: Call, path: words.PortalPath, query: words.DepartureQuery) -> Response:
    """Redirect a browser to a platform's login page."""
    target = await oauth.begin(
        call.lobby,
        path.platform,
        redirect_uri=query.redirect_uri,
        state=query.state,
        address=call.address,
    )
    return redirect(call, target)


async def oauth_response(call: Call, path: words.PortalPath, query: words.ReturnQuery) -> Response:
    """OAuth callback of a platform: redirect the browser to the game with an authorization code."""
    target = await oauth.end(
        call.lobby,
        path.platform,
        brought=returned_params(call),
        cookie=call.request.cookies.get(cookie_name(call)),
        address=call.address,
    )
    return redirect(call, target)


async def exchange_code(call: Call, body: CodeRequest) -> Response:
    """Exchange the authorization code for tokens, once."""
    shown = Credential(
        grant=body.grant_type,
        secret=body.code,
        accepted=accepted(body),
        basic_auth=basic_credentials(call.request),
    )
    arrival = await oauth.exchange(call.lobby, shown, address=call.address)
    return answer(result(call, arrival, renewing=body.include_refresh))


async def log_out(call: Call, body: LogoutRequest) -> Response:
    """Sign out: end the login of a refresh token, with its access tokens and renewals."""
    await sign_out.by_refresh_token(call.lobby, body.refresh_token, address=call.address)
    return no_content()


async def public_keys(call: Call) -> Response:
    """The public keys that verify our tokens: none, as they are signed with a secret."""
    return answer(PublicKeys(reason=NO_KEYS))


async def public_key(call: Call, path: KeyPath) -> Response:
    """A public key that verifies our tokens: there is none, so 404."""
    raise KeyNotFound


def returned_params(call: Call) -> Mapping[str, str]:
    """The callback's parameters. One that is sent twice is ignored: it may be injected."""
    said = call.request.query_params
    return {name: said[name] for name in ("code", "state", "iss") if len(said.getlist(name)) == 1}


def cookie_name(call: Call) -> str:
    return SAFE_COOKIE if oauth.url(call.lobby).startswith("https:") else COOKIE


def redirect(call: Call, redirect: BrowserRedirect) -> Response:
    """The redirect, with its parameters and cookie."""
    begun = "&" if "?" in redirect.uri else "?"
    said = f"{begun}{urlencode(redirect.query, quote_via=quote, safe='')}" if redirect.query else ""
    response = Response(status_code=307, headers={"Location": f"{redirect.uri}{said}"})
    if redirect.cookie is not None:
        response.set_cookie(
            cookie_name(call),
            redirect.cookie,
            max_age=int(oauth.STATE_SECONDS) if redirect.cookie else 0,
            secure=cookie_name(call) == SAFE_COOKIE,
            httponly=True,
            samesite="lax",
        )
    return response


REDIRECTS = {307: None, 422: refusals.HTTPValidationError, **BROKEN}
LOCATION = {
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
        REDIRECTS,
        path=words.PortalPath,
        query=words.DepartureQuery,
        headers=LOCATION,
    ),
    Row(
        "GET",
        "/users/v1/oauth/response/{platform}",
        oauth_response,
        ANYBODY,
        REDIRECTS,
        path=words.PortalPath,
        query=words.ReturnQuery,
        headers=LOCATION,
    ),
    Row(
        "POST",
        "/users/v1/oauth/token",
        exchange_code,
        ANYBODY,
        {200: login_words.LoginResult, **REFUSED, 403: refusals.AgreementMessage},
        takes=CodeRequest,
    ),
    Row(
        "POST",
        "/users/v1/logout",
        log_out,
        ANYBODY,
        {204: None, **STD, 413: ERROR},
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
