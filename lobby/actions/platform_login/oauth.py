"""OAuth login: redirects a browser to a platform's login page and back to the game, with an
authorization code that is exchanged for tokens.

Errors are redirected to the game too, at an address in the catalogue. The `state` and a cookie tie
the response to the browser that began (CSRF protection).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest

from pydantic import TypeAdapter

from lobby import expiring_keys
from lobby.actions.accounts import accounts
from lobby.actions.login import attempts, authorization_codes, credentials
from lobby.actions.login.credentials import CODE, Credential
from lobby.actions.platform_login import login
from lobby.caller import covered
from lobby.catalogue.providers import Provider
from lobby.context import Lobby
from lobby.domain.errors import Unavailable
from lobby.domain.login_errors import LoginRefused
from lobby.domain.permissions import SYSTEM
from lobby.domain.platform_login import (
    PORTALS,
    BrowserRedirect,
    NoRedirects,
    OAuthFailed,
    PendingAuthorization,
    PlatformUser,
    TokenNotValid,
    failure,
    success,
)
from lobby.domain.upstream_errors import UpstreamFailed
from lobby.identity.tokens import digest, random_secret
from lobby.integrations import id_tokens
from persistence.ports import Unreachable

STATE_SECONDS = 600.0
"""How long a browser may take to log in at the provider's page."""
KEPT = TypeAdapter(PendingAuthorization)
EXCHANGE, STATE = "error_occurred_during_exchange", "failed_to_verify_state"
MISMATCH = (
    "no login that began here, in this browser and in the last ten minutes, goes on like this"
)


async def begin(
    lobby: Lobby, portal: str, *, redirect_uri: str | None, state: str | None, address: str
) -> BrowserRedirect:
    """Redirect to the platform's login page or, on an error, to the game. Raises NoRedirects or
    TooMany."""
    listed = lobby.catalogue.auth.redirect_uris
    if not listed:
        raise NoRedirects
    await lobby.rate_limits.register(lobby.rate_limits.rules.browsers, address)
    wanted = listed[0] if redirect_uri is None else redirect_uri
    try:
        if wanted not in listed:
            raise OAuthFailed("redirect_uri_does_not_match", "this is no address of the game's")
        provider = _provider(lobby, portal)
        leaving = PendingAuthorization(portal, wanted, state, "", random_secret(), random_secret())
        return await _redirect_to_provider(lobby, provider, leaving)
    except OAuthFailed as why:
        return failure(wanted if wanted in listed else listed[0], state, why)


async def _redirect_to_provider(
    lobby: Lobby, provider: Provider, leaving: PendingAuthorization
) -> BrowserRedirect:
    name, cookie = random_secret(), random_secret()
    leaving = replace(leaving, cookie=digest(cookie))
    try:
        uri = await lobby.openid.authorization_url(
            provider,
            callback=callback(lobby, leaving.portal),
            state=name,
            nonce=leaving.nonce,
            verifier=leaving.verifier,
        )
        kept = KEPT.dump_json(leaving).decode()
        await lobby.notes.put(expiring_keys.oauth_state(name), kept, STATE_SECONDS)
    except (UpstreamFailed, Unavailable):
        raise OAuthFailed(EXCHANGE, "the platform does not answer") from None
    except Unreachable:
        raise OAuthFailed("failed_to_save_state", "try again in a moment") from None
    return BrowserRedirect(uri, cookie=cookie)


async def end(
    lobby: Lobby, portal: str, *, brought: Mapping[str, str], cookie: str | None, address: str
) -> BrowserRedirect:
    """Redirect to the game, with a code or an error. `brought`: parameters of the platform's
    response: code, state, iss. Raises NoRedirects or TooMany."""
    listed = lobby.catalogue.auth.redirect_uris
    if not listed:
        raise NoRedirects
    back = PendingAuthorization(portal, listed[0], None, "", "", "")
    try:
        async with attempts.attempt(lobby, None, address=address):
            back = await _take_state(lobby, portal, state=brought.get("state", ""), cookie=cookie)
            code = await _exchange_code(lobby, back, brought)
        return success(back.redirect_uri, back.state, code=code)
    except OAuthFailed as why:
        lobby.audit.refused(why, what="login refused", way=portal)
        return failure(back.redirect_uri, back.state, why)


