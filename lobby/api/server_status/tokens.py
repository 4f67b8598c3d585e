"""Endpoints to log in, refresh and log out, and of the settings about these."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response

from lobby.actions.login import token_families
from lobby.api.dialect import Call
from lobby.api.server_status import credentials
from lobby.api.server_status.dialect import FAMILY
from lobby.domain.token_families import Family


async def auth(call: Call) -> Response:
    """A pair of tokens, in exchange for a login and its password (`Authorization: Basic`), or for
    a refresh id (`Authorization: Bearer`)."""
    match credentials.read(call.request.headers.get("authorization")):
        case credentials.Basic(login, password):
            pair = await token_families.login(
                call.lobby, login=login, password=password, address=call.address
            )
        case credentials.Refresh(id):
            pair = await token_families.renew(call.lobby, refresh=id)
    return JSONResponse(
        {
            "access": {"id": pair.access, "exp": moment(call, pair.access_until)},
            "refresh": {"id": pair.refresh, "exp": moment(call, pair.refresh_until)},
        }
    )


async def deauth(call: Call) -> Response:
    """Log out: revokes both tokens of the pair."""
    await token_families.logout(call.lobby, family=family(call).id)
    return JSONResponse({})


async def anonymous_access_allowed(call: Call) -> Response:
    """Whether reads need no token."""
    return JSONResponse({"allowed": call.lobby.settings.anonymous_access})


async def max_nicknames(call: Call) -> Response:
    """The most nicknames an account may have."""
    return JSONResponse({"max": call.lobby.settings.max_nicknames})


async def max_tokens(call: Call) -> Response:
    """The most pairs of tokens an account may have; one more revokes the oldest."""
    return JSONResponse({"max": call.lobby.settings.max_tokens})


async def console_available(call: Call) -> Response:
    """Whether an administrator may use the console here."""
    return JSONResponse({"available": call.lobby.settings.console})


def family(call: Call) -> Family:
    """The refresh token family of the request's token."""
    found: Family = call.request.scope[FAMILY]
    return found


def moment(call: Call, seconds: float) -> str:
    """ISO 8601 in UTC, to the second; whether the zone is named is a setting."""
    zone = "Z" if call.lobby.settings.dates == "utc" else ""
    return datetime.fromtimestamp(seconds, UTC).strftime(f"%Y-%m-%dT%H:%M:%S{zone}")
