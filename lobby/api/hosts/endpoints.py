"""The hosts and sessions document: each operation in a few lines."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from lobby.actions import accounts, hosts, logins, seating, sessions
from lobby.api.dialect import Call
from lobby.domain.accounts import Account
from lobby.domain.errors import NotYours
from lobby.domain.sessions import Session
from protocol import hosts as words


async def register(call: Call) -> Response:
    """Register a host. The header Host-Key is shown this once; a login that shows it locks the
    host to it."""
    account, key = await accounts.register_host(call.lobby, address=call.address)
    return JSONResponse(view(account), headers={"Host-Key": key})


async def login(call: Call, path: words.HostPath) -> Response:
    """Log a host in by its uuid, and by its key once that was shown (`Authorization: Host KEY`)."""
    scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
    shown = key.strip() if scheme.lower() == "host" else None
    token = await logins.login_by_uuid(call.lobby, host=path.host, key=shown, address=call.address)
    return JSONResponse({"token": token})


async def renew(call: Call) -> Response:
    """A new token for the one shown."""
    return JSONResponse({"token": await logins.renew(call.lobby, call.permit)})


async def get(call: Call, path: words.HostPath) -> Response:
    """The host itself, as only it may see it."""
    return JSONResponse(view(await hosts.get(call.lobby, call.permit, host=path.host)))


async def set_only_friends(call: Call, path: words.HostPath, body: words.OnlyFriends) -> Response:
    """Let in friends only, or anybody."""
    await hosts.update(call.lobby, call.permit, host=path.host, only_friends=body.only_friends)
    return JSONResponse(None)


async def set_allow_nonames(call: Call, path: words.HostPath, body: words.AllowNonames) -> Response:
    """Let in guests without a name, or not."""
    await hosts.update(call.lobby, call.permit, host=path.host, allow_nonames=body.allow_nonames)
    return JSONResponse(None)


async def befriend(call: Call, path: words.HostPath, query: words.FriendQuery) -> Response:
    """Add a friend; twice is once."""
    await hosts.befriend(call.lobby, call.permit, host=path.host, friend=query.friend)
    return JSONResponse(None)


async def unfriend(call: Call, path: words.FriendPath) -> Response:
    """Remove a friend; a seat they have, they keep."""
    await hosts.unfriend(call.lobby, call.permit, host=path.host, friend=path.former_friend)
    return JSONResponse(None)


async def ban(call: Call, path: words.HostPath, query: words.BannedQuery) -> Response:
    """Ban a guest, and remove them from the host's session."""
    await hosts.ban(call.lobby, call.permit, host=path.host, guest=query.banned)
    return JSONResponse(None)


async def unban(call: Call, path: words.BannedPath) -> Response:
    """Lift a ban."""
    await hosts.unban(call.lobby, call.permit, host=path.host, guest=path.banned)
    return JSONResponse(None)


async def launch(call: Call, body: words.Launch) -> Response:
    """Launch the host's session. The source of truth key is shown this once."""
    session, key = await sessions.launch(call.lobby, call.permit, host=body.host)
    launched = {"session_id": session.id, "source_of_truth_key": key}
    return JSONResponse(launched, 201, headers=location(call, session))


async def join(call: Call, body: words.Join) -> Response:
    """Join the host's session, if the host welcomes the guest."""
    require_own(call, body.guest)
    session = await seating.join_host(call.lobby, call.permit, host=body.host)
    return JSONResponse({"session_id": session.id}, headers=location(call, session))


def require_own(call: Call, guest: str) -> None:
    """The guest is the token's own identity; one without a name may call itself NONAME."""
    own = {call.permit.actor.uuid} | (set() if call.permit.actor.named else {"NONAME"})
    if guest not in own:
        raise NotYours


def location(call: Call, session: Session) -> dict[str, str]:
    """Where the session is played: a game server's address, or its own on the channel."""
    settings = call.lobby.settings
    own = f"{settings.channel_url}?session={session.id}"
    return {"Location": session.location or settings.game_server or own}


def view(account: Account) -> dict[str, object]:
    return words.Host(
        uuid=account.uuid,
        only_friends=account.host.only_friends,
        allow_nonames=account.host.allow_nonames,
        friends=account.host.friends,
        banlist=account.host.banlist,
    ).model_dump()
