"""`session.code`, and what a code stands for in `session.join`."""

from __future__ import annotations

from typing import Any

from lobby import caller
from lobby.actions.sessions import codes
from lobby.channel.command_call import CommandCall, Result
from lobby.context import Lobby
from lobby.domain.errors import Malformed
from lobby.domain.sessions.session import Session
from protocol import code_commands as words
from protocol.codec import problem


async def code(call: CommandCall, command: words.SessionCode) -> Result:
    if command.renew and command.drop:
        raise Malformed([problem("value_error", "say either renew or drop")])
    act = codes.renew if command.renew else codes.drop if command.drop else codes.have
    return coded(call.lobby, await act(call.lobby, call.permit, id=int(command.session)))


def coded(lobby: Lobby, session: Session) -> Result:
    """The code of the session, if it has one."""
    found, said = session.code, {"version": session.version}
    if found is None:
        return said
    shown = {"code": found.text, "link": lobby.links + found.text, **said}
    return shown if found.until is None else {**shown, "until": found.until}


async def named(call: CommandCall, name: str) -> dict[str, Any]:
    """The session that an id or a code names, as `members.join` takes it."""
    if name.isdigit():
        return {"id": int(name)}
    found = await codes.find(call.lobby, call.permit, name, address=call.socket.address)
    caller.about_session(found.id)
    return {"id": found.id, "known": found, "code": name}
