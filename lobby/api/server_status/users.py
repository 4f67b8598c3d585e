"""Endpoints that read users: the whole, and each of their fields."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions import people
from lobby.actions.accounts import accounts, profiles
from lobby.api.dialect import Call
from lobby.api.server_status.tokens import moment
from lobby.api.streaming import JsonArray
from lobby.domain.accounts import Account
from protocol import server_status as words
from protocol.codec import encode

PAGE = 200
"""Users that are read from the store at a time, and shown in one turn of the event loop."""


async def list_users(call: Call, query: words.Details) -> Response:
    """Everybody with a login."""
    first = await _page(call, after=0)
    if len(first) < PAGE:
        return JSONResponse([await view(call, account, query) for account in first])
    who, address = call.permit.actor.uuid, call.address
    release = call.lobby.list_limits.take(account=who, address=address)
    return JsonArray(_views(call, query, first), release=release)


async def _views(call: Call, query: words.Details, page: list[Account]) -> AsyncIterator[bytes]:
    """Everybody from this page on, each encoded."""
    while page:
        for account in page:
            yield encode(await view(call, account, query))
        page = await _page(call, after=page[-1].number) if len(page) == PAGE else []


async def _page(call: Call, *, after: int) -> list[Account]:
    return await accounts.list_users(call.lobby, call.permit, after=after, limit=PAGE)


async def get_user(call: Call, path: words.UserPath, query: words.Details) -> Response:
    """One user."""
    account = await accounts.find(call.lobby, login=path.user)
    return JSONResponse(await view(call, account, query))


async def view(call: Call, account: Account, wanted: words.Details) -> dict[str, Any]:
    shown = {
        "login": account.login,
        "name": account.name,
        **await is_admin(call, account),
        **await online(call, account),
        "reg": await reg(call, account),
    }
    if wanted.icon is not None:
        shown |= await icon(call, account)
    if wanted.nicknames is not None:
        shown["nicknames"] = account.nicknames
    return shown


Part = Callable[[Call, Account], Awaitable[Any]]


def part(of: Part) -> Callable[[Call, words.UserPath], Awaitable[Response]]:
    """The endpoint of one field of a user."""

    async def endpoint(call: Call, path: words.UserPath) -> Response:
        account = await accounts.find(call.lobby, login=path.user)
        return JSONResponse(await of(call, account))

    endpoint.__name__, endpoint.__doc__ = f"get_user_{of.__name__}", of.__doc__
    return endpoint


async def login(call: Call, account: Account) -> dict[str, Any]:
    """The login, as it was registered."""
    return {"login": account.login}


async def is_admin(call: Call, account: Account) -> dict[str, Any]:
    """Whether the user is an administrator."""
    return {"isAdmin": account.admin}


async def online(call: Call, account: Account) -> dict[str, Any]:
    """Whether the user is online and not invisible."""
    return {"isOnline": await people.is_shown(call.lobby, call.permit, uuid=account.uuid)}


async def reg(call: Call, account: Account) -> dict[str, Any]:
    """When the user was registered, and by whom."""
    return {**await reg_time(call, account), **await reg_user(call, account)}


async def reg_time(call: Call, account: Account) -> dict[str, Any]:
    """When the user was registered."""
    return {"time": moment(call, account.registered)}


async def reg_user(call: Call, account: Account) -> dict[str, Any]:
    """Who registered the user; null: the system."""
    return {"login": account.registered_by}


async def name(call: Call, account: Account) -> dict[str, Any]:
    """The name shown instead of the login, if any."""
    return {"name": account.name}


async def icon(call: Call, account: Account) -> dict[str, Any]:
    """The picture, as a data URL."""
    return {"icon": await profiles.icon_of(call.lobby, account)}


async def nicknames(call: Call, account: Account) -> list[str]:
    """Every nickname."""
    return account.nicknames
