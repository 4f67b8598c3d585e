"""Going: a token that renews is given back, and renews nothing any more. The access tokens that it
renewed run out by themselves; what was given to other devices stays.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.context import Lobby
from lobby.domain.errors import Unauthenticated
from lobby.domain.login_errors import LoginRefused
from lobby.logs import audit
from lobby.tokens import digest
from persistence.ports import Unreachable


async def log_out(lobby: Lobby, token: str, *, address: str) -> None:
    try:
        claims = lobby.ring.read_renewing(token)
    except Unauthenticated:
        raise LoginRefused("refresh_token_not_found") from None
    assert claims.expires is not None, "a token that renews runs out"
    left = max(1.0, claims.expires - lobby.clock()) + 60
    await lobby.leases.remember(_note(token), "yes", left)
    audit.info("logout", account=claims.account, address=address)


async def ended(lobby: Lobby, token: str) -> bool:
    """No, where the leases cannot be asked: logging in needs the database alone."""
    with suppress(Unreachable):
        return await lobby.leases.recall(_note(token)) is not None
    return False


def _note(token: str) -> str:
    return f"logged-out:{digest(token)}"
