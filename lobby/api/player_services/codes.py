"""Error codes in the OpenAPI document: what a refusal's `error_code` may be, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lobby.actions.login.credentials import CODE_PREFIXES, OWN_GRANTS, PASSWORD
from lobby.api.dialect import Row
from lobby.domain.platform_login import GRANTS

Codes = Mapping[str, str]

TOKEN: Codes = {
    "auth_not_jwt": "a token is needed, and none was sent",
    "auth_token_format": "the header is not `Bearer` and a token",
    "auth_malformed_access": "this is no token",
    "auth_invalid_version": "the token is for something else",
    "auth_invalid_key_id": "the token was signed with a key that is not known here",
    "auth_token_sig_invalid": "the token's signature is not valid",
    "auth_token_invalid_claim": "what the token says is not valid here",
    "auth_token_expired": "the token is over",
    "auth_token_unknown": "the token was revoked",
}
"""With `auth_success: false`: a new token helps."""
NOT_PERMITTED: Codes = {"insufficient_permissions": "the role does not permit this"}
NO_ROLE: Codes = {"insufficient_role": "the role does not permit this"}

PUBLISHED = [grant for grant in OWN_GRANTS if grant != PASSWORD]
OWN: Codes = {
    "user_auth_restricted": "the account may not log in now",
    "user_needs_agreements": "agreements have to be accepted first: those with `needs_…`",
    **{f"{grant}_disabled": f"nobody logs in by {grant} here" for grant in PUBLISHED},
    **{f"{grant}_token_empty": "no credential was sent" for grant in PUBLISHED},
    "basic_auth_incorrect_format": "it is not `NAME:PASSWORD`, or the header is not HTTP Basic",
    "basic_auth_credentials_not_found": "nobody has this name and this password",
    "refresh_token_not_found": "the refresh token is over, was revoked, or is none",
    "refresh_token_invalid_user": "the account of the refresh token was deleted",
    "refresh_token_client_id_mismatch": "the refresh token was given to another client",
}
OF_USERS: Codes = {
    "password_disabled": "nobody logs in by the password of a user here",
    "password_token_empty": "no username or no password was sent",
}
CODE: Codes = {"authorization_code_not_found": "the code is over, was used before, or is none"}
DETAILS: Codes = {
    f"{grant}_token_details_disabled": f"no provider says whom a token of {grant} is for"
    for grant in ("ps4_v1", "ps4_v3", "ps5_v3")
}


def _of_platforms() -> dict[str, str]:
    """Where two mean the same, as with Steam, one code has both meanings."""
    found: dict[str, str] = {}
    for grant, codes in GRANTS.items():
        prefix = CODE_PREFIXES.get(grant, grant)
        for code, meaning in (
            (f"{prefix}_disabled", f"nobody logs in by {prefix} here"),
            (codes.empty, "no token was sent"),
            (codes.wrong, "the token is not valid, or not for this game"),
            (codes.away, "the platform does not answer now; try again later"),
        ):
            known = found.get(code, "")
            found[code] = (
                known if meaning in known else "; or ".join(filter(None, (known, meaning)))
            )
    return found


PLATFORMS: Codes = _of_platforms()
NEVER = (
    "authorization_code_not_found", "internal_error", "no_redirects_configured",
    "redirect_uri_does_not_match",
    "error_occurred_during_exchange", "failed_to_verify_state", "failed_to_save_state",
    "failed_to_save_tokens", "too_many_users", "error_retrieving_player_results",
    "failed_to_retrieve_roles", "amazon_disabled", "amazon_token_empty",
    "amazon_invalid_access_token", "amazon_token_exchange_failed", "apple_token_exchange_failed",
    "apple_token_key_not_valid", "epic_v1_token_key_id_invalid", "epic_v1_token_invalid",
    "epic_oauth_token_exchange_failed", "google_token_exchange_failed", "nintendo_token_empty",
    "nintendo_env_credentials_not_found", "nintendo_no_environment_matches_env_id",
    "nintendo_retrieve_client_credentials_failed", "nintendo_ppid_conversion_failed",
    "nintendo_ppid_conversion_too_many_accounts_found",
    "nintendo_ppid_conversion_no_accounts_found", "nintendo_ppid_missing",
    "nintendo_ppid_key_not_valid", "nintendo_service_access_token_not_valid",
    "nintendo_service_access_token_for_wrong_app", "nintendo_oauth_env_not_found",
    "nintendo_token_exchange_failed", "ps4_v1_token_expired", "ps4_v1_token_exchange_failed",
    "ps4_v1_token_details_disabled",
    "ps4_v1_token_details_request_failed", "ps4_v3_token_details_disabled",
    "ps5_v3_token_details_disabled", "psn_environment_permission_denied",
    "steam_user_vacbanned", "steam_user_publisherbanned", "twitch_disabled",
    "twitch_token_empty", "twitch_token_invalid", "twitch_keys_not_available",
    "twitch_token_exchange_failed", "xbox_xtoken_invalid", "xbox_xsts_token_exchange_failed",
    "xbox_xtoken_exchange_failed",
)  # fmt: skip
"""Codes of the published document that no login here is answered with."""

LOGIN: Codes = {**OWN, **PLATFORMS}
OPEN: Mapping[str, Codes] = {
    "/users/v1/login": LOGIN,
    "/users/v2/oauth/token": {
        **{code: OWN[code] for code in OWN if code.startswith(("user_", "basic_"))},
        **OF_USERS,
    },
    "/users/v1/oauth/token": {**CODE, **OWN},
    "/users/v1/portaltoken/details": {**DETAILS, **PLATFORMS},
    "/users/v1/logout": {"refresh_token_not_found": OWN["refresh_token_not_found"]},
}
"""Of operations that need no token, by path: their 403."""
BY_STATUS: Mapping[str, Mapping[int, Codes]] = {
    "/notification/v1/": {
        400: {"bad_id": "the id in the path is nobody's"},
        404: {"resource_not_found": "there is no such notification"},
    },
    "/settings/v1/": {
        404: {
            "setting_type_id_not_found": "there is no such type of setting",
            "setting_version_id_not_found": "the type has no such version",
        }
    },
}
"""Of some paths, by their beginning: other statuses."""


def explained(row: Row) -> Row:
    """The row, with the codes of its refusals in its description."""
    found = dict(row.explains)
    if 403 in row.gives and 403 not in found:
        found[403] = text(_refusing(row))
    if row.path_template == "/users/v1/login":
        others = ", ".join(f"`{code}`" for code in NEVER)
        found[403] += f"\n\nOf the published codes, these are never answered here: {others}."
    for begin, by_status in BY_STATUS.items():
        if row.path_template.startswith(begin):
            found |= {status: text(codes) for status, codes in by_status.items()}
    return replace(row, explains={status: found[status] for status in found if status in row.gives})


def _refusing(row: Row) -> Codes:
    if row.needs.open:
        return OPEN.get(row.path_template, {})
    ours = NO_ROLE if row.path_template.startswith("/notification/") else NOT_PERMITTED
    return {**TOKEN, **ours}


def text(codes: Codes) -> str:
    """A Markdown list; empty for none."""
    lines = [f"- `{code}`: {meaning}." for code, meaning in codes.items()]
    return "\n".join(["Error codes:", "", *lines]) if lines else ""
