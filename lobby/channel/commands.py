"""What a client may say on the channel: each command in a few lines, and what it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lobby.actions import hosts, presence, queues, seating, sessions, talk, views, watching
from lobby.channel.socket import Socket
from lobby.context import Lobby
from lobby.domain.errors import ListFull, LobbyError, Malformed
from lobby.domain.permissions import Needs, Permit, Role, needs
from lobby.domain.sessions import Session
from lobby.hub import Known
from protocol import channel as words
from protocol.codec import problem

Result = dict[str, Any]
MOST_TOPICS = 64


@dataclass
class Call:
    """One command. What is put into `afterwards` runs once the reply is written."""

    lobby: Lobby
    permit: Permit
    socket: Socket
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def me(self) -> str:
        return self.permit.actor.uuid


async def watch(call: Call, said: words.Watch) -> Result:
    """Listen first, look second; the reply goes out before what was found."""
    hub = call.lobby.hub
    topic = await watching.permit_watch(call.lobby, call.permit, said.topic)
    watched = hub.watching(call.socket)
    if len(watched) >= MOST_TOPICS and topic not in watched:
        raise ListFull(f"a connection watches at most {MOST_TOPICS} topics; unwatch one first")
    await hub.open(topic)
    known = Known(said.known.epoch, said.known.version) if said.known else None

    async def join() -> None:
        await hub.join(topic, call.socket, known=known, after=said.after)
        await leave_if_barred(call.lobby, call.socket, [topic])

    call.afterwards.append(join)
    cursor = hub.cursor(topic)
    return {"topic": said.topic} if cursor is None else {"topic": said.topic, "cursor": cursor}


async def leave_if_barred(lobby: Lobby, socket: Socket, topics: Iterable[str]) -> None:
    """Look again, now that it watches: who was banned or unseated meanwhile was not found there."""
    for topic in topics:
        try:
            await watching.require_still(lobby, Permit(socket.actor), topic)
        except LobbyError as barred:
            if topic in lobby.hub.watching(socket):
                lobby.hub.exclude(socket, topic, barred.code)


async def unwatch(call: Call, said: words.Unwatch) -> Result:
    topic = watching.internal(call.permit, said.topic)
    call.lobby.hub.unwatch(topic, call.socket)
    return {"topic": said.topic}


async def ping(call: Call, said: words.Ping) -> Result:
    return {"at": round(call.lobby.clock(), 3)}


async def host_set(call: Call, said: words.HostSet) -> Result:
    account = await hosts.update(
        call.lobby,
        call.permit,
        host=call.me,
        only_friends=said.only_friends,
        allow_nonames=said.allow_nonames,
        attributes=said.attributes,
    )
    return {
        "only_friends": account.host.only_friends,
        "allow_nonames": account.host.allow_nonames,
        "attributes": account.host.attributes,
    }


async def host_befriend(call: Call, said: words.HostBefriend) -> Result:
    account = await hosts.befriend(call.lobby, call.permit, host=call.me, friend=said.friend)
    return {"friends": account.host.friends}


async def host_unfriend(call: Call, said: words.HostUnfriend) -> Result:
    account = await hosts.unfriend(call.lobby, call.permit, host=call.me, friend=said.friend)
    return {"friends": account.host.friends}


async def host_ban(call: Call, said: words.HostBan) -> Result:
    account = await hosts.ban(call.lobby, call.permit, host=call.me, guest=said.guest)
    return {"banlist": account.host.banlist}


async def host_unban(call: Call, said: words.HostUnban) -> Result:
    account = await hosts.unban(call.lobby, call.permit, host=call.me, guest=said.guest)
    return {"banlist": account.host.banlist}


async def session_launch(call: Call, said: words.SessionLaunch) -> Result:
    session, key = await sessions.launch(
        call.lobby,
        call.permit,
        host=call.me,
        name=said.name,
        joinable=said.joinable,
        attributes=said.attributes,
    )
    return {**_session(session), "source_of_truth_key": key}


async def session_join(call: Call, said: words.SessionJoin) -> Result:
    if (said.session is None) == (said.host is None):
        raise Malformed([problem("value_error", "name either the session or its host")])
    if said.session is not None:
        session = await seating.join(call.lobby, call.permit, id=int(said.session))
    else:
        session = await seating.join_host(call.lobby, call.permit, host=str(said.host))
    return _session(session)


async def session_leave(call: Call, said: words.SessionLeave) -> Result:
    await seating.leave(call.lobby, call.permit, id=int(said.session))
    return {}


async def session_kick(call: Call, said: words.SessionKick) -> Result:
    await seating.kick(
        call.lobby, call.permit, id=int(said.session), guest=said.guest, message=said.message
    )
    return {}


async def session_invite(call: Call, said: words.SessionInvite) -> Result:
    session = await seating.invite(call.lobby, call.permit, id=int(said.session), guest=said.guest)
    return _session(session)


async def session_update(call: Call, said: words.SessionUpdate) -> Result:
    session = await sessions.update(
        call.lobby,
        call.permit,
        id=int(said.session),
        name=said.name,
        joinable=said.joinable,
        location=said.location,
        attributes=said.attributes,
    )
    return _session(session)


async def session_push(call: Call, said: words.SessionPush) -> Result:
    session = await sessions.push(
        call.lobby,
        call.permit,
        id=int(said.session),
        key=said.source_of_truth_key,
        state=said.state,
    )
    return {"session": str(session.id), "version": session.version}


async def session_say(call: Call, said: words.SessionSay) -> Result:
    cursor = await talk.say(call.lobby, call.permit, id=int(said.session), text=said.text)
    return {"cursor": cursor}


async def session_signal(call: Call, said: words.SessionSignal) -> Result:
    await talk.signal(call.lobby, call.permit, id=int(said.session), to=said.to, body=said.body)
    return {}


async def session_close(call: Call, said: words.SessionClose) -> Result:
    await sessions.close(call.lobby, call.permit, id=int(said.session))
    return {}


async def queue_join(call: Call, said: words.QueueJoin) -> Result:
    ticket = await queues.join(
        call.lobby,
        call.permit,
        id=int(said.session),
        queue=said.queue,
        map_preferences=said.map_preferences,
    )
    return {"ticket": ticket.id}


async def queue_leave(call: Call, said: words.QueueLeave) -> Result:
    await queues.leave(call.lobby, call.permit, id=int(said.session))
    return {}


async def queue_accept(call: Call, said: words.QueueAccept) -> Result:
    await queues.answer(call.lobby, call.permit, ticket=said.ticket, ready=True)
    return {}


async def queue_decline(call: Call, said: words.QueueDecline) -> Result:
    await queues.answer(call.lobby, call.permit, ticket=said.ticket, ready=False)
    return {}


async def presence_set(call: Call, said: words.PresenceSet) -> Result:
    await presence.set_status(call.lobby, call.permit, status=said.status)
    return {"status": said.status}


def _session(session: Session) -> Result:
    return {"session": views.whole(session)}


Handler = Callable[[Call, Any], Awaitable[Result]]

LOOK = needs(own="look")
GUEST = needs(own="guest")
HOST = needs(own="host")
INSIDE = needs(own="guest", role=Role.ACTIVE)
LEADER = needs(own="host", role=Role.ADMIN)

COMMANDS: dict[type[words.Command], tuple[Handler, Needs]] = {
    words.Watch: (watch, LOOK),
    words.Unwatch: (unwatch, LOOK),
    words.Ping: (ping, LOOK),
    words.HostSet: (host_set, HOST),
    words.HostBefriend: (host_befriend, HOST),
    words.HostUnfriend: (host_unfriend, HOST),
    words.HostBan: (host_ban, HOST),
    words.HostUnban: (host_unban, HOST),
    words.SessionLaunch: (session_launch, HOST),
    words.SessionJoin: (session_join, GUEST),
    words.SessionLeave: (session_leave, GUEST),
    words.SessionKick: (session_kick, LEADER),
    words.SessionInvite: (session_invite, LEADER),
    words.SessionUpdate: (session_update, LEADER),
    words.SessionPush: (session_push, GUEST),
    words.SessionSay: (session_say, INSIDE),
    words.SessionSignal: (session_signal, INSIDE),
    words.SessionClose: (session_close, LEADER),
    words.QueueJoin: (queue_join, LEADER),
    words.QueueLeave: (queue_leave, LEADER),
    words.QueueAccept: (queue_accept, GUEST),
    words.QueueDecline: (queue_decline, GUEST),
    words.PresenceSet: (presence_set, GUEST),
}
"""Every command but hello, which makes the caller known and so needs nothing."""
