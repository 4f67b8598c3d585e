"""Wait credits: how long players had waited for a match that came to nothing by no fault of theirs.

A party of the same players may count it when it enters a queue again soon.
"""

from __future__ import annotations

from collections.abc import Collection

from lobby import expiring_keys
from lobby.context import Lobby
from lobby.domain.sessions.session import Session

CREDIT_SECONDS = 300.0
"""How long the age of a ticket is remembered for the set of its players."""


async def keep(lobby: Lobby, session: Session) -> None:
    """The match of this session fails. Its parties are credited whose players all hold a seat."""
    for party in session.match.waits if session.match else ():
        if all(session.seats.held_by(player) for player in party.players):
            key = expiring_keys.wait_credit(party.players)
            await lobby.notes.put(key, str(party.seconds), CREDIT_SECONDS)


async def counted(lobby: Lobby, players: Collection[str], asked: float) -> float:
    """How many of the seconds that they say they have waited count."""
    kept = await lobby.notes.get(expiring_keys.wait_credit(players)) if asked else None
    return min(asked, float(kept)) if kept else 0.0
