"""`session.move`, `session.swap`, `session.permit`: who sits where, and who may say so."""

from __future__ import annotations

from lobby.actions.changes import views
from lobby.actions.sessions import permits, teams
from lobby.channel.command_call import CommandCall, Result
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.session import Session
from protocol import team_commands as words


async def move(call: CommandCall, command: words.SessionMove) -> Result:
    session = await teams.move(
        call.lobby,
        call.permit,
        id=int(command.session),
        player=command.player or call.me,
        team=command.team,
    )
    return {"session": views.inside(session, call.lobby.links)}


async def swap(call: CommandCall, command: words.SessionSwap) -> Result:
    one, other = command.players
    session = await teams.swap(
        call.lobby, call.permit, id=int(command.session), one=one, other=other
    )
    return {"session": views.inside(session, call.lobby.links)}


async def permit(call: CommandCall, command: words.SessionPermit) -> Result:
    session = await permits.set_all(
        call.lobby,
        call.permit,
        id=int(command.session),
        player=command.player,
        powers=[Power(word) for word in command.permits],
    )
    return permitted(session, command)


def permitted(session: Session, command: words.SessionPermit) -> Result:
    powers = [power.value for power in session.permits_of(command.player)]
    return {"permits": powers, "version": session.version}
