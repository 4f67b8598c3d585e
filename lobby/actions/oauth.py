"""Coming in through a platform's own page: a browser goes there, comes back, and brings the game a
code that is exchanged for tokens.

Whatever goes wrong on the way is said to the game, at an address that the catalogue names; nothing
that a browser brings is believed which was not kept here when it left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest

from pydantic import TypeAdapter

from lobby.actions import accounts, codes, logins, oidc, portals, proofs
from lobby.actions.proofs import CODE, Credential
from lobby.catalogue.providers import Provider
from lobby.context import Lobby
from lobby.domain.errors import Unavailable
from lobby.domain.login_errors import LoginRefused
from lobby.domain.outbound_errors import UpstreamFailed
from lobby.domain.permissions import SYSTEM
from lobby.domain.portals import (
    PORTALS,
    Departure,
    NoRedirects,
    OAuthFailed,
    Onward,
    TokenNotValid,
    Vouched,
    failure,
    success,
)
from lobby.logs import audit
from lobby.tokens import digest, opaque
from persistence.ports import Unreachable

AWAY_SECONDS = 600.0
KEPT = TypeAdapter(Departure)
EXCHANGE, STATE = "error_occurred_during_exchange", "failed_to_verify_state"
MISMATCH = (
    "no login that began here, in this browser and in the last ten minutes, goes on like this"
)


async def begin(
    lobby: Lobby, portal: str, *, redirect_uri: str | None, state: str | None, address: str
) -> Onward:
    """To the platform's page; or, where that cannot be, on to the game with the reason. Raises
    NoRedirects or TooMany."""
    listed = lobby.catalogue.auth.redirect_uris
    if not listed:
        raise NoRedirects
    await lobby.limits.spend(lobby.limits.rules.registrations, f"oauth {address}")
    wanted = listed[0] if redirect_uri is None else redirect_uri
    try:
        if wanted not in listed:
            raise OAuthFailed("redirect_uri_does_not_match", "this is no address of the game's")
        provider = _provider(lobby, portal)
        leaving = Departure(portal, wanted, state, "", opaque(), opaque())
        return await _sent(lobby, provider, leaving)
    except OAuthFailed as why:
        return failure(wanted if wanted in listed else listed[0], state, why)


async def _sent(lobby: Lobby, provider: Provider, leaving: Departure) -> Onward:
    name, cookie = opaque(), opaque()
    leaving = replace(leaving, cookie=digest(cookie))
    try:
        uri = await oidc.authorize(
            lobby,
            provider,
            callback=callback(lobby, leaving.portal),
            state=name,
            nonce=leaving.nonce,
            verifier=leaving.verifier,
        )
        kept = KEPT.dump_json(leaving).decode()
        await lobby.leases.remember(_note(name), kept, AWAY_SECONDS)
    except (UpstreamFailed, Unavailable):
        raise OAuthFailed(EXCHANGE, "the platform does not answer") from None
    except Unreachable:
        raise OAuthFailed("failed_to_save_state", "try again in a moment") from None
    return Onward(uri, cookie=cookie)


async def end(
    lobby: Lobby, portal: str, *, brought: Mapping[str, str], cookie: str | None, address: str
) -> Onward:
    """On to the game, with a code or the reason why there is none. `brought` is what the platform
    says: code, state, iss. Raises NoRedirects or TooMany."""
    listed = lobby.catalogue.auth.redirect_uris
    if not listed:
        raise NoRedirects
    back = Departure(portal, listed[0], None, "", "", "")
    try:
        async with logins.attempt(lobby, f"from {address}", address=address):
            back = await _returned(lobby, portal, state=brought.get("state", ""), cookie=cookie)
            code = await _exchanged(lobby, back, brought)
        return success(back.redirect_uri, back.state, code=code)
    except OAuthFailed as why:
        audit.info("login refused", code=why.code, address=address, by=portal)
        return failure(back.redirect_uri, back.state, why)


async def _returned(lobby: Lobby, portal: str, *, state: str, cookie: str | None) -> Departure:
    """Who left under this state, from this browser, for this platform, and has not come back yet.
    Who cannot show the cookie uses nothing up."""
    try:
        kept = await lobby.leases.recall(_note(state))
        left = KEPT.validate_json(kept) if kept is not None else None
        good = left is not None and compare_digest(left.cookie, digest(cookie or ""))
        if left is None or not good or left.portal != portal:
            raise OAuthFailed(STATE, MISMATCH)
        if not await lobby.leases.hold(f"spent-{_note(state)}", opaque(), 2 * AWAY_SECONDS):
            raise OAuthFailed(STATE, MISMATCH)
    except Unreachable:
        raise OAuthFailed(STATE, "try again in a moment") from None
    listed = lobby.catalogue.auth.redirect_uris
    return left if left.redirect_uri in listed else replace(left, redirect_uri=listed[0])


async def _exchanged(lobby: Lobby, back: Departure, brought: Mapping[str, str]) -> str:
    """Our code for theirs."""
    provider = _provider(lobby, back.portal)
    try:
        await _require_issuer(lobby, provider, brought.get("iss"))
        code = brought.get("code")
        if not code:
            raise OAuthFailed("authorization_code_not_found", "the platform sent no code")
        who = await oidc.redeem(
            lobby,
            provider,
            callback=callback(lobby, back.portal),
            code=code,
            nonce=back.nonce,
            verifier=back.verifier,
        )
        return await codes.give(lobby, who)
    except (UpstreamFailed, Unavailable, TokenNotValid):
        raise OAuthFailed(EXCHANGE, "the platform does not vouch for this login") from None
    except Unreachable:
        raise OAuthFailed("failed_to_save_tokens", "try again in a moment") from None


async def _require_issuer(lobby: Lobby, provider: Provider, said: str | None) -> None:
    """Another provider's answer must not be taken to this one."""
    there = await oidc.about(lobby, provider)
    silent = said is None and not there.authorization_response_iss_parameter_supported
    if not silent and said != there.issuer:
        raise OAuthFailed(STATE, "this is another platform's answer")


