"""Changing users: one's own account, or anybody's for an administrator."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from lobby.actions import accounts, families, logins, profiles
from lobby.api.dialect import Call
from lobby.api.server_status.tokens import family
from lobby.domain.accounts import Account
from lobby.domain.errors import BadCredentials
from protocol import server_status as words


async def add(call: Call, path: words.UserPath, body: words.Add) -> Response:
    """Register a user, for an administrator."""
    account = await accounts.add_user(
        call.lobby,
        call.permit,
        login=path.user,
        password=body.password,
        profile=_profile(body),
    )
    if body.isAdmin:
        await accounts.set_admin(call.lobby, call.permit, account=account.uuid, admin=True)
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
    await _wear(call, account.uuid, {"name": body.name})
    return JSONResponse({})


async def set_icon(call: Call, path: words.UserPath, body: words.SetIcon) -> Response:
    """Show another picture; null: none."""
    account = await _subject(call, path)
    await _wear(call, account.uuid, {"icon": body.icon})
    return JSONResponse({})


async def set_password(call: Call, path: words.UserPath, body: words.SetPassword) -> Response:
    """A new password ends all tokens but those of the login that changes it."""
    account, lobby = await _subject(call, path), call.lobby
    own = account.uuid == call.permit.actor.uuid
    if own:
        await _require_proof(call, account, body.currentPassword)
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
    await _wear(call, account.uuid, {"nicknames": body.root})
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
    await _wear(call, account, _profile(body))
    if body.isAdmin is not None and call.permit.outright:
        await accounts.set_admin(call.lobby, call.permit, account=account, admin=body.isAdmin)


async def _wear(call: Call, account: str, profile: profiles.Profile) -> None:
    await profiles.change(call.lobby, call.permit, account=account, profile=profile)


def _profile(body: words.Change) -> profiles.Profile:
    """What is named of it; nicknames cannot be null."""
    profile = profiles.Profile()
    if "name" in body.model_fields_set:
        profile["name"] = body.name
    if "icon" in body.model_fields_set:
        profile["icon"] = body.icon
    if body.nicknames is not None:
        profile["nicknames"] = body.nicknames
    return profile


async def _require_proof(call: Call, account: Account, current: str | None) -> None:
    """A token alone, perhaps stolen, must not be enough to lock its owner out, nor to guess."""
    lobby, login = call.lobby, account.login or ""
    if current is not None:
        await logins.prove(lobby, login=login, password=current, address=call.address)
    elif not family(call).proved_lately(lobby.clock(), lobby.settings.proof_seconds):
        raise BadCredentials("send currentPassword too, or log in again first")
