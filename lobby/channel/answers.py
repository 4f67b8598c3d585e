"""From a text to an answer: hello, the rules that hold for every command, and refusals."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lobby.actions import accounts, logins
from lobby.channel.closing import Close
from lobby.channel.commands import COMMANDS, Call
from lobby.channel.socket import Socket
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import SPECTATOR, Actor, Needs
from lobby.refusals import refusal
from lobby.tokens import digest
from persistence.ports import Unreachable
from protocol import channel as words
from protocol.codec import decode, encode, id_in

REMEMBERED_SECONDS = 120.0
PASSING = (errors.Unavailable, errors.TooMany, errors.Broken, errors.Unauthenticated)
"""Refusals of the moment: the same command may fare better the next time."""


async def answer(socket: Socket, text: bytes) -> None:
    """Answer one command. Whatever goes wrong is a refusal."""
    command: words.Commands | None = None
    try:
        command = decode(text, words.COMMAND)
        if wait := socket.allow():
            raise errors.TooMany(retry_after=round(wait, 3))
        if isinstance(command, words.Hello):
            await hello(socket, command)
        elif not socket.greeted:
            raise errors.Unauthenticated("say hello first")
        elif command.repeatable:
            await _do(socket, command)
        else:
            await _do_once(socket, command, digest(text.decode()))
    except Exception as error:
        _refuse(socket, command.id if command else id_in(text), refusal(error))


async def hello(socket: Socket, said: words.Hello) -> None:
    """Make the socket somebody's. Without token or wish for an identity: a spectator's."""
    token = None
    try:
        if socket.greeted and (said.token or said.anonymous):
            raise errors.Conflict("this connection has said hello already")
        if not socket.greeted:
            token = await _greet(socket, said)
    except errors.LobbyError as no:
        _refuse(socket, said.id, no)
        _close_after(socket, no)
        return
    _reply(
        socket,
        said.id,
        words.Welcome(
            uuid=socket.actor.uuid or None,
            name=socket.actor.name,
            kind=str(socket.actor.kind),
            token=token,
            heartbeat_ms=int(socket.lobby.settings.ping_seconds * 1000),
        ).model_dump(exclude_none=True),
    )


async def _greet(socket: Socket, said: words.Hello) -> str | None:
    """Make the actor known here, then to the others. Returns a new identity's token."""
    lobby, token = socket.lobby, said.token
    if said.anonymous:
        account = await accounts.register_anonymous(lobby, address=socket.address)
        token = logins.issue(lobby, account)
    socket.greet(SPECTATOR if token is None else await admitted(lobby, token))
    if socket.identity:
        await lobby.attendance.arrive(socket.actor, socket.number)
    return token if said.anonymous else None


async def admitted(lobby: Lobby, token: str) -> Actor:
    """Who shows this token, if they may have one more socket."""
    try:
        actor = await logins.identify(lobby, token, players=True)
    except errors.AccountNotFound:
        raise errors.TokenRevoked from None
    if lobby.hub.here(actor.uuid) >= lobby.settings.connections_per_account:
        raise TooManySockets
    return actor


class TooManySockets(errors.Conflict):
    """This account has too many connections; close one first."""

    code = "too_many_sockets"


CLOSES: dict[type[errors.LobbyError], Close] = {
    errors.TokenExpired: Close.TOKEN_EXPIRED,
    errors.TokenRevoked: Close.REVOKED,
    errors.Unauthenticated: Close.BAD_TOKEN,
    TooManySockets: Close.TOO_MANY_SOCKETS,
    errors.TooMany: Close.OVERLOAD,
    errors.Unavailable: Close.OVERLOAD,
}


def _close_after(socket: Socket, no: errors.LobbyError) -> None:
    for kind in type(no).__mro__:
        if kind in CLOSES:
            socket.close(CLOSES[kind])
            return


async def _do(socket: Socket, command: words.Commands) -> bytes:
    """Run the command, write its reply, then what follows it. Returns the reply."""
    handle, needs = COMMANDS[type(command)]
    call = Call(socket.lobby, needs.permit(await _still(socket, needs)), socket)
    reply = _reply(socket, command.id, await handle(call, command))
    for follow in call.afterwards:
        await follow()
    return reply


async def _do_once(socket: Socket, command: words.Commands, content: str) -> None:
    """A command repeated within two minutes by the same identity gets the first answer."""
    leases = socket.lobby.leases
    key = f"answer:{socket.identity}:{command.id}"
    while running := _RUNNING.get(key):
        await asyncio.wait([running])
    _RUNNING[key] = done = asyncio.get_running_loop().create_future()
    try:
        with suppress(Unreachable):
            if kept := await leases.recall(key):
                first, _, text = kept.partition(" ")
                if first != content:
                    raise errors.IdReused
                socket.say([text.encode()])
                return
        said = await _outcome(socket, command)
        if said is not None:
            with suppress(Unreachable):
                await leases.remember(key, f"{content} {said.decode()}", REMEMBERED_SECONDS)
    finally:
        del _RUNNING[key]
        done.set_result(None)


_RUNNING: dict[str, asyncio.Future[None]] = {}
"""Commands under way in this process, by whose and which they are."""


async def _outcome(socket: Socket, command: words.Commands) -> bytes | None:
    """What the command came to, once it was said; None where it should not be remembered."""
    try:
        return await _do(socket, command)
    except Exception as error:
        no = refusal(error)
        said = _refuse(socket, command.id, no)
        return None if isinstance(no, PASSING) else said


async def _still(socket: Socket, needs: Needs) -> Actor:
    """The actor as they stand now: a token revoked meanwhile opens nothing more."""
    actor = socket.actor
    if not actor.uuid:
        return actor
    try:
        now = await socket.lobby.standings.get(actor.uuid)
    except errors.AccountNotFound:
        now = None
    if now is None or now.token_version != actor.token_version:
        socket.close(Close.REVOKED)
        raise errors.TokenRevoked
    return now.actor(expires=actor.expires)


def _reply(socket: Socket, id: str, result: dict[str, object]) -> bytes:
    said = encode({"type": "reply", "re": id, "result": result})
    socket.say([said])
    return said


def _refuse(socket: Socket, id: str | None, no: errors.LobbyError) -> bytes:
    words_: dict[str, object] = {"type": "refusal", "re": id, "code": no.code, "message": str(no)}
    if no.retry_after is not None:
        words_["retry_after"] = no.retry_after
    said = encode(words_)
    socket.say([said])
    socket.erred()
    return said
