"""The match of a session: start, update, end."""

from __future__ import annotations

from uuid import uuid4

from lobby import idempotency
from lobby.actions.changes import change, visibility
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.sessions import hosting
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.session import Session


async def start(
    lobby: Lobby, permit: Permit, *, id: int, match_id: str, custom_data: dict[str, str] | None
) -> Match:
    """Start the match that matchmaking made for the session, else a new one. Empty `match_id`: that
    one's id, or a generated one."""
    new = Match(
        match_id.lower() or str(uuid4()),
        created=lobby.now(),
        custom_data=custom_data or {},
    )

    def decide(session: Session) -> None:
        hosting.begin_match(session, permit, new, id=match_id, custom_data=custom_data)
        idempotency.note(match=hosting.current_match(session).id)

    found = await visibility.find(lobby, permit, id=id)
    session = await change.alter(lobby, id, decide, by=permit.actor, known=found)
    return hosting.current_match(session)


async def update(
    lobby: Lobby, permit: Permit, *, id: int, match_id: str, custom_data: dict[str, str] | None
) -> Match:
    """None leaves a value as it is."""
    found = await visibility.find(lobby, permit, id=id)
    session = await change.alter(
        lobby,
        id,
        lambda session: hosting.update_match(session, permit, id=match_id, custom_data=custom_data),
        by=permit.actor,
        known=found,
    )
    return hosting.current_match(session)


async def end(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """End the match; the instance stays for another one."""
    found = await visibility.find(lobby, permit, id=id)
    return await change.alter(
        lobby, id, lambda session: hosting.end_match(session, permit), by=permit.actor, known=found
    )
