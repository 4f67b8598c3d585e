"""The log of a session: reading it, and what clients add to it. What the lobby itself writes there
is written where it happens.
"""

from __future__ import annotations

from lobby.actions import notes
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from protocol import topics
from protocol.events import SessionEventEntry

OURS = frozenset({
    "session_created", "session_updated", "session_expired", "session_deleted",
    "player_joined", "player_left", "player_kicked", "player_updated", "player_moved",
    "player_reserved", "player_invited", "invite_accepted", "invite_declined", "invite_cancelled",
    "invite_expired", "leader_changed", "queue_joined", "queue_left", "ticket_expired",
    "match_found", "match_started", "match_updated", "match_ended", "instance_requested",
    "instance_allocated", "instance_pending", "instance_joinable", "instance_closed",
    "instance_ended", "instance_health_changed", "instance_fubar", "browser_added",
    "browser_updated", "browser_removed", "platform_session_added", "platform_session_removed",
})  # fmt: skip
"""The codes of what the lobby writes."""
THEIRS = "custom."
"""Begins the code of a client who used one of ours."""


async def page(lobby: Lobby, *, id: int, number: int, size: int) -> list[SessionEventEntry]:
    """Page `number` from 0, oldest first, of what is kept. Of a session that never was, nothing."""
    stream = topics.session_events(id)
    oldest = max(await lobby.store.head(stream) - notes.LONGEST_LOG, 0)
    if number * size >= notes.LONGEST_LOG:
        return []
    found = await lobby.store.read(stream, after=oldest, limit=notes.LONGEST_LOG)
    lines = [SessionEventEntry.model_validate_json(entry.body) for entry in found.entries]
    lines.sort(key=lambda line: line.version)
    return lines[number * size : (number + 1) * size]


async def add(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    code: str,
    description: str,
    custom_data: dict[str, str],
    at: float,
) -> None:
    """Stamped with who says it, and with what is played and where. Nobody passes for the lobby."""
    session = await lobby.sessions.get(str(id))
    actor = permit.actor
    entry = SessionEventEntry(
        code=THEIRS + code if code.lower() in OURS else code,
        description=description,
        source=actor.uuid,
        source_number=actor.number or None,
        instance=session.instance.id if session.instance else None,
        match=session.match.id if session.match else None,
        custom_data=custom_data,
        at=at,
        version=session.version,
    )
    await notes.append(lobby, id, entry)