async def _take_state(
    lobby: Lobby, portal: str, *, state: str, cookie: str | None
) -> PendingAuthorization:
    """The login that began with this state, in this browser, for this platform; single-use. Without
    the cookie it is not used up."""
    try:
        kept = await lobby.notes.get(expiring_keys.oauth_state(state))
        left = KEPT.validate_json(kept) if kept is not None else None
        good = left is not None and compare_digest(left.cookie, digest(cookie or ""))
        if left is None or not good or left.portal != portal:
            raise OAuthFailed(STATE, MISMATCH, guessed=bool(state))
        if not await lobby.locks.acquire(
            expiring_keys.spent_oauth_state(state), random_secret(), 2 * STATE_SECONDS
        ):
            raise _no_guess(STATE, MISMATCH)
    except Unreachable:
        raise _no_guess(STATE, "try again in a moment") from None
    listed = lobby.catalogue.auth.redirect_uris
    return left if left.redirect_uri in listed else replace(left, redirect_uri=listed[0])


async def _exchange_code(
    lobby: Lobby, back: PendingAuthorization, brought: Mapping[str, str]
) -> str:
    """Redeem the platform's code, and issue one of ours."""
    provider = _provider(lobby, back.portal)
    try:
        await _require_issuer(lobby, provider, brought.get("iss"))
        code = brought.get("code")
        if not code:
            raise _no_guess("authorization_code_not_found", "the platform sent no code")
        who = await lobby.openid.redeem(
            provider,
            callback=callback(lobby, back.portal),
            code=code,
            nonce=back.nonce,
            verifier=back.verifier,
        )
        return await authorization_codes.issue(lobby, who)
    except (UpstreamFailed, Unavailable, TokenNotValid):
        raise _no_guess(EXCHANGE, "the platform does not vouch for this login") from None
    except Unreachable:
        raise _no_guess("failed_to_save_tokens", "try again in a moment") from None


async def _require_issuer(lobby: Lobby, provider: Provider, issuer: str | None) -> None:
    """Mix-up defence (RFC 9207): the response must be from this provider."""
    metadata = await lobby.openid.metadata(provider)
    silent = issuer is None and not metadata.authorization_response_iss_parameter_supported
    if not silent and not id_tokens.issued(metadata.issuer, issuer or ""):
        raise _no_guess(STATE, "this is another platform's answer")


async def exchange(lobby: Lobby, shown: Credential, *, address: str) -> login.LoggedIn:
    """Exchange a code of ours for tokens; it stays valid if agreements are missing. A second use
    revokes the tokens of the first. Raises as `login.log_in` does."""
    known = await authorization_codes.find(lobby, shown.secret)
    shown = replace(shown, grant=CODE, name=known.name if known else "")
    arrival = await login.log_in(lobby, shown, address=address)
    if await authorization_codes.spend(lobby, shown.secret):
        return arrival
    account = arrival.account
    lobby.audit.act("code used twice", actor=account.uuid)
    with covered():
        await accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid)
    raise OAuthFailed("authorization_code_not_found", "this code was used before")


def callback(lobby: Lobby, portal: str) -> str:
    """Redirect URI of a platform, which has to be registered there."""
    return f"{url(lobby)}/users/v1/oauth/response/{portal}"


def url(lobby: Lobby) -> str:
    return (lobby.catalogue.server.public_url or lobby.settings.url).rstrip("/")


def _no_guess(code: str, message: str) -> OAuthFailed:
    return OAuthFailed(code, message, guessed=False)


def _provider(lobby: Lobby, portal: str) -> Provider:
    provider = lobby.catalogue.auth.provider(PORTALS[portal])
    if provider is None:
        raise _no_guess(f"{portal}_disabled", f"{portal} does not let anybody in here")
    return provider


async def token_details(lobby: Lobby, grant: str, token: str, *, address: str) -> PlatformUser:
    """The identity in a platform's token, without logging in."""
    async with attempts.attempt(lobby, None, address=address):
        provider = credentials.provider_of(lobby, grant)
        if provider is None:
            raise LoginRefused(f"{grant}_token_details_disabled", guessed=False)
        return await credentials.verify_id_token(lobby, provider, grant, token)
