"""Endpoints of the hosts and sessions document."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from lobby.actions.accounts import accounts, hosts, sign_out
from lobby.actions.login import tokens
from lobby.actions.sessions import lifecycle, members
from lobby.api.dialect import Call
from lobby.domain.accounts import Account
from lobby.domain.errors import NotYours
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from lobby.identity.bearer import bearer
from protocol import hosts as words


async def register(call: Call) -> Response:
    """Register a host. The header Host-Key is shown this once; a login that shows it locks the
    host to it."""
    account, key = await accounts.register_host(call.lobby, address=call.address)
    return JSONResponse(view(call, account), headers={"Host-Key": key})


async def login(call: Call, path: words.HostPath) -> Response:
    """Log a host in by its uuid, and by its key once that was shown (`Authorization: Host KEY`)."""
    scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
    shown = key.strip() if scheme.lower() == "host" else None
    token = await tokens.login_by_uuid(call.lobby, host=path.host, key=shown, address=call.address)
    return JSONResponse({"token": token})


async def renew(call: Call) -> Response:
    """A new token for the one shown."""
    return JSONResponse({"token": await tokens.renew(call.lobby, call.permit)})


async def end_login(call: Call) -> Response:
    """Sign out: the token shown, those that it was renewed from and into, and the sockets that they
    opened end at once. Idempotent."""
    shown = bearer(call.request.headers.get("authorization"))
    await sign_out.by_access_token(call.lobby, shown, address=call.address)
    return JSONResponse(None)


async def get(call: Call, path: words.HostPath) -> Response:
    """The host itself, as only it may see it."""
    return JSONResponse(view(call, await hosts.get(call.lobby, call.permit, host=path.host)))


async def set_only_friends(call: Call, path: words.HostPath, body: words.OnlyFriends) -> Response:
    """Let in friends only, or anybody."""
    await hosts.update(call.lobby, call.permit, host=path.host, only_friends=body.only_friends)
    return JSONResponse(None)


async def set_allow_nonames(call: Call, path: words.HostPath, body: words.AllowNonames) -> Response:
    """Let in guests without a name, or not."""
    await hosts.update(call.lobby, call.permit, host=path.host, allow_nonames=body.allow_nonames)
    return JSONResponse(None)


async def terms_again(
    call: Call, effect: Effect, path: words.HostPath, body: words.OnlyFriends | words.AllowNonames
) -> Response:
    """What a killed process left to be shown of it is shown, as it is by now."""
    await hosts.complete_update(call.lobby, call.permit, host=path.host)
    return JSONResponse(None)


async def befriend(call: Call, path: words.HostPath, query: words.FriendQuery) -> Response:
    """Add a friend; idempotent."""
    await hosts.befriend(call.lobby, call.permit, host=path.host, friend=query.friend)
    return JSONResponse(None)


async def unfriend(call: Call, path: words.FriendPath) -> Response:
    """Remove a friend; they keep a seat that they have."""
    await hosts.unfriend(call.lobby, call.permit, host=path.host, friend=path.former_friend)
    return JSONResponse(None)


async def ban(call: Call, path: words.HostPath, query: words.BannedQuery) -> Response:
    """Ban a guest, and remove them from the host's session."""
    await hosts.ban(call.lobby, call.permit, host=path.host, guest=query.banned)
    return JSONResponse(None)


async def ban_again(
    call: Call, effect: Effect, path: words.HostPath, query: words.BannedQuery
) -> Response:
    """Whom a killed process left in the session is removed."""
    host = await hosts.get(call.lobby, call.permit, host=path.host)
    if host.host.banned(query.banned, call.lobby.now()):
        await hosts.remove_banned(call.lobby, host=path.host, guest=query.banned)
    return JSONResponse(None)


async def unban(call: Call, path: words.BannedPath) -> Response:
    """Lift a ban."""
    await hosts.unban(call.lobby, call.permit, host=path.host, guest=path.banned)
    return JSONResponse(None)


async def unban_again(call: Call, effect: Effect, path: words.BannedPath) -> Response:
    """Whom a killed process did not tell is told."""
    hosts.complete_unban(call.lobby, guest=path.banned)
    return JSONResponse(None)


async def launch(call: Call, body: words.HostLaunchRequest) -> Response:
    """Launch the host's session. The source of truth key is shown this once."""
    return launched(call, *await lifecycle.launch(call.lobby, call.permit, host=body.host))


async def launch_again(call: Call, effect: Effect, body: words.HostLaunchRequest) -> Response:
    """The key is kept nowhere: it is made of a secret of ours and the session's id."""
    found = await lifecycle.shown_again(call.lobby, call.permit, id=int(effect.key))
    return launched(call, *found)


async def join(call: Call, body: words.HostJoinRequest) -> Response:
    """Join the host's session, if the host welcomes the guest."""
    require_own(call, body.guest)
    return joined(call, await members.join_host(call.lobby, call.permit, host=body.host))


async def join_again(call: Call, effect: Effect, body: words.HostJoinRequest) -> Response:
    id = int(effect.key)
    await members.complete_join(call.lobby, call.permit, id=id)
    session = await lifecycle.read(call.lobby, call.permit, id=id, refresh_ttl=False)
    return joined(call, session)


def launched(call: Call, session: Session, key: str) -> Response:
    said = {"session_id": session.id, "source_of_truth_key": key}
    return JSONResponse(said, 201, headers=location(call, session))


def joined(call: Call, session: Session) -> Response:
    return JSONResponse({"session_id": session.id}, headers=location(call, session))


def require_own(call: Call, guest: str) -> None:
    """The guest is the token's own identity; one without a name may call itself NONAME."""
    own = {call.permit.actor.uuid} | (set() if call.permit.actor.named else {"NONAME"})
    if guest not in own:
        raise NotYours


def location(call: Call, session: Session) -> dict[str, str]:
    """The Location header, where the session is played: a game server, or the live channel."""
    settings = call.lobby.settings
    own = f"{settings.channel_url}?session={session.id}"
    return {"Location": session.location or settings.game_server or own}


def view(call: Call, account: Account) -> dict[str, object]:
    """The host as this document shows it to itself, with the bans that are in force."""
    return words.Host(
        uuid=account.uuid,
        only_friends=account.host.only_friends,
        allow_nonames=account.host.allow_nonames,
        friends=account.host.friends,
        banlist=account.host.bans(call.lobby.now()),
    ).model_dump()
