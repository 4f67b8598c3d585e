"""What a command is answered that was carried out before: completed where a process was killed
meanwhile, and in the same shape, from what is there now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from lobby.actions.accounts import hosts
from lobby.actions.changes import change, tickets, views, visibility
from lobby.actions.matchmaking import queues
from lobby.actions.sessions import lifecycle, members
from lobby.channel import code_commands, queue_commands, team_commands
from lobby.channel.command_call import CommandCall, Result
from lobby.channel.commands import changed, hosting, kicked, launched
from lobby.domain.accounts import Account
from lobby.domain.errors import SessionNotFound
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol import channel as words
from protocol import code_commands as code_words
from protocol import queue_commands as queue_words
from protocol import team_commands as team_words

SessionChanged = (
    words.SessionInvite | words.SessionUpdate | team_words.SessionMove | team_words.SessionSwap
)
Repeat = Callable[[CommandCall, Any, Effect], Awaitable[Result]]


async def nothing(call: CommandCall, said: words.Command, effect: Effect) -> Result:
    return {}


async def _host(call: CommandCall) -> Account:
    return await hosts.get(call.lobby, call.permit, host=call.me)


async def host_set(call: CommandCall, said: words.HostSet, effect: Effect) -> Result:
    return hosting(await hosts.complete_update(call.lobby, call.permit, host=call.me))


async def friends(call: CommandCall, said: words.Command, effect: Effect) -> Result:
    return {"friends": (await _host(call)).host.friends}


async def host_ban(call: CommandCall, said: words.HostBan, effect: Effect) -> Result:
    bans = (await _host(call)).host.bans(call.lobby.now())
    if said.guest in bans:
        await hosts.remove_banned(call.lobby, host=call.me, guest=said.guest)
    return {"banlist": bans}


async def host_unban(call: CommandCall, said: words.HostUnban, effect: Effect) -> Result:
    hosts.complete_unban(call.lobby, guest=said.guest)
    return {"banlist": (await _host(call)).host.bans(call.lobby.now())}


async def session_launch(call: CommandCall, said: words.SessionLaunch, effect: Effect) -> Result:
    found = await lifecycle.shown_again(call.lobby, call.permit, id=int(effect.key))
    return launched(call.lobby, *found)


async def session_join(call: CommandCall, said: words.SessionJoin, effect: Effect) -> Result:
    await members.complete_join(call.lobby, call.permit, id=int(effect.key))
    return await _session(call, int(effect.key))


async def left(call: CommandCall, said: words.SessionLeave, effect: Effect) -> Result:
    await change.complete(call.lobby, int(said.session))
    return await _changed(call, said.session)


async def pardoned(call: CommandCall, said: words.SessionPardon, effect: Effect) -> Result:
    return await _changed(call, said.session)


async def _changed(call: CommandCall, id: str) -> Result:
    try:
        return changed(await _found(call, id))
    except SessionNotFound:
        return {}


async def session_kick(call: CommandCall, said: words.SessionKick, effect: Effect) -> Result:
    await change.complete(call.lobby, int(said.session))
    with suppress(SessionNotFound):
        return kicked(call.lobby, await _found(call, said.session), said)
    return {}


async def session_now(call: CommandCall, said: SessionChanged, effect: Effect) -> Result:
    return await _session(call, int(said.session))


async def _session(call: CommandCall, id: int) -> Result:
    """As the caller may see it by now."""
    session = await lifecycle.read(call.lobby, call.permit, id=id, refresh_ttl=False)
    if views.sees_all(session, call.permit):
        return {"session": views.inside(session, call.lobby.links)}
    return {"session": views.outside(session)}


async def _found(call: CommandCall, id: str) -> Session:
    """Whoever was banned meanwhile is told that there is none."""
    return await visibility.find(call.lobby, call.permit, id=int(id))


async def session_permit(
    call: CommandCall, said: team_words.SessionPermit, effect: Effect
) -> Result:
    return team_commands.permitted(await _found(call, said.session), said)


async def session_code(call: CommandCall, said: code_words.SessionCode, effect: Effect) -> Result:
    """The code as it is by now, for who sits there yet."""
    session = await _found(call, said.session)
    session.require(call.permit)
    return code_commands.coded(call.lobby, session)


async def session_push(call: CommandCall, said: words.SessionPush, effect: Effect) -> Result:
    version = (await _found(call, said.session)).version
    return {"session": str(int(said.session)), "version": effect.number or version}


async def session_say(call: CommandCall, said: words.SessionSay, effect: Effect) -> Result:
    await _found(call, said.session)
    return {"cursor": effect.number}


async def queue_join(call: CommandCall, said: queue_words.QueueJoin, effect: Effect) -> Result:
    ticket = effect.noted["ticket"]
    entry = await queues.complete_join(
        call.lobby,
        call.permit,
        id=int(said.session),
        ticket=ticket,
        map_preferences=said.map_preferences,
        backfill=said.backfill,
    )
    return queue_commands.queued(ticket, entry)


async def queue_leave(call: CommandCall, said: queue_words.QueueLeave, effect: Effect) -> Result:
    await tickets.withdraw(call.lobby, effect.noted["ticket"])
    return {}


REPEATS: dict[type[words.Command], Repeat] = {
    words.HostSet: host_set,
    words.HostBefriend: friends,
    words.HostUnfriend: friends,
    words.HostBan: host_ban,
    words.HostUnban: host_unban,
    words.SessionLaunch: session_launch,
    words.SessionJoin: session_join,
    words.SessionLeave: left,
    words.SessionKick: session_kick,
    words.SessionPardon: pardoned,
    words.SessionInvite: session_now,
    words.SessionUpdate: session_now,
    code_words.SessionCode: session_code,
    team_words.SessionMove: session_now,
    team_words.SessionSwap: session_now,
    team_words.SessionPermit: session_permit,
    words.SessionPush: session_push,
    words.SessionSay: session_say,
    words.SessionClose: nothing,
    queue_words.QueueJoin: queue_join,
    queue_words.QueueLeave: queue_leave,
    queue_words.QueueAccept: nothing,
    queue_words.QueueDecline: nothing,
}
"""Every command whose effect is kept in the store. `session.signal` is kept nowhere: see
`dispatch`."""
