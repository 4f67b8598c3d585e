"""Codes: what a browser brings back to the game, who then shows that it came from it. Good for a
minute and for one use; kept as hashes.
"""

from __future__ import annotations

from pydantic import TypeAdapter

from lobby.context import Lobby
from lobby.domain.portals import Vouched
from lobby.tokens import digest, opaque

LIFE_SECONDS = 60.0
KEPT = TypeAdapter(Vouched)


async def give(lobby: Lobby, who: Vouched) -> str:
    code = opaque()
    await lobby.leases.remember(_note(code), KEPT.dump_json(who).decode(), LIFE_SECONDS)
    return code


async def find(lobby: Lobby, code: str) -> Vouched | None:
    """Whose it is, whether it was used or not."""
    kept = await lobby.leases.recall(_note(code))
    return None if kept is None else KEPT.validate_json(kept)


async def spend(lobby: Lobby, code: str) -> bool:
    """False for everybody but the first. Outlasts the code itself."""
    return await lobby.leases.hold(f"spent-{_note(code)}", opaque(), 2 * LIFE_SECONDS)


def _note(code: str) -> str:
    return f"code:{digest(code)}"
