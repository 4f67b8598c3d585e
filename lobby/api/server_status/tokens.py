"""Logging in, renewing, logging out; and what a client may want to know before."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response

from lobby.actions import families
from lobby.api.dialect import Call
from lobby.api.server_status import credentials
from lobby.api.server_status.dialect import FAMILY
from lobby.domain.families import Family


async def auth(call: Call) -> Response:
    """A pair of tokens, for a login and its password or for a refresh id."""
    match credentials.read(call.request.headers.get("authorization")):
        case credentials.Basic(login, password):
            pair = await families.login(
                call.lobby, login=login, password=password, address=call.address
            )
        case credentials.Refresh(id):
            pair = await families.renew(call.lobby, refresh=id)
    return JSONResponse(
        {
            "access": {"id": pair.access, "exp": moment(pair.access_until)},
            "refresh": {"id": pair.refresh, "exp": moment(pair.refresh_until)},
        }
    )


async def deauth(call: Call) -> Response:
    """Log out: both halves of the pair are dead."""
    await families.logout(call.lobby, family=family(call).id)
    return JSONResponse({})


async def anonymous_access_allowed(call: Call) -> Response:
    """Whether reads need no token."""
    return JSONResponse({"allowed": call.lobby.settings.anonymous_access})


async def max_nicknames(call: Call) -> Response:
    """The most nicknames an account may have."""
    return JSONResponse({"max": call.lobby.settings.max_nicknames})


async def max_tokens(call: Call) -> Response:
    """The most pairs of tokens an account may have; beyond, the oldest goes."""
    return JSONResponse({"max": call.lobby.settings.max_tokens})


async def console_available(call: Call) -> Response:
    """Whether an administrator may use the console here."""
    return JSONResponse({"available": call.lobby.settings.console})


def family(call: Call) -> Family:
    """The family of the token that was shown."""
    found: Family = call.request.scope[FAMILY]
    return found


def moment(seconds: float) -> str:
    """ISO 8601 in UTC, to the second, without a zone."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
