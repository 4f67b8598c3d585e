"""Chat of a session (a journal), and signals between its members (relayed, not kept)."""

from __future__ import annotations

from typing import Any

from lobby.actions.changes import visibility
from lobby.context import Lobby
from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Permit
from lobby.idempotency import first_write
from lobby.identity import free_text
from protocol import topics
from protocol.events import ChatEntry, EntryAppended, SignalSent


async def post(lobby: Lobby, permit: Permit, *, id: int, text: str) -> int:
    """Append a chat message; returns its cursor. Raises Unacceptable."""
    text = free_text.message(text)
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit)
    actor = permit.actor
    entry = ChatEntry(author=actor.uuid, name=actor.name, text=text, at=lobby.now())
    topic = topics.chat(id)
    body = entry.model_dump(exclude_none=True)
    with first_write(topic) as once:
        line = entry.model_dump_json(exclude_none=True)
        cursor = await lobby.store.append(topic, line, once=once)
    lobby.publish(topic, EntryAppended(cursor=cursor, entry=body))
    return cursor


async def signal(
    lobby: Lobby, permit: Permit, *, id: int, to: str | None, body: dict[str, Any]
) -> None:
    """Relay to all members who watch the session, or to one of them. Raises NotSeated."""
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit)
    if to is not None and not session.seats.sits(to):
        raise NotSeated
    lobby.publish(topics.session(id), SignalSent(author=permit.actor.uuid, to=to, body=body))
