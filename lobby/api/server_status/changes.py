"""Changing users: one's own account, or anybody's for an administrator."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from lobby.actions import accounts, families, profiles
from lobby.api.dialect import Call
from lobby.api.server_status.tokens import family
from lobby.domain.accounts import Account
from lobby.domain.errors import BadCredentials
from protocol import server_status as words


async def add(call: Call, path: words.UserPath, body: words.Add) -> Response:
    """Register a user, for an administrator."""
    by = await call.lobby.accounts.get(call.permit.actor.uuid)
    account = await accounts.add_user(
        call.lobby, call.permit, login=path.user, password=body.password, by=by.login
    )
    await _apply(call, account.uuid, body)
    return JSONResponse({})


async def change(call: Call, path: words.UserPath, body: words.Change) -> Response:
    """Change what is named; the rest stays."""
    await _apply(call, (await _subject(call, path)).uuid, body)
    return JSONResponse({})


async def delete(call: Call, path: words.UserPath) -> Response:
    """Delete the account, and all that hangs on it, at once."""
    account = await _subject(call, path)
    await accounts.delete(call.lobby, call.permit, account=account.uuid)
    return JSONResponse({})


async def delete_all(call: Call) -> Response:
    """Delete everybody but the administrator who asks."""
    return JSONResponse({"count": await accounts.delete_all(call.lobby, call.permit)})


async def set_name(call: Call, path: words.UserPath, body: words.SetName) -> Response:
    """Go by another name; null: by the login."""
    account = await _subject(call, path)
    await profiles.set_name(call.lobby, call.permit, account=account.uuid, name=body.name)
    return JSONResponse({})


async def set_icon(call: Call, path: words.UserPath, body: words.SetIcon) -> Response:
    """Show another picture; null: none."""
    account = await _subject(call, path)
    await profiles.set_icon(call.lobby, call.permit, account=account.uuid, png=body.icon)
    return JSONResponse({})


async def set_password(call: Call, path: words.UserPath, body: words.SetPassword) -> Response:
    """A new password ends all tokens but those of the login that changes it."""
    account, lobby = await _subject(call, path), call.lobby
    own = account.uuid == call.permit.actor.uuid
    if own:
        await _require_proof(call, body.currentPassword)
    changed = await accounts.set_password(
        lobby, call.permit, account=account.uuid, password=body.password
    )
    if own:
        mine = family(call).id
        await families.follow(lobby, family=mine, token_version=changed.token_version)
        await families.end_all(lobby, account=account.uuid, but=mine)
    return JSONResponse({})


async def set_admin(call: Call, path: words.UserPath, body: words.SetAdmin) -> Response:
    """Make an administrator, or make one of them a user again."""
    account = await accounts.find(call.lobby, login=path.user)
    await accounts.set_admin(call.lobby, call.permit, account=account.uuid, admin=body.isAdmin)
    return JSONResponse({})


async def set_nicknames(call: Call, path: words.UserPath, body: words.Nicknames) -> Response:
    """Have exactly these nicknames."""
    account = await _subject(call, path)
    await profiles.set_nicknames(call.lobby, call.permit, account=account.uuid, nicknames=body.root)
    return JSONResponse({})


async def add_nickname(call: Call, path: words.NicknamePath) -> Response:
    """One more nickname."""
    account = await _subject(call, path)
    await profiles.add_nickname(
        call.lobby, call.permit, account=account.uuid, nickname=path.nickname
    )
    return JSONResponse({})


async def remove_nickname(call: Call, path: words.NicknamePath) -> Response:
    """One nickname less."""
    account = await _subject(call, path)
    await profiles.remove_nickname(
        call.lobby, call.permit, account=account.uuid, nickname=path.nickname
    )
    return JSONResponse({})


async def remove_nicknames(call: Call, path: words.UserPath) -> Response:
    """No nickname any more."""
    account = await _subject(call, path)
    count = await profiles.remove_nicknames(call.lobby, call.permit, account=account.uuid)
    return JSONResponse({"count": count})


async def _subject(call: Call, path: words.UserPath) -> Account:
    """Whom it is about. Who may change nobody else is told so before anybody is looked up."""
    if not call.permit.outright:
        own = await call.lobby.accounts.get(call.permit.actor.uuid)
        if (own.login or "").lower() != path.user.lower():
            call.permit.require_outright()
        return own
    return await accounts.find(call.lobby, login=path.user)


async def _apply(call: Call, account: str, body: words.Change) -> None:
    """The named fields, one verb each: all are checked by their own rules."""
    named: dict[str, Any] = body.model_dump(include=body.model_fields_set)
    lobby, permit = call.lobby, call.permit
    if "name" in named:
        await profiles.set_name(lobby, permit, account=account, name=body.name)
    if "icon" in named:
        await profiles.set_icon(lobby, permit, account=account, png=body.icon)
    if body.nicknames is not None:
        await profiles.set_nicknames(lobby, permit, account=account, nicknames=body.nicknames)
    if body.isAdmin is not None and permit.outright:
        await accounts.set_admin(lobby, permit, account=account, admin=body.isAdmin)


async def _require_proof(call: Call, current: str | None) -> None:
    """A token alone, perhaps stolen, must not be enough to lock its owner out."""
    lobby, account = call.lobby, call.permit.actor.uuid
    if current is not None:
        await accounts.require_password(lobby, account=account, password=current)
    elif not family(call).proved_lately(lobby.clock(), lobby.settings.proof_seconds):
        raise BadCredentials("send currentPassword too, or log in again first")