async def exchange(lobby: Lobby, shown: Credential, *, address: str) -> portals.Arrival:
    """Tokens for a code of ours; it stays good for who has to agree to something first. A second
    use ends what the first has given. Raises as portals.log_in does."""
    known = await codes.find(lobby, shown.secret)
    shown = replace(shown, grant=CODE, name=known.name if known else "")
    arrival = await portals.log_in(lobby, shown, address=address)
    if await codes.spend(lobby, shown.secret):
        return arrival
    account = arrival.account
    audit.info("code used twice", account=account.number, address=address)
    await accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid)
    raise OAuthFailed("authorization_code_not_found", "this code was used before")


def callback(lobby: Lobby, portal: str) -> str:
    """Where a platform sends browsers back to; to be registered there as it stands."""
    return f"{url(lobby)}/users/v1/oauth/response/{portal}"


def url(lobby: Lobby) -> str:
    return (lobby.catalogue.server.public_url or lobby.settings.url).rstrip("/")


def _provider(lobby: Lobby, portal: str) -> Provider:
    provider = lobby.catalogue.auth.provider(PORTALS[portal])
    if provider is None:
        raise OAuthFailed(f"{portal}_disabled", f"{portal} does not let anybody in here")
    return provider


def _note(state: str) -> str:
    return f"oauth:{digest(state)}"


async def details(lobby: Lobby, grant: str, token: str, *, address: str) -> Vouched:
    """Whom a platform's token is for. Lets nobody in."""
    async with logins.attempt(lobby, f"from {address}", address=address):
        provider = proofs.provider_of(lobby, grant)
        if provider is None:
            raise LoginRefused(f"{grant}_token_details_disabled")
        return await proofs.vouched(lobby, provider, grant, token)
