"""Reading users: whole, or part by part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions import accounts, profiles, status
from lobby.api.dialect import Call
from lobby.api.server_status.tokens import moment
from lobby.domain.accounts import Account
from protocol import server_status as words

PAGE = 1_000


async def list_users(call: Call, query: words.Details) -> Response:
    """Everybody with a login."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = await accounts.list_users(call.lobby, call.permit, after=after, limit=PAGE)
        found += [await view(call, account, query) for account in page]
        if len(page) < PAGE:
            return JSONResponse(found)
        after = page[-1].number


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
    """The endpoint that shows one part of a user."""

    async def endpoint(call: Call, path: words.UserPath) -> Response:
        account = await accounts.find(call.lobby, login=path.user)
        return JSONResponse(await of(call, account))

    endpoint.__name__, endpoint.__doc__ = f"get_user_{of.__name__}", of.__doc__
    return endpoint


async def login(call: Call, account: Account) -> dict[str, Any]:
    """The login, as it was registered."""
    return {"login": account.login}


async def is_admin(call: Call, account: Account) -> dict[str, Any]:
    """Whether the user administrates."""
    return {"isAdmin": account.admin}


async def online(call: Call, account: Account) -> dict[str, Any]:
    """Whether the user is present, as far as they wish to be seen."""
    return {"isOnline": account.uuid in await status.present(call.lobby)}


async def reg(call: Call, account: Account) -> dict[str, Any]:
    """When the user was registered, and by whom."""
    return {**await reg_time(call, account), **await reg_user(call, account)}


async def reg_time(call: Call, account: Account) -> dict[str, Any]:
    """When the user was registered."""
    return {"time": moment(account.registered)}


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
