"""Endpoints of the server's status: the whole, and each of its fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions.server_status import ServerStatus, status
from lobby.api.dialect import Call

Part = Callable[[ServerStatus], Any]


def part(of: Part) -> Callable[[Call], Awaitable[Response]]:
    """The endpoint of one field of the status."""

    async def endpoint(call: Call) -> Response:
        return JSONResponse(of(await status(call.lobby, call.permit)))

    endpoint.__name__, endpoint.__doc__ = f"get_server_{of.__name__}", of.__doc__
    return endpoint


def whole(status: ServerStatus) -> Any:
    """The server as a list of servers would show it."""
    return {
        "version": version(status),
        "players": players(status),
        "motd": motd(status),
        **address(status),
        **favicon(status),
    }


def version(status: ServerStatus) -> Any:
    """What the server runs, and which protocol it speaks."""
    return {**version_name(status), **version_protocol(status)}


def version_name(status: ServerStatus) -> Any:
    """What the server runs."""
    return {"name": status.version_name}


def version_protocol(status: ServerStatus) -> Any:
    """The number of the protocol that it speaks."""
    return {"protocol": status.version_protocol}


def players(status: ServerStatus) -> Any:
    """How many are online and fit, and who some of them are."""
    return {**players_count(status), "sample": players_sample(status)}


def players_count(status: ServerStatus) -> Any:
    """How many are online, and how many fit."""
    return {"online": status.online, "max": status.max}


def players_online(status: ServerStatus) -> Any:
    """How many are online."""
    return {"online": status.online}


def players_max(status: ServerStatus) -> Any:
    """How many fit."""
    return {"max": status.max}


def players_sample(status: ServerStatus) -> Any:
    """Some who are online."""
    return [{"nickname": nickname, "login": login} for nickname, login in status.sample]


def motd(status: ServerStatus) -> Any:
    """The message of the day, in three forms."""
    return {**motd_raw(status), **motd_clean(status), **motd_html(status)}


def motd_raw(status: ServerStatus) -> Any:
    """The message of the day with its formatting codes."""
    return {"raw": status.motd.raw}


def motd_clean(status: ServerStatus) -> Any:
    """The message of the day without formatting."""
    return {"clean": status.motd.clean}


def motd_html(status: ServerStatus) -> Any:
    """The message of the day as HTML."""
    return {"html": status.motd.html}


def address(status: ServerStatus) -> Any:
    """Where the server is reached."""
    return {"address": status.address}


def favicon(status: ServerStatus) -> Any:
    """The server's picture, as a data URL."""
    return {"favicon": status.favicon}
