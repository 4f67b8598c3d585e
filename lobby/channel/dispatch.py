"""Command dispatch: reads a command, checks rate limit and permission, writes a reply or refusal.

Idempotency: a command that is repeated with the same id has its effect once.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.actions.idempotency import once, once_for_a_while
from lobby.caller import Caller, calling
from lobby.channel import hello
from lobby.channel.close_codes import Close
from lobby.channel.command_call import CommandCall
from lobby.channel.commands import COMMANDS, server_time
from lobby.channel.repeats import REPEATS
from lobby.channel.socket import Socket
from lobby.domain import errors
from lobby.domain.permissions import Actor, Needs
from lobby.idempotency import Command, Effect, digests
from lobby.identity.tokens import digest
from lobby.refusals import refusal
from protocol import channel as words
from protocol import frames
from protocol.codec import Undecodable, decode, peek_id
from protocol.watch_commands import Unwatch

STORELESS = (words.Ping, Unwatch)
"""Commands that never wait for a store, not even to ask whether the token still counts."""
TARGETS = ("guest", "player", "friend", "host", "to")
"""Fields that name whom a command is about."""
SPECTATOR = (
    "spectators may only look at what is public: come back with a token, or `anonymous` in hello"
)
LONGEST_PING = 256
"""Of a ping that may overtake other commands, in bytes."""


async def answer(socket: Socket, text: bytes) -> None:
    """Answer one command. Whatever goes wrong is a refusal."""
    with calling(socket.caller()) as caller:
        await _answer(socket, text, caller)


async def _answer(socket: Socket, text: bytes, caller: Caller) -> None:
    command: words.Commands | None = None
    try:
        command = decode(text, words.COMMAND)
        _note(caller, command)
        if wait := socket.take_token():
            raise errors.TooMany(retry_after=wait)
        if isinstance(command, words.Hello):
            await _greet(socket, command)
        elif not socket.greeted:
            raise errors.Unauthenticated("say hello first")
        elif command.repeatable:
            await _run(socket, command)
        else:
            await _run_once(socket, command, text)
    except Exception as error:
        no = _worded(socket, refusal(error))
        _refuse(socket, command.id if command else peek_id(text), no)


def _worded(socket: Socket, no: errors.LobbyError) -> errors.LobbyError:
    """A spectator has said hello, and shown no token that could be a better one."""
    spectates = socket.greeted and not socket.identity
    return (
        errors.Forbidden(SPECTATOR) if spectates and isinstance(no, errors.Unauthenticated) else no
    )


def overtake(socket: Socket, text: bytes) -> bool:
    """Answer a ping while other commands wait. False: it is none, and waits its turn."""
    if not socket.greeted or len(text) > LONGEST_PING or b'"ping"' not in text:
        return False
    with suppress(Undecodable):
        command = decode(text, words.COMMAND)
        if isinstance(command, words.Ping) and not socket.take_token():
            _reply(socket, command.id, server_time(socket.lobby))
            return True
    return False


def _note(caller: Caller, command: words.Commands) -> None:
    """What the audit log says of this command, if anything."""
    caller.operation, caller.command = command.type, command.id
    session = getattr(command, "session", None) or ""
    caller.session = session if session.isdigit() else ""  # a code is not for everybody
    caller.ticket = getattr(command, "ticket", "")
    caller.target = next((t for name in TARGETS if (t := getattr(command, name, None))), "")


async def _greet(socket: Socket, command: words.Hello) -> None:
    """A client that is refused here is closed, with a code that says whether to come back."""
    try:
        welcome = await hello.greet(socket, command)
    except errors.LobbyError as no:
        _refuse(socket, command.id, no)
        hello.close_after(socket, no)
        return
    _reply(socket, command.id, welcome)


async def _run(socket: Socket, command: words.Commands) -> None:
    """Run the command, write its reply, then run what follows."""
    handle, needs = COMMANDS[type(command)]
    actor = socket.actor if isinstance(command, STORELESS) else await _current_actor(socket, needs)
    call = CommandCall(socket.lobby, needs.permit(actor), socket)
    _reply(socket, command.id, await handle(call, command))
    for follow in call.afterwards:
        await follow()


async def _run_once(socket: Socket, command: words.Commands, text: bytes) -> None:
    """Idempotency: a command repeated by the same identity has its effect once, and the same
    outcome. Raises IdReused where the id was used for another command."""
    handle, needs = COMMANDS[type(command)]
    actor = await _current_actor(socket, needs)
    today, *earlier = digests(socket.lobby.key_ring.secrets_for("idempotency"), text)
    before = digest(text.decode())  # as it was kept by who is being replaced
    also = (*earlier, before)
    sent = Command(socket.identity, command.id, today, socket.lobby.clock(), also=also)

    def call() -> CommandCall:
        return CommandCall(socket.lobby, needs.permit(actor), socket)

    async def do() -> dict[str, object]:
        return await handle(call(), command)

    async def again(outcome: Effect) -> dict[str, object]:
        return await REPEATS[type(command)](call(), command, outcome)

    if not socket.identity:
        result = await do()  # which is refused: a spectator may do nothing
    elif isinstance(command, words.SessionSignal):
        result = await once_for_a_while(socket.lobby, sent, do, again={})
    else:
        result = await once(socket.lobby, sent, do, again=again)
    _reply(socket, command.id, result)


async def _current_actor(socket: Socket, needs: Needs) -> Actor:
    """The actor with its permissions of now; closes the socket if its token was revoked."""
    actor = socket.actor
    if not actor.uuid:
        return actor
    try:
        now = await socket.lobby.account_cache.get(actor.uuid)
    except errors.AccountNotFound:
        now = None
    ended = now is not None and actor.login is not None and actor.login.id in now.ended
    if now is None or ended or now.token_version != actor.token_version:
        socket.close(Close.REVOKED)
        raise errors.TokenRevoked
    return now.actor(expires=actor.expires)


def _reply(socket: Socket, id: str, result: dict[str, object]) -> None:
    socket.out.write(frames.reply(id, result))


def _refuse(socket: Socket, id: str | None, no: errors.LobbyError) -> None:
    socket.lobby.audit.refused(no, every=True)
    frame = frames.refusal(
        id, code=no.code, message=str(no), retry_after=no.retry_after, about=no.about
    )
    socket.out.write(frame)
    socket.count_error(no)
