"""Backfill by the game server: it asks for players, says again and again that it still does, and
hears who was invited.

What it needs is kept with the match, and changes in the commit that invites; that it still asks is
a note that expires, so that saying so changes no session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lobby import expiring_keys, idempotency
from lobby.actions.changes import change, visibility
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.sessions import hosting
from lobby.domain.sessions.session import Session

TIMEOUT_SECONDS = 30.0
"""How often a game server that needs players asks again; after twice as long it asks no more."""


async def ask(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    instance: str,
    required: Mapping[int, int],
    search: dict[str, Any],
) -> None:
    """Replace the need: players by team, empty for none. Raises OtherInstance, BackfillNotFound,
    TeamNotFound."""

    def decide(session: Session) -> None:
        hosting.ask_for_players(session, permit, instance, required=required, search=search)

    found = await visibility.find(lobby, permit, id=id)
    await change.alter(lobby, id, decide, by=permit.actor, outright=permit.outright, known=found)
    await _note_asked(lobby, id)


async def acknowledge(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    instance: str,
    free_seats: bool,
    extensions: dict[str, str] | None,
) -> list[str]:
    """It still asks. `free_seats`: for each free seat, where it has named no need. Returns the
    uuids of players who were invited since the last time."""
    invited: list[str] = []

    def decide(session: Session) -> None:
        need = hosting.player_need(session, permit, instance)
        invited[:] = need.acknowledge(free_seats=free_seats, extensions=extensions)
        idempotency.note(invited=",".join(invited))

    found = await visibility.find(lobby, permit, id=id)
    await change.alter(lobby, id, decide, by=permit.actor, outright=permit.outright, known=found)
    await _note_asked(lobby, id)
    return invited


async def end(lobby: Lobby, permit: Permit, *, id: int, instance: str) -> None:
    """No more players are invited to this match."""

    def decide(session: Session) -> None:
        hosting.end_backfill(session, permit, instance)

    found = await visibility.find(lobby, permit, id=id)
    await change.alter(lobby, id, decide, by=permit.actor, outright=permit.outright, known=found)


async def wanted(lobby: Lobby, session: Session) -> bool:
    """Whether players may be invited to its match now: a need that nobody has said for too long
    sleeps until it is said again."""
    if session.match is None or session.match.need is None:
        return True
    return await lobby.notes.get(expiring_keys.backfill_asked(session.id)) is not None


async def _note_asked(lobby: Lobby, id: int) -> None:
    await lobby.notes.put(expiring_keys.backfill_asked(id), "yes", 2 * TIMEOUT_SECONDS)
