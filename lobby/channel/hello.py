"""The first command: whose a connection is, what they are told, and why they may be sent away."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.channel.close_codes import Close
from lobby.channel.refusal_limit import MOST_ERRORS
from lobby.channel.socket import MOST_PENDING, Socket
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import SPECTATOR, Actor, Kind, Permit
from protocol import channel as words
from protocol.codec import LARGEST_JSON, problem
from protocol.watch_commands import MOST_TOPICS
from protocol.welcome import Welcome, WelcomeLimits

SERVER = f"lobby/{metadata.version('lobby')}"
CLOSES: dict[type[errors.LobbyError], Close] = {
    errors.TokenExpired: Close.TOKEN_EXPIRED,
    errors.TokenRevoked: Close.REVOKED,
    errors.Unauthenticated: Close.BAD_TOKEN,
    errors.TooMany: Close.TRY_LATER,
    errors.Unavailable: Close.OVERLOAD,
}


async def greet(socket: Socket, said: words.Hello) -> dict[str, Any]:
    """Make the socket somebody's. Without token or wish for an identity: a spectator's."""
    if said.secret and not said.anonymous:
        raise errors.Malformed([problem("value_error", "a secret is for anonymous identities")])
    token = None
    if socket.greeted and (said.token or said.anonymous):
        raise errors.Conflict("this connection has said hello already")
    if not socket.greeted:
        token = await _make_known(socket, said)
    return welcome(socket, token or await _next_token(socket))


async def _make_known(socket: Socket, said: words.Hello) -> str | None:
    """Make the actor known here, then to the others. Returns a new identity's token."""
    lobby, token = socket.lobby, said.token
    if said.anonymous:
        account = await accounts.register_anonymous(
            lobby, address=socket.address, secret=said.secret
        )
        token = tokens.issue(lobby, account)
    socket.greet(SPECTATOR if token is None else await authenticate(lobby, token))
    if socket.identity:
        await lobby.presence.arrive(socket.actor, socket.number)
        await close_if_revoked(socket)
    return token if said.anonymous else None


async def close_if_revoked(socket: Socket) -> None:
    """Second look, once events about the account reach the socket: its token may have been revoked
    while it came in. By then the cache has no older copy of the account."""
    try:
        now = await socket.lobby.account_cache.get(socket.identity)
        socket.revoked(now.token_version, now.ended)
    except errors.AccountNotFound:
        socket.revoked(None, ())


async def _next_token(socket: Socket) -> str | None:
    """For an anonymous identity, whose token is in its last half: no login would renew it."""
    lobby, actor = socket.lobby, socket.actor
    left = actor.seconds_left(lobby.clock())
    if actor.kind is not Kind.ANONYMOUS or left is None:
        return None
    if left > lobby.settings.anonymous_token_seconds / 2:
        return None
    token = await renewed(lobby, actor)
    socket.renew(await authenticate(lobby, token))
    return token


async def renewed(lobby: Lobby, actor: Actor) -> str:
    try:
        return await tokens.renew(lobby, Permit(actor))
    except errors.AccountNotFound:
        raise errors.TokenRevoked from None


async def authenticate(lobby: Lobby, token: str) -> Actor:
    """Who shows this token."""
    try:
        return await tokens.identify(lobby, token, players=True)
    except errors.AccountNotFound:
        raise errors.TokenRevoked from None


def welcome(socket: Socket, token: str | None) -> dict[str, Any]:
    settings, actor, now = socket.lobby.settings, socket.actor, socket.lobby.clock()
    return Welcome(
        uuid=actor.uuid or None,
        name=actor.name,
        kind=(actor.kind or Kind.SPECTATOR).value,
        token=token,
        heartbeat_ms=int(settings.ping_seconds * 1000),
        grace_ms=int(settings.grace_seconds * 1000),
        at=round(now, 3),
        expires_in=actor.seconds_left(now),
        server=SERVER,
        limits=WelcomeLimits(
            commands_per_second=settings.commands_per_second,
            commands_burst=settings.commands_burst,
            message_bytes=LARGEST_JSON,
            topics=MOST_TOPICS,
            waiting=MOST_PENDING,
            refusals=MOST_ERRORS,
        ),
    ).model_dump(exclude_none=True)


def close_after(socket: Socket, no: errors.LobbyError) -> None:
    if why := closing(no):
        socket.close(why)


def closing(no: errors.LobbyError) -> Close | None:
    """The code for who is refused at the door; None: they may say hello again."""
    return next((CLOSES[kind] for kind in type(no).__mro__ if kind in CLOSES), None)
