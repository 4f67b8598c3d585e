"""Authorization codes (OAuth): single-use, valid for a minute, stored as hashes. A browser brings
one to the game, which exchanges it for tokens.
"""

from __future__ import annotations

from pydantic import TypeAdapter

from lobby import expiring_keys
from lobby.context import Lobby
from lobby.domain.platform_login import PlatformUser
from lobby.identity.tokens import random_secret

CODE_SECONDS = 60.0
"""How long an authorization code may be exchanged."""
KEPT = TypeAdapter(PlatformUser)


async def issue(lobby: Lobby, who: PlatformUser) -> str:
    code = random_secret()
    await lobby.notes.put(
        expiring_keys.authorization_code(code), KEPT.dump_json(who).decode(), CODE_SECONDS
    )
    return code


async def find(lobby: Lobby, code: str) -> PlatformUser | None:
    """The identity behind the code, also after its use."""
    kept = await lobby.notes.get(expiring_keys.authorization_code(code))
    return None if kept is None else KEPT.validate_json(kept)


async def spend(lobby: Lobby, code: str) -> bool:
    """Mark the code as used; False if it was already. The mark outlives the code."""
    return await lobby.locks.acquire(
        expiring_keys.spent_authorization_code(code), random_secret(), 2 * CODE_SECONDS
    )
