"""`watch` and `unwatch`: subscriptions of a connection to topics, one or many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from lobby import live_queries
from lobby.actions import people, topics
from lobby.channel.command_call import CommandCall, Result
from lobby.channel.socket import Socket
from lobby.context import Lobby
from lobby.domain.errors import ListFull, LobbyError, Malformed, TooMany
from lobby.domain.permissions import Permit
from lobby.hub import Known
from lobby.hub.source import ANY_EPOCH
from lobby.live_queries import Query
from lobby.refusals import refusal
from protocol import watch_commands as words
from protocol.codec import problem
from protocol.frames import WATCH_AGAIN
from protocol.queries import DEFAULT_WINDOW, PeopleQuery, SessionQuery
from protocol.topics import public_name
from protocol.watch_commands import MOST_TOPICS

AGAIN = (
    "this connection has asked for too much again that it was sent already;"
    " wait, and name what you have (`known`, `after`)"
)
MORE_BY_PAGE = "; POST /sessions/search reads more, page by page"
ONE_OR_MANY = "name either `topic`, with its fields, or `topics`, each with its own"

Wanted = words.Watch | words.WatchedTopic
Join = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Opened:
    """A topic that is open. `named`: what the reply says of it; `join`: sends what the connection
    lacks and has it follow, once the reply is written."""

    topic: str
    named: Result
    join: Join


async def watch(call: CommandCall, command: words.Watch) -> Result:
    """Subscribe the connection. The reply is written before the first frame of a topic."""
    many = command.topics is not None
    if many == (command.topic is not None) or (many and _has_fields(command)):
        raise Malformed([problem("value_error", ONE_OR_MANY, "topics")])
    if wait := call.socket.replay_wait():
        raise TooMany(AGAIN, retry_after=wait)
    if command.topics is None:
        opened = await _open(call, command, _Room(call))
        call.afterwards.append(opened.join)
        return opened.named
    return await _watch_many(call, command.topics)


def _has_fields(command: words.Watch) -> bool:
    return bool(command.model_fields_set - {"type", "id", "topics"})


async def _watch_many(call: CommandCall, wanted: list[words.WatchedTopic]) -> Result:
    """Open all of them at once. Each is answered for itself: one that is refused says so, and
    keeps none of the others away."""
    room = _Room(call)
    opened = await asyncio.gather(*(_opened(call, one, room) for one in wanted))
    # Each topic once, however often it is named: what it brings is as long as it is.
    joins = {one.topic: one.join for one in opened if isinstance(one, Opened)}
    call.afterwards.extend(joins.values())
    return {
        "topics": [
            said.named if isinstance(said, Opened) else _refused(one, said)
            for one, said in zip(wanted, opened, strict=True)
        ]
    }


async def _opened(call: CommandCall, one: Wanted, room: _Room) -> Opened | LobbyError:
    try:
        return await _open(call, one, room)
    except Exception as error:
        return refusal(error)


def _refused(one: words.WatchedTopic, no: LobbyError) -> Result:
    said: Result = {"asked": one.topic, "code": no.code, "message": str(no)}
    return said if no.retry_after is None else said | {"retry_after": no.retry_after}


class _Room:
    """The topics that the connection watches, and those that it is about to."""

    def __init__(self, call: CommandCall) -> None:
        self._watched = set(call.lobby.hub.watching(call.socket))

    def take(self, topic: str) -> None:
        if len(self._watched) >= MOST_TOPICS and topic not in self._watched:
            raise ListFull(f"a connection watches at most {MOST_TOPICS} topics; unwatch one first")
        self._watched.add(topic)


async def _open(call: CommandCall, one: Wanted, room: _Room) -> Opened:
    if one.question is not None:
        return await _open_query(call, one, query_of(call, one.question), room)
    hub = call.lobby.hub
    topic = await topics.permit_watch(call.lobby, call.permit, str(one.topic))
    room.take(topic)
    await hub.open(topic)
    await hub.list_limit.require_short(topic)
    newest = hub.cursor(topic)
    known = _known(one) if newest is None else _read(one)

    async def join() -> None:
        await hub.join(topic, call.socket, known=known)
        await unwatch_if_forbidden(call.lobby, call.socket, [topic])

    named = {"topic": public_name(topic)}
    cursor = {} if newest is None else {"cursor": newest.version, "epoch": newest.epoch}
    return Opened(topic, named | cursor, _or_again(call, topic, join))


def query_of(call: CommandCall, asked: SessionQuery | PeopleQuery) -> Query:
    """The question in canonical form. Raises Malformed where it asks for more than a window."""
    most = call.lobby.settings.window_limit
    if asked.limit is None:
        asked = asked.model_copy(update={"limit": min(DEFAULT_WINDOW, most)})
    query = live_queries.query_of(asked)
    if query.limit > most:
        searchable = query.schema is live_queries.SESSIONS
        said = f"should be at most {most}{MORE_BY_PAGE if searchable else ''}"
        raise Malformed([problem("less_than_equal", said, "watch", "limit")])
    return query


async def _open_query(call: CommandCall, one: Wanted, query: Query, room: _Room) -> Opened:
    hub, known = call.lobby.hub, _known(one)
    if query.schema is live_queries.PEOPLE:
        await people.require_window(call.lobby)
    room.take(query.topic_for(call.socket.identity))
    topic = await hub.queries.open(query, call.socket, known=known)

    async def join() -> None:
        await hub.queries.join(topic, call.socket, known=known)

    return Opened(topic, {"topic": topic}, _or_again(call, topic, join))


def _or_again(call: CommandCall, topic: str, join: Join) -> Join:
    """The command has its answer: what fails now ends the topic."""

    async def joined() -> None:
        try:
            await join()
        except Exception as error:
            refusal(error)  # which logs it
            call.lobby.hub.exclude(call.socket, topic, WATCH_AGAIN)

    return joined


def _known(one: Wanted) -> Known | None:
    return Known(one.known.epoch, one.known.version) if one.known else None


def _read(one: Wanted) -> Known | None:
    """How far a journal was read."""
    return None if one.after is None else Known(one.epoch or ANY_EPOCH, one.after)


async def unwatch_if_forbidden(lobby: Lobby, socket: Socket, watched: Iterable[str]) -> None:
    """Check permission again, now that it watches: a ban or kick in between did not see it."""
    for topic in watched:
        try:
            await topics.require_still(lobby, Permit(socket.actor), topic)
        except LobbyError as barred:
            if topic in lobby.hub.watching(socket):
                lobby.hub.exclude(socket, topic, barred.code)


async def unwatch(call: CommandCall, command: words.Unwatch) -> Result:
    topic = topics.internal(call.permit, command.topic)
    call.lobby.hub.unwatch(topic, call.socket)
    return {"topic": public_name(topic)}
