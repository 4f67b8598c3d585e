"""The commands of the live channel: each one's handler, and the permission it needs.

Handlers translate and have no rules; they call the verbs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from lobby.actions.accounts import hosts
from lobby.actions.changes import views
from lobby.actions.login import tokens
from lobby.actions.sessions import asking, chat, exclusions, invitations, lifecycle, members
from lobby.actions.timers import presence
from lobby.channel import code_commands, queue_commands, team_commands
from lobby.channel.command_call import CommandCall, Result
from lobby.channel.watch_commands import unwatch, watch
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, Malformed, TokenRevoked
from lobby.domain.permissions import Needs, Role, needs
from lobby.domain.reasons import Reason
from lobby.domain.sessions.admission import Answer
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.session import Session
from protocol import channel as words
from protocol import code_commands as code_words
from protocol import queue_commands as queue_words
from protocol import team_commands as team_words
from protocol import watch_commands as watch_words
from protocol.codec import problem


async def refresh(call: CommandCall, command: words.Refresh) -> Result:
    """A token that is not good leaves everything as it is: the one shown before still counts."""
    try:
        actor = await tokens.identify(call.lobby, command.token, players=True)
    except AccountNotFound:
        raise TokenRevoked from None
    call.permit.require_self(actor.uuid)
    call.socket.renew(actor)
    left = actor.seconds_left(call.lobby.clock())
    return {} if left is None else {"expires_in": left}


async def ping(call: CommandCall, command: words.Ping) -> Result:
    return server_time(call.lobby)


def server_time(lobby: Lobby) -> Result:
    return {"at": lobby.now()}


async def host_set(call: CommandCall, command: words.HostSet) -> Result:
    account = await hosts.update(
        call.lobby,
        call.permit,
        host=call.me,
        only_friends=command.only_friends,
        allow_nonames=command.allow_nonames,
        attributes=command.attributes,
    )
    return hosting(account)


async def host_befriend(call: CommandCall, command: words.HostBefriend) -> Result:
    account = await hosts.befriend(call.lobby, call.permit, host=call.me, friend=command.friend)
    return {"friends": account.host.friends}


async def host_unfriend(call: CommandCall, command: words.HostUnfriend) -> Result:
    account = await hosts.unfriend(call.lobby, call.permit, host=call.me, friend=command.friend)
    return {"friends": account.host.friends}


async def host_ban(call: CommandCall, command: words.HostBan) -> Result:
    account = await hosts.ban(
        call.lobby,
        call.permit,
        host=call.me,
        guest=command.guest,
        seconds=command.for_s,
        reason=command.reason,
    )
    return {"banlist": account.host.bans(call.lobby.now())}


async def host_unban(call: CommandCall, command: words.HostUnban) -> Result:
    account = await hosts.unban(call.lobby, call.permit, host=call.me, guest=command.guest)
    return {"banlist": account.host.bans(call.lobby.now())}


async def session_launch(call: CommandCall, command: words.SessionLaunch) -> Result:
    session, key = await lifecycle.launch(
        call.lobby,
        call.permit,
        host=call.me,
        name=command.name,
        entry=_entry(command),
        attributes=command.attributes,
        password=call.password(command),
    )
    return launched(call.lobby, session, key)


async def session_join(call: CommandCall, command: words.SessionJoin) -> Result:
    if (command.session is None) == (command.host is None):
        raise Malformed([problem("value_error", "name either the session or its host")])
    said: dict[str, Any] = {"friend": command.friend, "password": call.password(command)}
    if command.session is not None:
        found = await code_commands.named(call, command.session)
        session = await members.join(call.lobby, call.permit, **found, **said)
    else:
        session = await members.join_host(call.lobby, call.permit, host=str(command.host), **said)
    return _session(call.lobby, session)


async def session_ask(call: CommandCall, command: words.SessionAsk) -> Result:
    found = await asking.ask(call.lobby, call.permit, ids=map(int, command.sessions))
    return {"sessions": {str(id): _answered(answer) for id, answer in found.items()}}


def _answered(answer: Answer) -> Result:
    return {"may": answer.may} | ({"why": answer.why} if answer.why else {})


async def session_leave(call: CommandCall, command: words.SessionLeave) -> Result:
    id = int(command.session)
    return changed(await members.leave(call.lobby, call.permit, id=id, said=command.reason))


async def session_kick(call: CommandCall, command: words.SessionKick) -> Result:
    if command.reason and command.message:
        raise Malformed([problem("value_error", "`reason` and `message` are one thing; say one")])
    session = await exclusions.kick(
        call.lobby,
        call.permit,
        id=int(command.session),
        player=command.guest,
        said=command.reason or command.message,
        seconds=command.for_s,
    )
    return kicked(call.lobby, session, command)


def kicked(lobby: Lobby, session: Session, command: words.SessionKick) -> Result:
    """It is said where they may come back at once, and would not otherwise."""
    usual = command.for_s is None
    not_kept = usual and exclusions.not_kept(lobby, session, command.guest)
    return changed(session) | ({"kept_out": False} if not_kept else {})


async def session_pardon(call: CommandCall, command: words.SessionPardon) -> Result:
    id = int(command.session)
    return changed(await exclusions.pardon(call.lobby, call.permit, id=id, player=command.guest))


async def session_excluded(call: CommandCall, command: words.SessionExcluded) -> Result:
    found = await exclusions.excluded(call.lobby, call.permit, id=int(command.session))
    return {"excluded": views.excluded(found)}


async def session_invite(call: CommandCall, command: words.SessionInvite) -> Result:
    session = await invitations.invite(
        call.lobby, call.permit, id=int(command.session), player=command.guest
    )
    return _session(call.lobby, session)


async def session_update(call: CommandCall, command: words.SessionUpdate) -> Result:
    session = await lifecycle.update(
        call.lobby,
        call.permit,
        id=int(command.session),
        name=command.name,
        entry=_entry(command),
        location=command.location,
        attributes=command.attributes,
        password=call.password(command, clears="password" in command.model_fields_set),
        teams_locked=command.teams_locked,
    )
    return _session(call.lobby, session)


def _entry(command: words.SessionLaunch | words.SessionUpdate) -> Entry | None:
    """What either word says; raises Malformed for both."""
    if command.entry is not None and command.joinable is not None:
        raise Malformed([problem("value_error", "say either entry or joinable")])
    if command.entry is not None:
        return Entry(command.entry)
    return None if command.joinable is None else Entry.of(command.joinable)


async def session_push(call: CommandCall, command: words.SessionPush) -> Result:
    session = await lifecycle.push(
        call.lobby,
        call.permit,
        id=int(command.session),
        key=command.source_of_truth_key,
        state=command.state,
    )
    return {"session": str(session.id), "version": session.version}


async def session_say(call: CommandCall, command: words.SessionSay) -> Result:
    cursor = await chat.post(call.lobby, call.permit, id=int(command.session), text=command.text)
    return {"cursor": cursor}


async def session_signal(call: CommandCall, command: words.SessionSignal) -> Result:
    await chat.signal(
        call.lobby, call.permit, id=int(command.session), to=command.to, body=command.body
    )
    return {}


async def session_close(call: CommandCall, command: words.SessionClose) -> Result:
    await lifecycle.close(call.lobby, call.permit, id=int(command.session), reason=Reason.CLOSED)
    return {}


async def presence_set(call: CommandCall, command: words.PresenceSet) -> Result:
    await presence.set_status(call.lobby, call.permit, status=command.status)
    return {"status": command.status}


def _session(lobby: Lobby, session: Session) -> Result:
    return {"session": views.inside(session, lobby.links)}


def changed(session: Session) -> Result:
    """By which version of `session:<id>` it shows what was done."""
    return {"version": session.version}


def launched(lobby: Lobby, session: Session, key: str) -> Result:
    return {**_session(lobby, session), "source_of_truth_key": key}


def hosting(account: Account) -> Result:
    return {
        "only_friends": account.host.only_friends,
        "allow_nonames": account.host.allow_nonames,
        "attributes": account.host.attributes,
    }


Handler = Callable[[CommandCall, Any], Awaitable[Result]]

LOOK = needs(own="look")
GUEST = needs(own="guest")
HOST = needs(own="host")
INSIDE = needs(own="guest", role=Role.ACTIVE)
LEADER = needs(own="host", role=Role.ADMIN)
PERMITTED = needs(own="guest", role=Role.ADMIN)
"""As LEADER, also for those without a name: the leader may have given them a permit."""

COMMANDS: dict[type[words.Command], tuple[Handler, Needs]] = {
    words.Refresh: (refresh, GUEST),
    watch_words.Watch: (watch, LOOK),
    watch_words.Unwatch: (unwatch, LOOK),
    words.Ping: (ping, LOOK),
    words.HostSet: (host_set, HOST),
    words.HostBefriend: (host_befriend, HOST),
    words.HostUnfriend: (host_unfriend, HOST),
    words.HostBan: (host_ban, HOST),
    words.HostUnban: (host_unban, HOST),
    words.SessionLaunch: (session_launch, HOST),
    words.SessionJoin: (session_join, GUEST),
    words.SessionAsk: (session_ask, GUEST),
    words.SessionLeave: (session_leave, GUEST),
    words.SessionKick: (session_kick, PERMITTED),
    words.SessionPardon: (session_pardon, PERMITTED),
    words.SessionExcluded: (session_excluded, PERMITTED),
    words.SessionInvite: (session_invite, PERMITTED),
    words.SessionUpdate: (session_update, LEADER),
    code_words.SessionCode: (code_commands.code, INSIDE),
    team_words.SessionMove: (team_commands.move, PERMITTED),
    team_words.SessionSwap: (team_commands.swap, PERMITTED),
    team_words.SessionPermit: (team_commands.permit, PERMITTED),
    words.SessionPush: (session_push, GUEST),
    words.SessionSay: (session_say, INSIDE),
    words.SessionSignal: (session_signal, INSIDE),
    words.SessionClose: (session_close, LEADER),
    queue_words.QueueJoin: (queue_commands.join, LEADER),
    queue_words.QueueLeave: (queue_commands.leave, LEADER),
    queue_words.QueueAccept: (queue_commands.accept, GUEST),
    queue_words.QueueDecline: (queue_commands.decline, GUEST),
    words.PresenceSet: (presence_set, GUEST),
}
"""Every command but hello, which authenticates and so needs no permission."""
