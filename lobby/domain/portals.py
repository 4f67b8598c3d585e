"""Platforms that vouch for players: what they are called in which operation, what is said where
one does not vouch, and what is kept of somebody who is on their way through one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lobby.domain.errors import LobbyError, Malformed, NotFound
from lobby.domain.login_errors import LoginRefused


@dataclass(frozen=True, slots=True)
class Grant:
    """A platform, and the codes for a token that is not there, is not good, or cannot be looked at
    since the platform does not answer."""

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
"""By the name of the grant."""

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
"""What browsers' logins call the platforms."""

OLDER = {"authorization_code_not_found": "NO_CODE_IN_REQUEST"}
"""Where the older code is not the newer one in capitals."""
DISABLED = "PORTAL_PROVIDER_DISABLED"


class OAuthFailed(LoginRefused):
    """This login through a platform did not succeed; begin anew."""

    @property
    def older(self) -> str:
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
class Vouched:
    """Somebody, as a platform knows them."""

    platform: str
    user: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """What is kept of a browser that went to a platform: `cookie` is a digest of what it holds, and
    `state` what the game wants back."""

    portal: str
    redirect_uri: str
    state: str | None
    cookie: str
    verifier: str = field(repr=False)
    nonce: str


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a browser goes next, what goes with it in the address, and what it keeps meanwhile:
    None for what it has, empty for nothing."""

    uri: str
    said: Mapping[str, str] = field(default_factory=dict)
    cookie: str | None = field(default=None, repr=False)


def success(redirect_uri: str, state: str | None, *, code: str) -> Onward:
    return Onward(redirect_uri, {"code": code} | _given(state), cookie="")


def failure(redirect_uri: str, state: str | None, why: OAuthFailed) -> Onward:
    """Leaves the browser what it has: this may be somebody else's doing."""
    said = {
        "error_code_v2": why.code,
        "error_code": why.older,
        "error_description": str(why),
    }
    return Onward(redirect_uri, said | _given(state))


def _given(state: str | None) -> dict[str, str]:
    return {} if state is None else {"state": state}
