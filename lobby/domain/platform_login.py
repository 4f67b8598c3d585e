"""Login through platforms (OAuth, OpenID Connect, platform tokens): their names and error codes by
operation, the pending authorization that is kept of a browser, and its redirects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lobby.domain.errors import LobbyError, Malformed, NotFound
from lobby.domain.login_errors import LoginRefused


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant type of a platform; error codes for a token that is missing (`empty`), invalid
    (`wrong`), or not verified since the platform is unreachable (`away`)."""

    platform: str
    empty: str
    wrong: str
    away: str


def _of_psn(grant: str) -> Grant:
    token = f"{grant}_id_token"
    return Grant("PSN", f"{grant}_token_empty", f"{token}_not_valid", f"{token}_request_failed")


def _of_nintendo(platform: str) -> Grant:
    wrong = "nintendo_access_token_not_valid"
    return Grant(platform, wrong, wrong, "nintendo_service_key_url_not_found")


STEAM, XBOX = "steam_token_exchange_failed", "xbox_xsts_token"
GRANTS: dict[str, Grant] = {
    "google": Grant(
        "Google", "google_token_empty", "google_token_not_valid", "google_keys_not_available"
    ),
    "apple": Grant(
        "Apple", "apple_token_empty", "apple_token_not_valid", "apple_failed_key_lookup"
    ),
    "epic": Grant(
        "Epic", "epic_token_empty", "epic_v2_token_invalid", "epic_v2_keys_not_available"
    ),
    "xboxlive": Grant(
        "XboxLive", f"{XBOX}_empty", f"{XBOX}_invalid", "xbox_access_token_request_failed"
    ),
    "steam": Grant("Steam", "steam_token_empty", STEAM, STEAM),
    "ps4_v1": _of_psn("ps4_v1"),
    "ps4_v3": _of_psn("ps4_v3"),
    "ps5_v3": _of_psn("ps5_v3"),
    "nintendo": _of_nintendo("NintendoNAID"),
    "nintendo_switch": _of_nintendo("NintendoSwitch"),
}
"""By grant type."""

PORTALS = {
    "google": "Google",
    "apple": "Apple",
    "epic": "Epic",
    "xbox": "XboxLive",
    "psn": "PSN",
    "nintendo": "NintendoNAID",
    "steam": "Steam",
    "amazon": "Amazon",
    "twitch": "Twitch",
}
"""Platforms by portal: their names in the paths of browser logins."""

OLDER = {"authorization_code_not_found": "NO_CODE_IN_REQUEST"}
"""Older error codes that are not the newer code in capitals."""
DISABLED = "PORTAL_PROVIDER_DISABLED"


class OAuthFailed(LoginRefused):
    """This login through a platform did not succeed; begin anew."""

    @property
    def older(self) -> str:
        """The error code for older clients."""
        if self.code.endswith("_disabled"):
            return DISABLED
        return OLDER.get(self.code, self.code.upper())


class TokenNotValid(LobbyError):
    """The platform's token says nothing that counts here."""

    code = "token_not_valid"


class NoRedirects(Malformed):
    """This game names no address that a browser may come back to."""

    code = "no_redirects_configured"

    def __init__(self) -> None:
        message = str(self.__doc__)
        where = ["query", "redirect_uri"]
        super().__init__([{"loc": where, "msg": message, "type": self.code}], message)


class KeyNotFound(NotFound):
    """There is no public key of that name: tokens are signed with a key that stays here."""

    code = "public_key_not_found"


@dataclass(frozen=True, slots=True)
class PlatformUser:
    """A user that a platform has verified."""

    platform: str
    user: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PendingAuthorization:
    """The authorization request of a browser that went to a platform, kept until it comes back.
    `cookie`: digest of the browser's cookie; `state`: the game's own value; `verifier`: PKCE."""

    portal: str
    redirect_uri: str
    state: str | None
    cookie: str
    verifier: str = field(repr=False)
    nonce: str


@dataclass(frozen=True, slots=True)
class BrowserRedirect:
    """A redirect of the browser: address, query parameters, and the cookie to set. None leaves the
    cookie as it is, empty deletes it."""

    uri: str
    query: Mapping[str, str] = field(default_factory=dict)
    cookie: str | None = field(default=None, repr=False)


def success(redirect_uri: str, state: str | None, *, code: str) -> BrowserRedirect:
    return BrowserRedirect(redirect_uri, {"code": code} | _given(state), cookie="")


def failure(redirect_uri: str, state: str | None, why: OAuthFailed) -> BrowserRedirect:
    """Leaves the cookie: the failed request may come from another site (CSRF)."""
    query = {
        "error_code_v2": why.code,
        "error_code": why.older,
        "error_description": str(why),
    }
    return BrowserRedirect(redirect_uri, query | _given(state))


def _given(state: str | None) -> dict[str, str]:
    return {} if state is None else {"state": state}
