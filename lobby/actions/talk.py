"""What is said among those who sit in a session: kept as chat, or relayed and forgotten."""

from __future__ import annotations

from typing import Any

from lobby.context import Lobby
from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Permit
from protocol import topics
from protocol.events import ChatEntry, EntryTold, Signalled


async def say(lobby: Lobby, permit: Permit, *, id: int, text: str) -> int:
    """The cursor of what was said."""
    session = await lobby.sessions.get(str(id))
    session.require(permit)
    actor = permit.actor
    entry = ChatEntry(author=actor.uuid, name=actor.name, text=text, at=round(lobby.clock(), 3))
    topic = topics.chat(id)
    body = entry.model_dump(exclude_none=True)
    cursor = await lobby.store.append(topic, entry.model_dump_json(exclude_none=True))
    lobby.tell(topic, EntryTold(cursor=cursor, entry=body))
    return cursor


async def signal(
    lobby: Lobby, permit: Permit, *, id: int, to: str | None, body: dict[str, Any]
) -> None:
    """Relay to those who sit in the session and watch it, or to one of them."""
    session = await lobby.sessions.get(str(id))
    session.require(permit)
    if to is not None and not session.sits(to):
        raise NotSeated
    lobby.tell(topics.session(id), Signalled(author=permit.actor.uuid, to=to, body=body))
