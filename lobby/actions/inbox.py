"""What somebody should know of a session, also when they are away: written down, then told."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.sessions import Session
from protocol import topics
from protocol.events import InboxEntry, InboxKind


async def put(
    lobby: Lobby,
    account: str,
    *,
    kind: InboxKind,
    session: Session,
    message: str,
    etag: str | None = None,
) -> int:
    """The entry's cursor in the account's inbox. `etag`: of the session as the account sees it."""
    entry = InboxEntry(
        kind=kind,
        session=str(session.id),
        host=session.leader,
        message=message,
        rh_url=f"/session/v1/session/{session.id}",
        etag=etag,
        at=round(lobby.clock(), 3),
    )
    return await lobby.notices.put(topics.inbox(account), entry)
