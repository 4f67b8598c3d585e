"""Endpoints that change users: the caller's own account, or any for an administrator."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from lobby import idempotency
from lobby.actions.accounts import accounts, profiles
from lobby.actions.login import token_families, tokens
from lobby.api.dialect import Call
from lobby.api.server_status.tokens import family
from lobby.domain.accounts import Account
from lobby.domain.errors import BadCredentials
from lobby.idempotency import Effect
from protocol import server_status as words


async def add(call: Call, path: words.UserPath, body: words.UserCreation) -> Response:
    """Register a user, for an administrator."""
    account = await accounts.add_user(
        call.lobby,
        call.permit,
        login=path.user,
        password=body.password,
        profile=_profile(body),
        address=call.address,
    )
    if body.isAdmin:
        await accounts.set_admin(call.lobby, call.permit, account=account.uuid, admin=True)
    return JSONResponse({})


async def add_again(
    call: Call, effect: Effect, path: words.UserPath, body: words.UserCreation
) -> Response:
    if not effect.ended:
        account = await accounts.find(call.lobby, login=path.user)
        await _apply(call, account.uuid, body)
    return JSONResponse({})


async def change(call: Call, path: words.UserPath, body: words.UserChange) -> Response:
    """Change the fields that are sent; the others stay."""
    await _apply(call, (await _subject(call, path)).uuid, body)
    return JSONResponse({})


async def delete(call: Call, path: words.UserPath) -> Response:
    """Delete the account, with its tokens, seats and friendships, at once."""
    account = await _subject(call, path)
    await accounts.delete(call.lobby, call.permit, account=account.uuid)
    return JSONResponse({})


async def delete_again(call: Call, effect: Effect, path: words.UserPath) -> Response:
    if not effect.ended:
        await accounts.complete_delete(call.lobby, call.permit, account=effect.noted["account"])
    return JSONResponse({})


async def delete_all(call: Call) -> Response:
    """Delete everybody but the administrator who asks."""
    count = await accounts.delete_all(call.lobby, call.permit)
    idempotency.note(count=str(count))
    return JSONResponse({"count": count})


async def delete_all_again(call: Call, effect: Effect) -> Response:
    """Where a process was killed meanwhile, the count is of those that were left."""
    if effect.ended:
        return counted_again(effect)
    await accounts.complete_delete(call.lobby, call.permit, account=effect.noted["account"])
    return JSONResponse({"count": 1 + await accounts.delete_all(call.lobby, call.permit)})


def counted_again(effect: Effect) -> Response:
    return JSONResponse({"count": int(effect.noted["count"])})


async def set_name(call: Call, path: words.UserPath, body: words.UserNameChange) -> Response:
    """Set the name that is shown; null: the login."""
    account = await _subject(call, path)
    await _change_profile(call, account.uuid, {"name": body.name})
    return JSONResponse({})


async def set_icon(call: Call, path: words.UserPath, body: words.UserIconChange) -> Response:
    """Set the icon; null removes it."""
    account = await _subject(call, path)
    await _change_profile(call, account.uuid, {"icon": body.icon})
    return JSONResponse({})


async def set_password(
    call: Call, path: words.UserPath, body: words.UserPasswordChange
) -> Response:
    """Set the password. Revokes all tokens but those of the login that changes it."""
    account, lobby = await _subject(call, path), call.lobby
    own = account.uuid == call.permit.actor.uuid
    if own:
        await _require_proof(call, account, body.currentPassword)
    changed = await accounts.set_password(
        lobby,
        call.permit,
        account=account.uuid,
        password=body.password,
        address=call.address,
    )
    if own:
        mine = family(call).id
        await token_families.keep_valid(lobby, family=mine, token_version=changed.token_version)
        await token_families.end_all(lobby, account=account.uuid, but=mine)
    return JSONResponse({})


async def set_admin(call: Call, path: words.UserPath, body: words.UserAdminChange) -> Response:
    """Make a user an administrator, or no longer."""
    account = await accounts.find(call.lobby, login=path.user)
    await accounts.set_admin(call.lobby, call.permit, account=account.uuid, admin=body.isAdmin)
    return JSONResponse({})


async def set_nicknames(call: Call, path: words.UserPath, body: words.UserNicknames) -> Response:
    """Replace the nicknames by these."""
    account = await _subject(call, path)
    await _change_profile(call, account.uuid, {"nicknames": body.root})
    return JSONResponse({})


async def add_nickname(call: Call, path: words.NicknamePath) -> Response:
    """Add a nickname."""
    account = await _subject(call, path)
    await profiles.add_nickname(
        call.lobby, call.permit, account=account.uuid, nickname=path.nickname
    )
    return JSONResponse({})


async def remove_nickname(call: Call, path: words.NicknamePath) -> Response:
    """Remove a nickname."""
    account = await _subject(call, path)
    await profiles.remove_nickname(
        call.lobby, call.permit, account=account.uuid, nickname=path.nickname
    )
    return JSONResponse({})


async def remove_nicknames(call: Call, path: words.UserPath) -> Response:
    """Remove all nicknames."""
    account = await _subject(call, path)
    count = await profiles.remove_nicknames(call.lobby, call.permit, account=account.uuid)
    return JSONResponse({"count": count})


async def remove_nicknames_again(call: Call, effect: Effect, path: words.UserPath) -> Response:
    return counted_again(effect)


async def _subject(call: Call, path: words.UserPath) -> Account:
    """The account of the path. A caller without the right to it is refused before a look-up, so
    that the answer does not tell which logins exist."""
    if not call.permit.outright:
        own = await call.lobby.accounts.get(call.permit.actor.uuid)
        if (own.login or "").lower() != path.user.lower():
            call.permit.require_outright()
        return own
    return await accounts.find(call.lobby, login=path.user)


async def _apply(call: Call, account: str, body: words.UserChange) -> None:
    await _change_profile(call, account, _profile(body))
    if body.isAdmin is not None and call.permit.outright:
        await accounts.set_admin(call.lobby, call.permit, account=account, admin=body.isAdmin)


async def _change_profile(call: Call, account: str, profile: profiles.AccountProfile) -> None:
    await profiles.change(call.lobby, call.permit, account=account, profile=profile)


def _profile(body: words.UserChange) -> profiles.AccountProfile:
    """The fields of the profile that were sent; nicknames cannot be null."""
    profile = profiles.AccountProfile()
    if "name" in body.model_fields_set:
        profile["name"] = body.name
    if "icon" in body.model_fields_set:
        profile["icon"] = body.icon
    if body.nicknames is not None:
        profile["nicknames"] = body.nicknames
    return profile


async def _require_proof(call: Call, account: Account, current: str | None) -> None:
    """Require the current password or a recent login: a stolen token alone must not be enough to
    change the password. Raises BadCredentials."""
    lobby, login = call.lobby, account.login or ""
    if current is not None:
        await tokens.verify_login(lobby, login=login, password=current, address=call.address)
    elif not family(call).proved_lately(lobby.clock(), lobby.settings.proof_seconds):
        raise BadCredentials("send currentPassword too, or log in again first")
