"""What somebody should know, also when they are away: written down, then told."""

from __future__ import annotations

from typing import Literal

from lobby.context import Lobby
from lobby.domain.sessions import Session
from protocol import topics
from protocol.events import EntryTold, InboxEntry

Kind = Literal[
    "session_invited", "session_kicked", "session_banned", "session_closed", "seat_lapsed"
]


async def put(lobby: Lobby, account: str, *, kind: Kind, session: Session, message: str) -> int:
    """The entry's cursor in the account's inbox."""
    entry = InboxEntry(
        kind=kind,
        session=str(session.id),
        host=session.leader,
        message=message,
        at=round(lobby.clock(), 3),
    )
    topic = topics.inbox(account)
    cursor = await lobby.store.append(topic, entry.model_dump_json())
    lobby.tell(topic, EntryTold(cursor=cursor, entry=entry.model_dump()))
    return cursor
