"""Event log of a session: pages of it, and lines that clients add.

The lobby's own lines are written by `changes.notify`. Those of clients are a stream of their own,
so that they displace none of the lobby's.
"""

from __future__ import annotations

from lobby.actions.changes import notify, views, visibility
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SERVING, Permit
from protocol import topics
from protocol.events import SessionEventEntry

LOBBY_CODES = frozenset({
    "session_created", "session_updated", "session_expired", "session_deleted",
    "player_joined", "player_left", "player_kicked", "player_updated", "player_moved",
    "player_reserved", "player_invited", "invite_accepted", "invite_declined", "invite_cancelled",
    "invite_expired", "leader_changed", "queue_joined", "queue_left", "ticket_expired",
    "match_found", "match_started", "match_updated", "match_ended", "instance_requested",
    "instance_allocated", "instance_pending", "instance_joinable", "instance_closed",
    "instance_ended", "instance_health_changed", "instance_fubar", "browser_added",
    "browser_updated", "browser_removed", "platform_session_added", "platform_session_removed",
})  # fmt: skip
"""Event codes of the lobby."""
MEMBERSHIP = frozenset({"player_joined", "player_left", "player_kicked"})
"""Event codes that say who is in the session."""
CUSTOM_PREFIX = "custom."
"""Prefix for a client's code that is equal to one of the lobby."""

TOO_MANY_LINES = "your account adds at most {} lines a minute; wait, then try again"


async def page(
    lobby: Lobby, permit: Permit, *, id: int, number: int, size: int
) -> list[SessionEventEntry]:
    """Page `number` (from 0), oldest first, of the lines kept; empty for an unknown session, and
    for who is not in it."""
    if number * size >= notify.LONGEST_LOG + notify.LONGEST_CLIENT_LOG:
        return []
    lines = await whole(lobby, permit, id=id)
    return lines[number * size : (number + 1) * size]


async def whole(lobby: Lobby, permit: Permit, *, id: int) -> list[SessionEventEntry]:
    """Every line that is kept, oldest first; none for an unknown session, and for who is not in
    it."""
    ours = await _kept(lobby, topics.session_events(id), notify.LONGEST_LOG)
    if not await _may_read(lobby, permit, id, ours):
        return []
    theirs = await _kept(lobby, topics.client_events(id), notify.LONGEST_CLIENT_LOG)
    return sorted([*ours, *theirs], key=lambda line: line.version)


async def _kept(lobby: Lobby, stream: str, most: int) -> list[SessionEventEntry]:
    oldest = max(await lobby.store.head(stream) - most, 0)
    found = await lobby.store.read(stream, after=oldest, limit=most)
    return [SessionEventEntry.model_validate_json(entry.body) for entry in found.entries]


async def _may_read(lobby: Lobby, permit: Permit, id: int, ours: list[SessionEventEntry]) -> bool:
    """Whoever sees all of the session; once it has ended, whoever was in it and not removed."""
    if permit.outright:
        return True
    try:
        return views.sees_all(await lobby.sessions.get(str(id)), permit)
    except SessionNotFound:
        about = [line.code for line in ours if line.target == permit.actor.uuid]
        stays = [code for code in about if code in MEMBERSHIP]
        return bool(stays) and stays[-1] != "player_kicked" and "player_joined" in stays


async def add(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    code: str,
    description: str,
    custom_data: dict[str, str],
    at: float,
    target: str | None = None,
    said: str | None = None,
) -> None:
    """Append a client's line, with its account, instance and match. A code of the lobby gets the
    custom prefix, so that it cannot be forged. `target`: whom it concerns; `said`: why, in the
    client's words. Raises Forbidden for who is not in the session."""
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit)
    actor = permit.actor
    if not actor.holds(SERVING):
        rule = lobby.rate_limits.rules.event_lines
        await lobby.rate_limits.spend(rule, actor.uuid, why=TOO_MANY_LINES.format(rule.amount))
    entry = SessionEventEntry(
        code=CUSTOM_PREFIX + code if code.lower() in LOBBY_CODES else code,
        description=description,
        source=actor.uuid,
        source_number=actor.number or None,
        target=target,
        said=said or None,
        instance=session.instance.id if session.instance else None,
        match=session.match.id if session.match else None,
        custom_data=custom_data,
        at=at,
        version=session.version,
    )
    stream = topics.client_events(id)
    await notify.append(lobby, stream, entry, keep=notify.LONGEST_CLIENT_LOG)
    if target and permit.outright:  # nobody else fills another's trail
        lobby.audit.note("told", target=target, code=entry.code, session=id, said=said)
